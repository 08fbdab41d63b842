// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClaimState, Terms} from "../claims/ClaimTypes.sol";
import {IClaimGame} from "../claims/IClaimGame.sol";
import {IClaimMarket} from "./IClaimMarket.sol";
import {OrderTerms} from "./OrderTerms.sol";
import {TaskBook} from "./TaskBook.sol";

/// @title ClaimMarket
/// @notice See `IClaimMarket`.
/// @dev A market on top of it opens tasks after `_checkTerms`, and posts to its game what `_submit` says.
abstract contract ClaimMarket is IClaimMarket, TaskBook {
    using OrderTerms for TaskTerms;

    /// @dev Most gas that a `finalize` can use; a test measures it.
    uint256 private constant _FINALIZE_GAS = 600_000;

    uint256 private constant _CONFIRMED = 1 << uint8(TaskStatus.Confirmed);

    IClaimGame private immutable _GAME;

    /// @notice Fixes the game that judges results.
    /// @param game The game
    constructor(IClaimGame game) {
        _requireAddress(address(game), "claims");
        _GAME = game;
    }

    // ─── ANYONE ───

    /// @inheritdoc IClaimMarket
    function finalize(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _CONFIRMED);

        _finish(taskId, task, order, _providerOf(task.nodeId));
    }

    /// @inheritdoc IClaimMarket
    function finalizeMany(Finalization[] calldata items) external {
        _checkBatch(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            Finalization calldata item = items[i];
            _tryItem(i, _FINALIZE_GAS, abi.encodeCall(IClaimMarket.finalize, (item.taskId, item.order)));
        }
    }

    // ─── READ ───

    /// @inheritdoc IClaimMarket
    function claimIdOf(uint256 taskId, uint8 attempt) public pure returns (uint256 claimId) {
        return (taskId << 8) | attempt;
    }

    // ─── FOR THE MARKET ───

    /// @dev Reverts unless an order's terms are within their bounds, those of a claim among them.
    function _checkTerms(TaskTerms calldata terms) internal view {
        terms.check();
        terms.checkClaim(_GAME.minResponseSeconds());
    }

    /// @dev Records that the caller hands in a result. The market posts it as its last act.
    function _submit(
        uint256 taskId,
        TaskOrder calldata order
    ) internal returns (Task storage task, uint256 claimId, Terms memory terms) {
        task = _load(taskId, order);
        _checkStatus(taskId, task, _WORKING);
        address provider = _providerOf(task.nodeId);
        _checkProvider(task.nodeId, provider);

        task.step = TaskStep.Submitted;
        task.deadlineAt = 0;
        claimId = claimIdOf(taskId, task.attempt);
        terms = _claimTerms(order, provider, task.bond);
    }

    // ─── INTERNAL ───

    function _statusOfSubmitted(uint256 taskId, Task storage task) internal view override returns (TaskStatus status) {
        ClaimState state = _GAME.stateOf(claimIdOf(taskId, task.attempt));
        if (state == ClaimState.Slashed) return TaskStatus.Rejected;
        return state == ClaimState.Final ? TaskStatus.Confirmed : TaskStatus.Submitted;
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
