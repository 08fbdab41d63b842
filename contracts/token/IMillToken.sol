// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @title IMillToken
/// @notice MILL, the protocol's token: 18 decimals, EIP-2612 approvals, ERC-5805 votes over timestamps.
/// @dev Promises:
/// - only a module wired with MINT (BurnMintSettlement) mints or retires; genesis is minted once, in the constructor;
/// - nothing is called back on a transfer, no fee is taken, no transfer can be stopped by anybody.
interface IMillToken is IERC20, IERC20Permit {
    /// @notice Emitted when tokens leave circulation into the settlement's accounts.
    /// @param from Whose tokens.
    /// @param mill How many, in MILL.
    event Retired(address indexed from, uint256 mill);

    /// @notice Emitted when a holder destroys tokens for good.
    /// @param from Whose tokens.
    /// @param mill How many, in MILL.
    event BurnedByHolder(address indexed from, uint256 mill);

    /// @notice Creates tokens.
    /// @dev Requirements: the caller is wired with MINT.
    /// @param to Who receives them.
    /// @param mill How many, in MILL.
    function mint(address to, uint256 mill) external;

    /// @notice Destroys tokens on the settlement's account: the caller keeps count of them, in its bank or as burned.
    /// @dev Emits {Retired}.
    ///
    /// Requirements:
    /// - the caller is wired with MINT;
    /// - `from` is the caller, or has approved the caller for `mill`, which is spent.
    /// @param from Whose tokens.
    /// @param mill How many, in MILL.
    function retire(address from, uint256 mill) external;

    /// @notice Destroys tokens of the caller for good: they are never minted again.
    /// @dev Emits {BurnedByHolder}.
    /// @param mill How many, in MILL.
    function burn(uint256 mill) external;

    /// @notice Destroys tokens of another for good, spending its approval of the caller.
    /// @dev Emits {BurnedByHolder}.
    /// @param from Whose tokens.
    /// @param mill How many, in MILL.
    function burnFrom(address from, uint256 mill) external;

    /// @notice All MILL that holders have destroyed for good: a part of `burnedForGood` in equation (5).
    /// @return mill How many, in MILL. Never falls.
    function burnedByHolders() external view returns (uint256 mill);

    /// @notice The total supply that a vote of a past second is measured by: as it was when that second's day began.
    /// @dev Days are those of UTC. On the day of the genesis it is the supply of now.
    /// @param timepoint The second; in the past.
    /// @return mill How many, in MILL.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256 mill);
}
