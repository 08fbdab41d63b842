// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWired} from "../common/IWired.sol";

/// @title ICheckPot
/// @notice What was emitted for checks, until it is paid out.
/// @dev A claim ends weeks after it is picked, so what one epoch emits pays for later checks, of all games. All that
/// lies here was emitted for checks, or given: bonds lie in the staking registry. Nothing but the upper bound of a
/// payment reads the balance, so a gift moves nothing else.
interface ICheckPot is IWired {
    // ─── EVENTS ───

    /// @notice Emitted when a checker is paid.
    /// @param account Checker
    /// @param recipient Its payout account
    /// @param mill What it was paid
    event PotPaid(address indexed account, address recipient, uint256 mill);

    /// @notice Emitted when more lay here than the cap.
    /// @param mill What was burned
    event SurplusBurned(uint256 mill);

    // ─── ERRORS ───

    /// @notice Thrown when there is nothing to burn.
    error CheckPot_NoSurplus();

    // ─── MODULES ───

    /// @notice Pays a checker, to its payout account.
    /// @dev Permission REWARD. Emits {PotPaid}. Requirements: as much lies here.
    /// @param account Checker
    /// @param mill What it is paid
    function pay(address account, uint256 mill) external;

    // ─── ANYONE ───

    /// @notice Burns what lies here above the cap.
    /// @dev Emits {SurplusBurned}. Requirements: there is some.
    /// @return mill What was burned
    function burnSurplus() external returns (uint256 mill);

    // ─── READ ───

    /// @notice What lies here.
    /// @return mill The balance
    function balance() external view returns (uint256 mill);

    /// @notice What may lie here for checks to come; anyone burns what is more.
    /// @return mill The cap
    function cap() external view returns (uint96 mill);
}
