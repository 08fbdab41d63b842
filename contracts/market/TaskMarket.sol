// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClaimState, Terms} from "../claims/ClaimTypes.sol";
import {IResultClaims} from "../claims/IResultClaims.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {ProgramHeader} from "../verifiers/TensorTypes.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {ITaskMarket} from "./ITaskMarket.sol";
import {OrderTerms} from "./OrderTerms.sol";
import {TaskBook} from "./TaskBook.sol";

/// @title TaskMarket
/// @notice See `ITaskMarket`.
contract TaskMarket is ITaskMarket, TaskBook {
    using OrderTerms for TaskTerms;

    /// @dev Most gas that a `finalize` can use; a test measures it.
    uint256 private constant _FINALIZE_GAS = 600_000;

    uint256 private constant _CONFIRMED = 1 << uint8(TaskStatus.Confirmed);

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
    ) TaskBook(authority, token, settlement, staking, nodes, traits, rule) {
        _requireAddress(address(claims), "claims");
        _CLAIMS = claims;
    }

    // ─── BUYER ───

    /// @inheritdoc ITaskMarket
    function open(TaskTerms calldata terms) external whenEntriesOpen returns (uint256 taskId) {
        terms.check();
        terms.checkClaim(_CLAIMS.minResponseSeconds());
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
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _WORKING);
        address provider = _providerOf(task.nodeId);
        _checkProvider(task.nodeId, provider);

        task.step = TaskStep.Submitted;
        task.deadlineAt = 0;
        uint8 attempt = task.attempt;
        uint256 claimId = claimIdOf(taskId, attempt);
        emit TaskSubmitted({
            taskId: taskId,
            attempt: attempt,
            claimId: claimId,
            bodyRoot: bodyRoot,
            outputRoot: outputRoot
        });

        _CLAIMS.post(claimId, _claimTerms(order, provider, task.bond), header, bodyRoot, outputRoot);
    }

    // ─── ANYONE ───

    /// @inheritdoc ITaskMarket
    function finalize(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _CONFIRMED);

        _finish(taskId, task, order, _providerOf(task.nodeId));
    }

    /// @inheritdoc ITaskMarket
    function finalizeMany(Finalization[] calldata items) external {
        _checkBatch(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            Finalization calldata item = items[i];
            _tryItem(i, _FINALIZE_GAS, abi.encodeCall(ITaskMarket.finalize, (item.taskId, item.order)));
        }
    }

    // ─── READ ───

    /// @inheritdoc ITaskMarket
    function claimIdOf(uint256 taskId, uint8 attempt) public pure returns (uint256 claimId) {
        return (taskId << 8) | attempt;
    }

    // ─── INTERNAL ───

    function _statusOfSubmitted(uint256 taskId, Task storage task) internal view override returns (TaskStatus status) {
        ClaimState state = _CLAIMS.stateOf(claimIdOf(taskId, task.attempt));
        if (state == ClaimState.Slashed) return TaskStatus.Rejected;
        return state == ClaimState.Final ? TaskStatus.Confirmed : TaskStatus.Submitted;
    }

    function _escrowOf(uint256, TaskOrder calldata order) internal pure override returns (uint256 escrow) {
        return order.terms.maxPrice;
    }

    function _atStake(uint256, uint96 price) internal pure override returns (uint96 credits) {
        return price;
    }

    function _claimTerms(
        TaskOrder calldata order,
        address provider,
        uint96 bond
    ) private pure returns (Terms memory terms) {
        return
            Terms({
                programHash: order.terms.programHash,
                inputRoot: order.terms.inputRoot,
                provider: provider,
                buyer: order.snapshot.buyer,
                bond: bond,
                windowSeconds: order.terms.windowSeconds,
                responseSeconds: order.terms.responseSeconds,
                isPrivate: order.terms.isPrivate
            });
    }
}
