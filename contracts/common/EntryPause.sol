// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IEntryPause} from "./IEntryPause.sol";

/// @title EntryPause
/// @notice See `IEntryPause`.
abstract contract EntryPause is AccessManaged, IEntryPause {
    using SafeCast for uint256;

    /// @notice The longest pause that one call can set.
    uint32 public constant MAX_PAUSE_SECONDS = 7 days;

    uint48 private _entriesPausedUntil;

    /// @dev For functions that begin something new. Never on a function by which somebody gets out what is theirs.
    modifier whenEntriesOpen() {
        require(block.timestamp >= _entriesPausedUntil, EntryPause_EntriesPaused(_entriesPausedUntil));
        _;
    }

    /// @inheritdoc IEntryPause
    function pauseEntries(uint32 pauseSeconds) external restricted {
        require(pauseSeconds <= MAX_PAUSE_SECONDS, EntryPause_PauseTooLong(pauseSeconds, MAX_PAUSE_SECONDS));
        uint48 until = (block.timestamp + pauseSeconds).toUint48();
        _entriesPausedUntil = until;
        emit EntriesPaused(until);
    }

    /// @inheritdoc IEntryPause
    function entriesPausedUntil() external view returns (uint48 until) {
        return _entriesPausedUntil;
    }
}
