// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {IBeacon} from "./IBeacon.sol";
import {IBlockBeacon} from "./IBlockBeacon.sol";

/// @title BlockBeacon
/// @notice See `IBlockBeacon`.
contract BlockBeacon is IBlockBeacon {
    using BlockHeader for Memory.Slice[];

    mapping(uint48 second => bytes32 value) private _values;

    // ─── READ ───

    /// @inheritdoc IBeacon
    function valueAt(uint48 second) external view returns (bytes32 value) {
        return _values[second];
    }

    /// @inheritdoc IBeacon
    function noticeSeconds() external pure returns (uint32 seconds_) {
        return 0;
    }

    /// @inheritdoc IBeacon
    function delaySeconds() external pure returns (uint32 seconds_) {
        return 0;
    }

    // ─── ANYONE ───

    /// @inheritdoc IBlockBeacon
    function record(uint48 second, uint256 blockNumber, bytes calldata header, bytes calldata parentHeader) external {
        if (_values[second] != 0) return;
        require(blockNumber != 0, BlockBeacon_NotTheBlock(blockNumber));
        (uint256 timestamp, bytes32 randao) = _read(blockNumber, header);
        (uint256 parentTimestamp, ) = _read(blockNumber - 1, parentHeader);
        bool isFirst = parentTimestamp < second && second <= timestamp;
        require(isFirst, BlockBeacon_NotTheFirst(second, parentTimestamp, timestamp));

        // The second is hashed in, as one block can be the first after many seconds.
        bytes32 value = keccak256(abi.encode(randao, second));
        _values[second] = value;
        emit ValueRecorded({second: second, blockNumber: blockNumber, value: value});
    }

    // ─── INTERNAL ───

    /// @dev The hash is compared first: what is parsed after it is a header.
    function _read(uint256 blockNumber, bytes memory header) private view returns (uint256 timestamp, bytes32 randao) {
        require(keccak256(header) == Blockhash.blockHash(blockNumber), BlockBeacon_NotTheBlock(blockNumber));
        Memory.Slice[] memory fields = BlockHeader.parseHeader(header);
        return (fields.getTimestamp(), fields.getPrevRandao());
    }
}
