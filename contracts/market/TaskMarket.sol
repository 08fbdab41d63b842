// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Terms} from "../claims/ClaimTypes.sol";
import {IResultClaims} from "../claims/IResultClaims.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {ProgramHeader} from "../verifiers/TensorTypes.sol";
import {ClaimMarket} from "./ClaimMarket.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {ITaskMarket} from "./ITaskMarket.sol";
import {TaskBook} from "./TaskBook.sol";

/// @title TaskMarket
/// @notice See `ITaskMarket`.
contract TaskMarket is ITaskMarket, ClaimMarket {
    IResultClaims private immutable _CLAIMS;

    /// @notice Fixes the contracts below and sets the first bond rule.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL
    /// @param settlement Credits
    /// @param staking Bonds
    /// @param nodes Hardware
    /// @param traits What orders may ask of a node
    /// @param claims Results
    /// @param rule First bond rule
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        INodeTraits traits,
        IResultClaims claims,
        BondRule memory rule
    ) TaskBook(authority, token, settlement, staking, nodes, traits, rule) ClaimMarket(claims) {
        _CLAIMS = claims;
    }

    // ─── BUYER ───

    /// @inheritdoc ITaskMarket
    function open(TaskTerms calldata terms) external whenEntriesOpen returns (uint256 taskId) {
        _checkTerms(terms);
        return _list(terms, terms.maxPrice);
    }

    // ─── PROVIDER ───

    /// @inheritdoc ITaskMarket
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        ProgramHeader calldata header,
        bytes32 bodyRoot,
        bytes32 outputRoot
    ) external {
        (Task storage task, uint256 claimId, Terms memory claimTerms) = _submit(taskId, order);
        emit TaskSubmitted({
            taskId: taskId,
            attempt: task.attempt,
            claimId: claimId,
            bodyRoot: bodyRoot,
            outputRoot: outputRoot
        });

        _CLAIMS.post(claimId, claimTerms, header, bodyRoot, outputRoot);
    }
}
