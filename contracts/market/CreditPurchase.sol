// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {ICreditPurchase} from "./ICreditPurchase.sol";

/// @title CreditPurchase
/// @notice See `ICreditPurchase`.
/// @dev `Multicall` keeps the caller's name (`delegatecall` to the contract itself), and no function here takes coins.
abstract contract CreditPurchase is Multicall, ICreditPurchase {
    IMillToken private immutable _MILL;
    IBurnMintSettlement private immutable _SELLER;

    /// @notice Fixes the contracts below; whoever inherits checks that they are not zero.
    /// @param token MILL
    /// @param settlement Where credits are bought
    constructor(IMillToken token, IBurnMintSettlement settlement) {
        _MILL = token;
        _SELLER = settlement;
    }

    /// @inheritdoc ICreditPurchase
    function buyCredits(
        uint256 mill,
        uint256 minCredits,
        uint256 minCollateralRatioWad,
        Permit calldata permit
    ) external returns (uint256 credits) {
        if (_MILL.allowance(msg.sender, address(_SELLER)) < mill) {
            _MILL.permit({
                owner: msg.sender,
                spender: address(_SELLER),
                value: permit.value,
                deadline: permit.deadline,
                v: permit.v,
                r: permit.r,
                s: permit.s
            });
        }
        return _SELLER.buyFor(msg.sender, mill, minCredits, minCollateralRatioWad);
    }
}
