// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {Wired} from "../common/Wired.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "./IStakingRegistry.sol";
import {Thawing} from "./Thawing.sol";

/// @title StakingState
/// @notice What own and delegated stake share: the accounts, what counts for access, and the MILL behind it.
abstract contract StakingState is Wired, EntryPause {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    // ─── TYPES ───

    /// @dev Storage of an account. The sum of its thaws is not stored: there are at most eight.
    struct Ledger {
        // slot 1: 12 + 12 + 4 + 1 = 29 bytes; all that staking and bonds change
        uint96 active; // MILL
        uint96 bonded; // MILL
        uint32 lastThawId; // zero means that there was no thaw yet; survives deregistration, ids are never reused
        bool registered;
        // slot 2: 12 + 12 + 4 = 28 bytes; what access is measured against
        uint96 required; // MILL
        uint96 delegated; // MILL; what the shares of others that are not on their way out are worth
        uint32 era; // of the delegation pool; earlier ones are over
        // slots 3 to 10
        Thawing.Queue thaws;
    }

    // ─── IMMUTABLES ───

    /// @notice Token that is staked.
    IERC20 public immutable TOKEN;

    /// @notice Where slashed MILL goes, to become buyers' credits or be burned.
    IBurnMintSettlement public immutable SETTLEMENT;

    // ─── STORAGE ───

    uint32 internal _thawSeconds;
    uint8 internal _leverage;
    uint256 internal _totalHeld;
    mapping(address provider => Ledger ledger) internal _ledgers;

    // ─── CONSTRUCTOR ───

    constructor(
        address deployer,
        address authority,
        address token,
        address settlement
    ) Wired(deployer) AccessManaged(authority) {
        _requireAddress(token, "token");
        _requireAddress(settlement, "settlement");
        TOKEN = IERC20(token);
        SETTLEMENT = IBurnMintSettlement(settlement);
    }

    // ─── INTERNAL ───

    /// @dev The one way in. Last in every call: the accounts are right before the token is called.
    function _payIn(uint256 mill) internal {
        _totalHeld += mill;
        TOKEN.safeTransferFrom(msg.sender, address(this), mill);
    }

    /// @dev The one way out, but for slashes. Last in every call.
    function _payOut(address recipient, uint256 mill) internal {
        _totalHeld -= mill;
        TOKEN.safeTransfer(recipient, mill);
    }

    function _releaseAt() internal view returns (uint48 releaseAt) {
        return (block.timestamp + _thawSeconds).toUint48();
    }

    function _registered(address provider) internal view returns (Ledger storage ledger) {
        ledger = _ledgers[provider];
        require(ledger.registered, IStakingRegistry.StakingRegistry_NotRegistered(provider));
    }

    /// @dev (S2)
    function _hasAccess(Ledger storage ledger) internal view returns (bool access) {
        return ledger.registered && ledger.required <= _weightOf(ledger);
    }

    /// @dev (S1)
    function _weightOf(Ledger storage ledger) internal view returns (uint256 weight) {
        uint256 active = ledger.active;
        uint256 delegated = ledger.delegated;
        return delegated == 0 ? active : active + Math.min(delegated, _leverage * active);
    }
}
