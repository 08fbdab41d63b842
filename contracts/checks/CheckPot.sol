// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {ICheckPot} from "./ICheckPot.sol";

/// @title CheckPot
/// @notice See `ICheckPot`.
contract CheckPot is ICheckPot, Wired {
    using SafeERC20 for IMillToken;

    IMillToken private immutable _MILL;
    IBurnMintSettlement private immutable _SETTLEMENT;
    uint96 private immutable _CAP;

    /// @notice Fixes whose payout accounts are paid, and the cap.
    /// @param deployer Wires the checks, then seals
    /// @param mill MILL
    /// @param settlement Payout accounts
    /// @param cap_ What may lie here for checks to come, MILL
    constructor(address deployer, IMillToken mill, IBurnMintSettlement settlement, uint96 cap_) Wired(deployer) {
        _requireAddress(address(mill), "mill");
        _requireAddress(address(settlement), "settlement");
        (_MILL, _SETTLEMENT, _CAP) = (mill, settlement, cap_);
    }

    // ─── MODULES ───

    /// @inheritdoc ICheckPot
    function pay(address account, uint256 mill) external onlyWired(Permissions.REWARD) {
        address recipient = _SETTLEMENT.payoutOf(account);
        emit PotPaid({account: account, recipient: recipient, mill: mill});
        _MILL.safeTransfer(recipient, mill);
    }

    // ─── ANYONE ───

    /// @inheritdoc ICheckPot
    function burnSurplus() external returns (uint256 mill) {
        mill = Math.saturatingSub(balance(), _CAP);
        require(mill != 0, CheckPot_NoSurplus());

        emit SurplusBurned(mill);
        _MILL.burn(mill);
    }

    // ─── READ ───

    /// @inheritdoc ICheckPot
    function balance() public view returns (uint256 mill) {
        return _MILL.balanceOf(address(this));
    }

    /// @inheritdoc ICheckPot
    function cap() external view returns (uint96 mill) {
        return _CAP;
    }
}
