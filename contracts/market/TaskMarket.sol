// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ClaimState, Terms} from "../claims/ClaimTypes.sol";
import {IResultClaims} from "../claims/IResultClaims.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {MAX_PPM} from "../common/Units.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {ProgramHeader} from "../verifiers/TensorTypes.sol";
import {ITaskMarket} from "./ITaskMarket.sol";
import {OrderTerms} from "./OrderTerms.sol";

/// @title TaskMarket
/// @notice See `ITaskMarket`.
contract TaskMarket is ITaskMarket, EntryPause {
    using OrderTerms for TaskTerms;
    using OrderTerms for TaskOrder;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Attempts that a task can have: its claims are numbered by a byte.
    uint8 public constant MAX_ATTEMPTS = type(uint8).max;

    /// @notice Most that the bond rule can ask of the smallest job, MILL.
    uint96 public constant MAX_BOND_FLOOR = 1_000_000e18;

    /// @notice Least chance of detection that the bond rule can assume, PPM: below it bonds leave all proportion.
    uint32 public constant MIN_DETECTION_PPM = 10_000;

    /// @dev Bit of `INodeRegistry.Ask.kinds`.
    uint16 private constant _KIND_TASK = 1 << 1;

    uint256 private constant _FAILED =
        (1 << uint8(TaskStatus.Unacknowledged)) | (1 << uint8(TaskStatus.Overdue)) | (1 << uint8(TaskStatus.Rejected));
    uint256 private constant _ACCEPTABLE = (1 << uint8(TaskStatus.Listed)) | _FAILED;
    uint256 private constant _CANCELLABLE = _ACCEPTABLE | (1 << uint8(TaskStatus.Expired));
    uint256 private constant _ACKNOWLEDGEABLE = 1 << uint8(TaskStatus.Accepted);
    uint256 private constant _SUBMITTABLE = 1 << uint8(TaskStatus.Working);
    uint256 private constant _FINALIZABLE = 1 << uint8(TaskStatus.Confirmed);

    // ─── IMMUTABLES ───

    IBurnMintSettlement private immutable _SETTLEMENT;
    IStakingRegistry private immutable _STAKING;
    INodeRegistry private immutable _NODES;
    IResultClaims private immutable _CLAIMS;

    // ─── STORAGE ───

    mapping(uint256 taskId => Task task) private _tasks;
    uint256 private _taskCount;
    BondRule private _bondRule;

    /// @notice Fixes the contracts below and sets the first bond rule.
    /// @param authority AccessManager of the restricted functions
    /// @param settlement Credits
    /// @param staking Bonds
    /// @param nodes Hardware
    /// @param claims Results
    /// @param rule First bond rule
    constructor(
        address authority,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        IResultClaims claims,
        BondRule memory rule
    ) AccessManaged(authority) {
        _requireAddress(authority, "authority");
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(staking), "staking");
        _requireAddress(address(nodes), "nodes");
        _requireAddress(address(claims), "claims");
        _SETTLEMENT = settlement;
        _STAKING = staking;
        _NODES = nodes;
        _CLAIMS = claims;
        _setBondRule(rule);
    }

    // ─── BUYER ───

    /// @inheritdoc ITaskMarket
    function open(TaskTerms calldata terms) external whenEntriesOpen returns (uint256 taskId) {
        terms.check();
        TaskSnapshot memory snapshot = TaskSnapshot({
            buyer: msg.sender,
            openedAt: block.timestamp.toUint48(),
            feePpm: _SETTLEMENT.feePpm(),
            bondRule: _bondRule
        });

        taskId = ++_taskCount;
        Task storage task = _tasks[taskId];
        task.orderHash = terms.hashOf(snapshot);
        task.step = TaskStep.Listed;
        task.deadlineAt = terms.expiresAt;
        emit TaskOpened({taskId: taskId, buyer: msg.sender, terms: terms, snapshot: snapshot});

        _SETTLEMENT.lock(msg.sender, terms.maxPrice);
    }

    /// @inheritdoc ITaskMarket
    function cancel(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        TaskStatus status = _checkStatus(taskId, task, _CANCELLABLE);
        address buyer = order.snapshot.buyer;
        uint48 expiresAt = order.terms.expiresAt;
        bool isAllowed = msg.sender == buyer || block.timestamp > expiresAt;
        require(isAllowed, TaskMarket_NotBuyer(msg.sender, buyer, expiresAt));

        _clearFailure(taskId, task, order, status);
        task.step = TaskStep.Cancelled;
        emit TaskCancelled({taskId: taskId, refunded: order.terms.maxPrice});

        _SETTLEMENT.refund(buyer, order.terms.maxPrice);
    }

    // ─── PROVIDER ───

    /// @inheritdoc ITaskMarket
    function accept(uint256 taskId, TaskOrder calldata order, uint64 nodeId, bool holdsData) external {
        Task storage task = _load(taskId, order);
        TaskStatus status = _checkStatus(taskId, task, _ACCEPTABLE);
        require(block.timestamp <= order.terms.expiresAt, TaskMarket_Expired(taskId, order.terms.expiresAt));
        require(task.attempt < MAX_ATTEMPTS, TaskMarket_NoAttemptsLeft(taskId, task.attempt));

        _clearFailure(taskId, task, order, status);
        address provider = _reserve(order, nodeId);
        uint96 bond = _begin(taskId, task, order, nodeId, provider);
        if (holdsData) _acknowledge(taskId, task, order);

        _STAKING.bond(provider, bond);
    }

    /// @inheritdoc ITaskMarket
    function acknowledge(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _ACKNOWLEDGEABLE);
        _checkProvider(task.nodeId, _providerOf(task.nodeId));

        _acknowledge(taskId, task, order);
    }

    /// @inheritdoc ITaskMarket
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        ProgramHeader calldata header,
        bytes32 bodyRoot,
        bytes32 outputRoot
    ) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _SUBMITTABLE);
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
        _checkStatus(taskId, task, _FINALIZABLE);
        uint64 nodeId = task.nodeId;
        address provider = _providerOf(nodeId);
        uint256 price = order.terms.priceAfterDown(task.acceptedAfterSeconds);
        uint256 rest = order.terms.maxPrice - price;

        task.step = TaskStep.Finalized;
        emit TaskFinalized({taskId: taskId, provider: provider, attempt: task.attempt, paid: price, refunded: rest});

        _SETTLEMENT.pay(order.snapshot.buyer, provider, price, order.snapshot.feePpm);
        if (rest != 0) _SETTLEMENT.refund(order.snapshot.buyer, rest);
        _STAKING.unbond(provider, task.bond);
        _NODES.release(nodeId, order.terms.units);
    }

    /// @inheritdoc ITaskMarket
    function release(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        TaskStatus status = _checkStatus(taskId, task, _FAILED);

        _clearFailure(taskId, task, order, status);
    }

    // ─── GOVERNANCE ───

    /// @inheritdoc ITaskMarket
    function setBondRule(BondRule calldata rule) external restricted {
        _setBondRule(rule);
    }

    // ─── READ ───

    /// @inheritdoc ITaskMarket
    function statusOf(uint256 taskId) external view returns (TaskStatus status) {
        return _statusOf(taskId, _tasks[taskId]);
    }

    /// @inheritdoc ITaskMarket
    function taskOf(uint256 taskId) external view returns (Task memory task) {
        return _tasks[taskId];
    }

    /// @inheritdoc ITaskMarket
    function taskCount() external view returns (uint256 count) {
        return _taskCount;
    }

    /// @inheritdoc ITaskMarket
    function bondRule() external view returns (BondRule memory rule) {
        return _bondRule;
    }

    /// @inheritdoc ITaskMarket
    function priceAtDown(TaskOrder calldata order, uint48 timestamp) external pure returns (uint96 price) {
        uint48 openedAt = order.snapshot.openedAt;
        return order.terms.priceAfterDown(timestamp > openedAt ? timestamp - openedAt : 0);
    }

    /// @inheritdoc ITaskMarket
    function bondOfUp(TaskOrder calldata order, uint96 price) public view returns (uint96 bond) {
        return OrderTerms.bondUp(order.snapshot, order.terms.outsideValue, price, _SETTLEMENT.lastPriceWad());
    }

    /// @inheritdoc ITaskMarket
    function hashOf(TaskOrder calldata order) external pure returns (bytes32 orderHash) {
        return order.hash();
    }

    /// @inheritdoc ITaskMarket
    function claimIdOf(uint256 taskId, uint8 attempt) public pure returns (uint256 claimId) {
        return (taskId << 8) | attempt;
    }

    // ─── INTERNAL: STATUS ───

    /// @dev The only place that says what facts, clock and claim mean together.
    function _statusOf(uint256 taskId, Task storage task) private view returns (TaskStatus status) {
        TaskStep step = task.step;
        bool isLate = block.timestamp > task.deadlineAt;
        if (step == TaskStep.None) return TaskStatus.None;
        if (step == TaskStep.Listed) return isLate ? TaskStatus.Expired : TaskStatus.Listed;
        if (step == TaskStep.Accepted) return isLate ? TaskStatus.Unacknowledged : TaskStatus.Accepted;
        if (step == TaskStep.Working) return isLate ? TaskStatus.Overdue : TaskStatus.Working;
        if (step == TaskStep.Finalized) return TaskStatus.Finalized;
        if (step == TaskStep.Cancelled) return TaskStatus.Cancelled;
        ClaimState state = _CLAIMS.stateOf(claimIdOf(taskId, task.attempt));
        if (state == ClaimState.Slashed) return TaskStatus.Rejected;
        return state == ClaimState.Final ? TaskStatus.Confirmed : TaskStatus.Submitted;
    }

    /// @dev One guard for the whole machine.
    function _checkStatus(uint256 taskId, Task storage task, uint256 allowed) private view returns (TaskStatus status) {
        status = _statusOf(taskId, task);
        require(allowed & (1 << uint8(status)) != 0, TaskMarket_WrongStatus(taskId, status, allowed));
    }

    function _load(uint256 taskId, TaskOrder calldata order) private view returns (Task storage task) {
        task = _tasks[taskId];
        bytes32 given = order.hash();
        require(given == task.orderHash, TaskMarket_WrongOrder(taskId, given, task.orderHash));
    }

    // ─── INTERNAL: STEPS ───

    /// @dev Records a new attempt; its price follows from the second, its bond is fixed here.
    function _begin(
        uint256 taskId,
        Task storage task,
        TaskOrder calldata order,
        uint64 nodeId,
        address provider
    ) private returns (uint96 bond) {
        uint256 elapsed = block.timestamp - order.snapshot.openedAt;
        uint96 price = order.terms.priceAfterDown(elapsed);
        uint48 ackBy = (block.timestamp + order.terms.ackSeconds).toUint48();
        bond = bondOfUp(order, price);

        task.nodeId = nodeId;
        task.bond = bond;
        task.deadlineAt = ackBy;
        task.acceptedAfterSeconds = elapsed.toUint32();
        uint8 attempt = ++task.attempt;
        task.step = TaskStep.Accepted;
        emit TaskAccepted({
            taskId: taskId,
            provider: provider,
            nodeId: nodeId,
            attempt: attempt,
            price: price,
            bond: bond,
            ackBy: ackBy
        });
    }

    function _acknowledge(uint256 taskId, Task storage task, TaskOrder calldata order) private {
        uint48 submitBy = (block.timestamp + order.terms.workSeconds).toUint48();
        task.step = TaskStep.Working;
        task.deadlineAt = submitBy;
        emit TaskAcknowledged({taskId: taskId, attempt: task.attempt, submitBy: submitBy});
    }

    /// @dev Lists a task again after a failed attempt; does nothing when none failed. Never reverts on what the
    /// provider has done meanwhile, or it could keep the escrow from moving.
    function _clearFailure(uint256 taskId, Task storage task, TaskOrder calldata order, TaskStatus status) private {
        if (_FAILED & (1 << uint8(status)) == 0) return;
        uint64 nodeId = task.nodeId;
        uint256 bond = task.bond;
        uint256 slashed = status == TaskStatus.Overdue ? SlashTable.amountUp(SlashTable.Offence.NotDelivered, bond) : 0;
        // A rejected claim's bond is gone: ResultClaims slashed the whole of it.
        uint256 returned = status == TaskStatus.Rejected ? 0 : bond - slashed;

        task.nodeId = 0;
        task.bond = 0;
        task.acceptedAfterSeconds = 0;
        task.deadlineAt = order.terms.expiresAt;
        task.step = TaskStep.Listed;
        emit TaskRelisted({
            taskId: taskId,
            attempt: task.attempt,
            reason: status,
            bondSlashed: slashed,
            bondReturned: returned
        });

        address provider = _providerOf(nodeId);
        if (slashed != 0) {
            _STAKING.slashBond({
                offence: SlashTable.Offence.NotDelivered,
                provider: provider,
                mill: slashed,
                buyer: order.snapshot.buyer,
                reporter: address(0)
            });
        }
        if (returned != 0) _STAKING.unbond(provider, returned);
        _NODES.release(nodeId, order.terms.units);
    }

    function _setBondRule(BondRule memory rule) private {
        _checkRule("floor", rule.floor, 1, MAX_BOND_FLOOR);
        _checkRule("detectionPpm", rule.detectionPpm, MIN_DETECTION_PPM, MAX_PPM);
        _bondRule = rule;
        emit BondRuleSet({rule: rule});
    }

    // ─── INTERNAL: _NODES AND PROVIDERS ───

    /// @dev Takes the node's units before anything is written: only the reservation tells the provider and the class.
    function _reserve(TaskOrder calldata order, uint64 nodeId) private returns (address provider) {
        uint16 classId;
        (provider, classId, ) = _NODES.reserve(nodeId, order.terms.units, _KIND_TASK);
        _checkProvider(nodeId, provider);
        require(provider != order.snapshot.buyer, TaskMarket_OwnTask(provider));
        order.terms.checkEligible(nodeId, classId);
    }

    function _checkProvider(uint64 nodeId, address provider) private view {
        bool isAllowed = msg.sender == provider || msg.sender == _NODES.agentOf(nodeId);
        require(isAllowed, TaskMarket_NotProvider(msg.sender, nodeId));
    }

    function _providerOf(uint64 nodeId) private view returns (address provider) {
        return _NODES.nodeOf(nodeId).provider;
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
                responseSeconds: order.terms.responseSeconds
            });
    }

    function _checkRule(string memory name, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, TaskMarket_RuleOutOfBounds(name, value, min, max));
    }

    function _requireAddress(address account, string memory name) private pure {
        require(account != address(0), TaskMarket_ZeroAddress(name));
    }
}
