// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Reveal} from "../claims/ClaimTypes.sol";
import {IResultClaims} from "../claims/IResultClaims.sol";
import {Region} from "../verifiers/TensorTypes.sol";

/// @dev A challenger that is a contract: refuses payments, or tries to be paid twice by calling back.
contract BondReceiver {
    IResultClaims private immutable _CLAIMS;

    bool public refuses;
    bytes public callback;
    bool public calledBack;

    error BondReceiver_Refused();

    constructor(IResultClaims claims) {
        _CLAIMS = claims;
    }

    receive() external payable {
        require(!refuses, BondReceiver_Refused());
        if (callback.length == 0) return;
        // solhint-disable-next-line avoid-low-level-calls
        (calledBack, ) = address(_CLAIMS).call(callback);
    }

    function configure(bool refuses_, bytes calldata callback_) external {
        refuses = refuses_;
        callback = callback_;
    }

    function commit(uint256 lane, bytes32 digest) external {
        _CLAIMS.commit(lane, digest);
    }

    function pointTop(uint256 claimId, Claim calldata claim, Region region, Reveal calldata reveal) external payable {
        _CLAIMS.pointTop{value: msg.value}(claimId, claim, region, reveal);
    }

    function withdraw(uint256 claimId, Claim calldata claim, bytes32[] calldata branchIds, address recipient) external {
        _CLAIMS.withdrawBonds(claimId, claim, branchIds, address(this), recipient);
    }
}
