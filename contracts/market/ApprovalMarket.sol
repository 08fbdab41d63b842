// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {IApprovalMarket} from "./IApprovalMarket.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {OrderTerms} from "./OrderTerms.sol";
import {TaskBook} from "./TaskBook.sol";

/// @title ApprovalMarket
/// @notice See `IApprovalMarket`.
contract ApprovalMarket is IApprovalMarket, TaskBook {
    using OrderTerms for TaskTerms;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Chunks that can be in flight: beyond it a provider would work for nothing, or a buyer pay for it.
    uint8 public constant MAX_IN_FLIGHT = 3;

    /// @notice Submissions of a chunk: the first and two more.
    uint8 public constant MAX_SUBMISSIONS = 3;

    /// @notice Longest time for judging a chunk; after it silence approves.
    uint32 public constant APPROVAL_SECONDS = 72 hours;

    /// @dev A clock that rests.
    uint48 private constant _NEVER = type(uint48).max;

    uint256 private constant _DELIVERING = _WORKING | (1 << uint8(TaskStatus.Overdue));
    uint256 private constant _SUBMITTED = 1 << uint8(ChunkStatus.Submitted);
    uint256 private constant _APPROVED = 1 << uint8(ChunkStatus.Approved);
    uint256 private constant _WITHHELD = 1 << uint8(ChunkStatus.Withheld);
    uint256 private constant _SUBMITTABLE = (1 << uint8(ChunkStatus.None)) | (1 << uint8(ChunkStatus.Rejected));

    // ─── STORAGE ───

    mapping(uint256 taskId => Progress progress) private _progress;
    mapping(uint256 taskId => mapping(uint16 index => Chunk chunk)) private _chunks;

    /// @notice Fixes the contracts below and sets the first bond rule.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL
    /// @param settlement Credits
    /// @param staking Bonds
    /// @param nodes Hardware
    /// @param traits What orders may ask of a node
    /// @param rule First bond rule
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        INodeTraits traits,
        BondRule memory rule
    ) TaskBook(authority, token, settlement, staking, nodes, traits, rule) {}

    // ─── BUYER ───

    /// @inheritdoc IApprovalMarket
    function open(TaskTerms calldata terms, uint16 chunks) external whenEntriesOpen returns (uint256 taskId) {
        terms.check();
        OrderTerms.checkBounds("windowSeconds", terms.windowSeconds, 1, APPROVAL_SECONDS);
        OrderTerms.checkBounds("responseSeconds", terms.responseSeconds, 1, OrderTerms.MAX_CLAIM_SECONDS);
        OrderTerms.checkBounds("chunks", chunks, 1, type(uint96).max / terms.maxPrice);

        taskId = _nextTaskId();
        uint96 escrow = terms.maxPrice * chunks;
        Progress storage progress = _progress[taskId];
        (progress.escrow, progress.chunks, progress.left) = (escrow, chunks, chunks);
        emit ChunksOrdered({taskId: taskId, chunks: chunks});
        _list(terms, escrow);
    }

    /// @inheritdoc IApprovalMarket
    function approveChunk(uint256 taskId, TaskOrder calldata order, uint16 index) external {
        (, Chunk storage chunk) = _loadChunk(taskId, order, index, _WORKING, _SUBMITTED);
        _checkBuyer(order);

        uint48 keyBy = (block.timestamp + order.terms.responseSeconds).toUint48();
        chunk.step = ChunkStep.Approved;
        chunk.clockAt = keyBy;
        emit ChunkApproved({taskId: taskId, chunk: index, keyBy: keyBy});
    }

    /// @inheritdoc IApprovalMarket
    function rejectChunk(uint256 taskId, TaskOrder calldata order, uint16 index, bytes32 reasonHash) external {
        (Task storage task, Chunk storage chunk) = _loadChunk(taskId, order, index, _WORKING, _SUBMITTED);
        _checkBuyer(order);
        Progress storage progress = _progress[taskId];
        uint8 submissions = chunk.submissions;
        emit ChunkRejected({taskId: taskId, chunk: index, submission: submissions, reasonHash: reasonHash});

        if (submissions < MAX_SUBMISSIONS) {
            chunk.step = ChunkStep.Rejected;
            ++progress.toRedo;
            _setClock(taskId, task, order, false);
            return;
        }
        uint96 refund = order.terms.maxPrice;
        chunk.step = ChunkStep.Refunded;
        progress.canEnd = true;
        _settleChunk(progress, refund);
        emit ChunkRefunded({taskId: taskId, chunk: index, credits: refund});

        _SETTLEMENT.refund(order.snapshot.buyer, refund);
        _goOn(taskId, task, order, true);
    }

    // ─── PROVIDER ───

    /// @inheritdoc IApprovalMarket
    function submitChunk(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 index,
        bytes32 previewHash,
        bytes32 cipherRoot,
        bytes32 keyHash
    ) external {
        (Task storage task, Chunk storage chunk) = _loadChunk(taskId, order, index, _WORKING, _SUBMITTABLE);
        _checkProvider(task.nodeId, _providerOf(task.nodeId));
        uint8 submission = _countSubmission(taskId, chunk, task.attempt);

        uint48 judgeBy = (block.timestamp + order.terms.windowSeconds).toUint48();
        _chunks[taskId][index] = Chunk({
            commitment: keccak256(abi.encode(previewHash, cipherRoot, keyHash)),
            clockAt: judgeBy,
            attempt: task.attempt,
            submissions: submission,
            step: ChunkStep.Submitted
        });
        emit ChunkSubmitted({
            taskId: taskId,
            chunk: index,
            attempt: task.attempt,
            submission: submission,
            previewHash: previewHash,
            cipherRoot: cipherRoot,
            keyHash: keyHash,
            judgeBy: judgeBy
        });
        _setClock(taskId, task, order, true);
    }

    /// @inheritdoc IApprovalMarket
    function releaseKey(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 index,
        bytes32 previewHash,
        bytes32 cipherRoot,
        bytes32 key
    ) external {
        (Task storage task, Chunk storage chunk) = _loadChunk(taskId, order, index, _DELIVERING, _APPROVED);
        address provider = _providerOf(task.nodeId);
        _checkProvider(task.nodeId, provider);
        bytes32 given = keccak256(abi.encode(previewHash, cipherRoot, keccak256(abi.encode(key))));
        require(given == chunk.commitment, ApprovalMarket_WrongKey(taskId, index, given, chunk.commitment));

        Progress storage progress = _progress[taskId];
        uint96 price = order.terms.priceAfterDown(task.acceptedAfterSeconds);
        chunk.step = ChunkStep.Paid;
        progress.paid += price;
        _settleChunk(progress, price);
        emit ChunkPaid({taskId: taskId, chunk: index, key: key, credits: price});

        _SETTLEMENT.pay(order.snapshot.buyer, provider, price, order.snapshot.feePpm);
        // Delivering what was approved does not mend being late with the rest.
        _goOn(taskId, task, order, block.timestamp <= task.deadlineAt);
    }

    // ─── BOTH ───

    /// @inheritdoc IApprovalMarket
    function endRest(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _WORKING);
        address provider = _providerOf(task.nodeId);
        if (msg.sender != order.snapshot.buyer) _checkProvider(task.nodeId, provider);
        Progress storage progress = _progress[taskId];
        uint8 undecided = progress.inFlight - progress.toRedo;
        bool isAllowed = progress.canEnd && undecided == 0;
        require(isAllowed, ApprovalMarket_CannotEnd(taskId, progress.canEnd, undecided));

        emit RestEnded({taskId: taskId, by: msg.sender});
        _cancel(taskId, task, order);
        _freeProvider(task, order, provider);
    }

    // ─── ANYONE ───

    /// @inheritdoc IApprovalMarket
    function timeoutKey(uint256 taskId, TaskOrder calldata order, uint16 index) external {
        (Task storage task, ) = _loadChunk(taskId, order, index, _WORKING, _WITHHELD);

        emit KeyWithheld({taskId: taskId, chunk: index});
        _clearFailure(taskId, task, order, TaskStatus.Overdue);
    }

    // ─── READ ───

    /// @inheritdoc IApprovalMarket
    function progressOf(uint256 taskId) external view returns (Progress memory progress) {
        return _progress[taskId];
    }

    /// @inheritdoc IApprovalMarket
    function chunkOf(uint256 taskId, uint16 index) external view returns (Chunk memory stored) {
        return _chunks[taskId][index];
    }

    /// @inheritdoc IApprovalMarket
    function chunkStatusOf(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 index
    ) external view returns (ChunkStatus status) {
        return _chunkStatusOf(_load(taskId, order), _chunks[taskId][index], order);
    }

    // ─── INTERNAL: CHUNKS ───

    /// @dev One guard for both machines: the task's, then the chunk's.
    function _loadChunk(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 index,
        uint256 allowed,
        uint256 allowedOfChunk
    ) private view returns (Task storage task, Chunk storage chunk) {
        task = _load(taskId, order);
        _checkStatus(taskId, task, allowed);
        uint16 chunks = _progress[taskId].chunks;
        require(index < chunks, ApprovalMarket_NoSuchChunk(taskId, index, chunks));
        chunk = _chunks[taskId][index];
        ChunkStatus status = _chunkStatusOf(task, chunk, order);
        bool isAllowed = allowedOfChunk & (1 << uint8(status)) != 0;
        require(isAllowed, ApprovalMarket_WrongChunkStatus(taskId, index, status, allowedOfChunk));
    }

    /// @dev The only place that says what a chunk's facts and the clock mean together.
    function _chunkStatusOf(
        Task storage task,
        Chunk storage chunk,
        TaskOrder calldata order
    ) private view returns (ChunkStatus status) {
        ChunkStep step = chunk.step;
        if (step == ChunkStep.Paid) return ChunkStatus.Paid;
        if (step == ChunkStep.Refunded) return ChunkStatus.Refunded;
        // What an earlier attempt had in flight went with it.
        bool isCurrent = chunk.attempt == task.attempt && task.step == TaskStep.Working;
        if (step == ChunkStep.None || !isCurrent) return ChunkStatus.None;
        if (step == ChunkStep.Rejected) return ChunkStatus.Rejected;
        uint256 keyBy = chunk.clockAt;
        if (step == ChunkStep.Submitted) {
            if (block.timestamp <= keyBy) return ChunkStatus.Submitted;
            keyBy += order.terms.responseSeconds;
        }
        return block.timestamp > keyBy ? ChunkStatus.Withheld : ChunkStatus.Approved;
    }

    /// @dev Counts a chunk in flight, or one that was to be done again.
    function _countSubmission(uint256 taskId, Chunk storage chunk, uint8 attempt) private returns (uint8 submission) {
        Progress storage progress = _progress[taskId];
        if (chunk.step == ChunkStep.Rejected && chunk.attempt == attempt) {
            --progress.toRedo;
            return chunk.submissions + 1;
        }
        require(progress.inFlight < MAX_IN_FLIGHT, ApprovalMarket_TooManyInFlight(taskId, MAX_IN_FLIGHT));
        ++progress.inFlight;
        return 1;
    }

    /// @dev Takes a chunk that is paid or refunded out of the count and of the escrow.
    function _settleChunk(Progress storage progress, uint96 credits) private {
        --progress.inFlight;
        --progress.left;
        progress.escrow -= credits;
    }

    /// @dev Ends a task without chunks left; otherwise sees to the provider's clock, if it still runs.
    function _goOn(uint256 taskId, Task storage task, TaskOrder calldata order, bool isInTime) private {
        Progress storage progress = _progress[taskId];
        if (progress.left != 0) {
            if (isInTime) _setClock(taskId, task, order, false);
            return;
        }
        uint256 rest = _takeEscrow(taskId, order);
        address provider = _providerOf(task.nodeId);
        task.step = TaskStep.Finalized;
        emit TaskFinalized({
            taskId: taskId,
            provider: provider,
            attempt: task.attempt,
            paid: progress.paid,
            refunded: rest
        });

        if (rest != 0) _SETTLEMENT.refund(order.snapshot.buyer, rest);
        _freeProvider(task, order, provider);
    }

    /// @dev The clock runs while the provider has something to submit; what others do never shortens it.
    function _setClock(uint256 taskId, Task storage task, TaskOrder calldata order, bool hasSubmitted) private {
        Progress storage progress = _progress[taskId];
        bool canBegin = progress.inFlight < MAX_IN_FLIGHT && progress.left > progress.inFlight;
        uint48 before = task.deadlineAt;
        uint48 submitBy = before;
        if (progress.toRedo == 0 && !canBegin) submitBy = _NEVER;
        else if (hasSubmitted || before == _NEVER) submitBy = (block.timestamp + order.terms.workSeconds).toUint48();
        if (submitBy == before) return;
        task.deadlineAt = submitBy;
        emit ClockSet({taskId: taskId, submitBy: submitBy});
    }

    // ─── INTERNAL: TASK ───

    function _takeEscrow(uint256 taskId, TaskOrder calldata) internal override returns (uint256 escrow) {
        Progress storage progress = _progress[taskId];
        (escrow, progress.escrow) = (progress.escrow, 0);
    }

    /// @dev What a provider can leave undelivered at a time.
    function _atStake(uint256 taskId, uint96 price) internal view override returns (uint96 credits) {
        return (price * Math.min(_progress[taskId].left, MAX_IN_FLIGHT)).toUint96();
    }

    /// @dev The next attempt begins with nothing in flight.
    function _clearFailure(
        uint256 taskId,
        Task storage task,
        TaskOrder calldata order,
        TaskStatus status
    ) internal override {
        if (_FAILED & (1 << uint8(status)) != 0) {
            Progress storage progress = _progress[taskId];
            (progress.inFlight, progress.toRedo, progress.canEnd) = (0, 0, false);
        }
        super._clearFailure(taskId, task, order, status);
    }

    function _checkBuyer(TaskOrder calldata order) private view {
        address buyer = order.snapshot.buyer;
        require(msg.sender == buyer, ApprovalMarket_NotBuyer(msg.sender, buyer));
    }
}
