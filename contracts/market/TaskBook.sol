// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Batch} from "../common/Batch.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {MAX_PPM} from "../common/Units.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {CreditPurchase} from "./CreditPurchase.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {ITaskBook} from "./ITaskBook.sol";
import {OrderTerms} from "./OrderTerms.sol";

/// @title TaskBook
/// @notice See `ITaskBook`.
/// @dev A market on top of it opens tasks with `_list`, judges results its own way, and ends an attempt with `_finish`.
abstract contract TaskBook is ITaskBook, EntryPause, Batch, CreditPurchase {
    using OrderTerms for TaskTerms;
    using OrderTerms for TaskOrder;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Attempts that a task can have: they are numbered by a byte.
    uint8 public constant MAX_ATTEMPTS = type(uint8).max;

    /// @notice Most that the bond rule can ask of the smallest job, MILL.
    uint96 public constant MAX_BOND_FLOOR = 1_000_000e18;

    /// @notice Least chance of detection that the bond rule can assume, PPM: below it bonds leave all proportion.
    uint32 public constant MIN_DETECTION_PPM = 10_000;

    /// @dev Most gas that an `accept` can use; a test measures it.
    uint256 private constant _ACCEPT_GAS = 600_000;

    /// @dev Bit of `INodeRegistry.Ask.kinds`.
    uint16 private constant _KIND_TASK = 1 << 1;

    uint256 internal constant _FAILED =
        (1 << uint8(TaskStatus.Unacknowledged)) | (1 << uint8(TaskStatus.Overdue)) | (1 << uint8(TaskStatus.Rejected));
    uint256 internal constant _WORKING = 1 << uint8(TaskStatus.Working);
    uint256 private constant _ACCEPTABLE = (1 << uint8(TaskStatus.Listed)) | _FAILED;
    uint256 private constant _CANCELLABLE = _ACCEPTABLE | (1 << uint8(TaskStatus.Expired));
    uint256 private constant _ACKNOWLEDGEABLE = 1 << uint8(TaskStatus.Accepted);

    // ─── IMMUTABLES ───

    IBurnMintSettlement internal immutable _SETTLEMENT;
    IStakingRegistry internal immutable _STAKING;
    INodeRegistry internal immutable _NODES;
    INodeTraits private immutable _TRAITS;

    // ─── STORAGE ───

    mapping(uint256 taskId => Task task) private _tasks;
    // One slot, 12 + 4 + 8 = 24: the bond rule and the number of tasks, which opening one reads together.
    uint96 private _bondFloor;
    uint32 private _detectionPpm;
    uint64 private _taskCount;

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
    ) AccessManaged(authority) CreditPurchase(token, settlement) {
        _requireAddress(authority, "authority");
        _requireAddress(address(token), "token");
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(staking), "staking");
        _requireAddress(address(nodes), "nodes");
        _requireAddress(address(traits), "traits");
        _SETTLEMENT = settlement;
        _STAKING = staking;
        _NODES = nodes;
        _TRAITS = traits;
        _setBondRule(rule);
    }

    // ─── BUYER ───

    /// @inheritdoc ITaskBook
    function cancel(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        TaskStatus status = _checkStatus(taskId, task, _CANCELLABLE);
        address buyer = order.snapshot.buyer;
        uint48 expiresAt = order.terms.expiresAt;
        bool isAllowed = msg.sender == buyer || block.timestamp > expiresAt;
        require(isAllowed, TaskMarket_NotBuyer(msg.sender, buyer, expiresAt));

        _clearFailure(taskId, task, order, status);
        _cancel(taskId, task, order);
    }

    // ─── PROVIDER ───

    /// @inheritdoc ITaskBook
    function accept(uint256 taskId, TaskOrder calldata order, uint64 nodeId, bool holdsData) external {
        bytes32 traitsHash = order.terms.traitsHash;
        require(traitsHash == 0, TaskMarket_TraitsNotShown(taskId, traitsHash));
        _accept(taskId, order, nodeId, holdsData);
    }

    /// @inheritdoc ITaskBook
    function acceptFitting(
        uint256 taskId,
        TaskOrder calldata order,
        uint64 nodeId,
        bool holdsData,
        INodeTraits.Traits calldata traits,
        INodeRegistry.NodeDetails calldata details
    ) external {
        _TRAITS.check(order.terms.traitsHash, nodeId, traits, details);
        _accept(taskId, order, nodeId, holdsData);
    }

    /// @inheritdoc ITaskBook
    function acceptMany(Acceptance[] calldata items) external {
        _checkBatch(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            Acceptance calldata item = items[i];
            bytes memory call = abi.encodeCall(
                ITaskBook.accept,
                (item.taskId, item.order, item.nodeId, item.holdsData)
            );
            _tryItem(i, _ACCEPT_GAS, call);
        }
    }

    /// @inheritdoc ITaskBook
    function acknowledge(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _ACKNOWLEDGEABLE);
        _checkProvider(task.nodeId, _providerOf(task.nodeId));

        _acknowledge(taskId, task, order);
    }

    // ─── ANYONE ───

    /// @inheritdoc ITaskBook
    function release(uint256 taskId, TaskOrder calldata order) external {
        Task storage task = _load(taskId, order);
        TaskStatus status = _checkStatus(taskId, task, _FAILED);

        _clearFailure(taskId, task, order, status);
    }

    // ─── GOVERNANCE ───

    /// @inheritdoc ITaskBook
    function setBondRule(BondRule calldata rule) external restricted {
        _setBondRule(rule);
    }

    // ─── READ ───

    /// @inheritdoc ITaskBook
    function statusOf(uint256 taskId) external view returns (TaskStatus status) {
        return _statusOf(taskId, _tasks[taskId]);
    }

    /// @inheritdoc ITaskBook
    function taskOf(uint256 taskId) external view returns (Task memory task) {
        return _tasks[taskId];
    }

    /// @inheritdoc ITaskBook
    function taskCount() external view returns (uint256 count) {
        return _taskCount;
    }

    /// @inheritdoc ITaskBook
    function bondRule() public view returns (BondRule memory rule) {
        return BondRule({floor: _bondFloor, detectionPpm: _detectionPpm});
    }

    /// @inheritdoc ITaskBook
    function priceAtDown(TaskOrder calldata order, uint48 timestamp) external pure returns (uint96 price) {
        uint48 openedAt = order.snapshot.openedAt;
        return order.terms.priceAfterDown(timestamp > openedAt ? timestamp - openedAt : 0);
    }

    /// @inheritdoc ITaskBook
    function bondOfUp(TaskOrder calldata order, uint96 price) public view returns (uint96 bond) {
        return OrderTerms.bondUp(order.snapshot, order.terms.outsideValue, price, _SETTLEMENT.lastPriceWad());
    }

    /// @inheritdoc ITaskBook
    function hashOf(TaskOrder calldata order) external pure returns (bytes32 orderHash) {
        return order.hash();
    }

    // ─── FOR THE MARKET: WRITE ───

    /// @dev Lists a new task of the caller and locks its escrow.
    function _list(TaskTerms calldata terms, uint256 escrow) internal returns (uint256 taskId) {
        TaskSnapshot memory snapshot = TaskSnapshot({
            buyer: msg.sender,
            openedAt: block.timestamp.toUint48(),
            feePpm: _SETTLEMENT.feePpm(),
            bondRule: bondRule()
        });

        bytes memory data = terms.encode(snapshot);
        taskId = ++_taskCount;
        _tasks[taskId] = Task({
            orderHash: keccak256(data),
            nodeId: 0,
            bond: 0,
            deadlineAt: terms.expiresAt,
            acceptedAfterSeconds: 0,
            attempt: 0,
            step: TaskStep.Listed
        });
        _emitOpened(taskId, data);

        _SETTLEMENT.lock(msg.sender, escrow);
    }

    /// @dev Pays the provider at the price of its acceptance and ends the task for good.
    function _finish(uint256 taskId, Task storage task, TaskOrder calldata order, address provider) internal {
        uint256 price = order.terms.priceAfterDown(task.acceptedAfterSeconds);
        uint256 rest = order.terms.maxPrice - price;

        task.step = TaskStep.Finalized;
        emit TaskFinalized({taskId: taskId, provider: provider, attempt: task.attempt, paid: price, refunded: rest});

        _SETTLEMENT.pay(order.snapshot.buyer, provider, price, order.snapshot.feePpm);
        if (rest != 0) _SETTLEMENT.refund(order.snapshot.buyer, rest);
        _freeProvider(task, order, provider);
    }

    /// @dev Returns the bond and the node's units.
    function _freeProvider(Task storage task, TaskOrder calldata order, address provider) internal {
        _STAKING.unbond(provider, task.bond);
        _NODES.release(task.nodeId, order.terms.units);
    }

    /// @dev Ends a task that nobody works on, and gives its escrow back.
    function _cancel(uint256 taskId, Task storage task, TaskOrder calldata order) internal {
        uint256 escrow = _takeEscrow(taskId, order);
        task.step = TaskStep.Cancelled;
        emit TaskCancelled({taskId: taskId, refunded: escrow});

        _SETTLEMENT.refund(order.snapshot.buyer, escrow);
    }

    /// @dev Lists a task again after a failed attempt; does nothing when none failed. Never reverts on what the
    /// provider has done meanwhile, or it could keep the escrow from moving.
    function _clearFailure(
        uint256 taskId,
        Task storage task,
        TaskOrder calldata order,
        TaskStatus status
    ) internal virtual {
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

    // ─── WHAT A MARKET MAY SAY OTHERWISE ───

    /// @dev Takes out the credits that a task nobody works on still holds.
    function _takeEscrow(uint256, TaskOrder calldata order) internal virtual returns (uint256 escrow) {
        return order.terms.maxPrice;
    }

    /// @dev What the bond of an attempt is to answer for, given the price of this second.
    function _atStake(uint256, uint96 price) internal view virtual returns (uint96 credits) {
        return price;
    }

    /// @dev What a submitted result's status is; a market in which no task rests there need not say.
    function _statusOfSubmitted(uint256, Task storage) internal view virtual returns (TaskStatus status) {
        return TaskStatus.Submitted;
    }

    // ─── FOR THE MARKET: READ ───

    /// @dev Id that the next `_list` gives.
    function _nextTaskId() internal view returns (uint256 taskId) {
        return uint256(_taskCount) + 1;
    }

    function _load(uint256 taskId, TaskOrder calldata order) internal view returns (Task storage task) {
        task = _tasks[taskId];
        bytes32 given = order.hash();
        require(given == task.orderHash, TaskMarket_WrongOrder(taskId, given, task.orderHash));
    }

    /// @dev One guard for the whole machine.
    function _checkStatus(
        uint256 taskId,
        Task storage task,
        uint256 allowed
    ) internal view returns (TaskStatus status) {
        status = _statusOf(taskId, task);
        require(allowed & (1 << uint8(status)) != 0, TaskMarket_WrongStatus(taskId, status, allowed));
    }

    /// @dev Cheapest first: the provider itself, the node's agent, the provider's operator.
    function _checkProvider(uint64 nodeId, address provider) internal view {
        bool isAllowed =
            msg.sender == provider || msg.sender == _NODES.agentOf(nodeId) || _STAKING.isOperator(provider, msg.sender);
        require(isAllowed, TaskMarket_NotProvider(msg.sender, nodeId));
    }

    function _providerOf(uint64 nodeId) internal view returns (address provider) {
        return _NODES.providerOf(nodeId);
    }

    function _requireAddress(address account, string memory name) internal pure {
        require(account != address(0), TaskMarket_ZeroAddress(name));
    }

    // ─── INTERNAL ───

    /// @dev The only place that says what facts and clock mean together.
    function _statusOf(uint256 taskId, Task storage task) private view returns (TaskStatus status) {
        TaskStep step = task.step;
        bool isLate = block.timestamp > task.deadlineAt;
        if (step == TaskStep.None) return TaskStatus.None;
        if (step == TaskStep.Listed) return isLate ? TaskStatus.Expired : TaskStatus.Listed;
        if (step == TaskStep.Accepted) return isLate ? TaskStatus.Unacknowledged : TaskStatus.Accepted;
        if (step == TaskStep.Working) return isLate ? TaskStatus.Overdue : TaskStatus.Working;
        if (step == TaskStep.Finalized) return TaskStatus.Finalized;
        if (step == TaskStep.Cancelled) return TaskStatus.Cancelled;
        return _statusOfSubmitted(taskId, task);
    }

    /// @dev Takes a task with a node whose traits are shown, or none were asked for.
    function _accept(uint256 taskId, TaskOrder calldata order, uint64 nodeId, bool holdsData) private {
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

    /// @dev Takes the node's units before anything is written: only the reservation tells the provider and the class.
    function _reserve(TaskOrder calldata order, uint64 nodeId) private returns (address provider) {
        uint16 classId;
        (provider, classId, ) = _NODES.reserve(nodeId, order.terms.units, _KIND_TASK);
        _checkProvider(nodeId, provider);
        require(provider != order.snapshot.buyer, TaskMarket_OwnTask(provider));
        order.terms.checkEligible(nodeId, classId);
    }

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
        bond = bondOfUp(order, _atStake(taskId, price));

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

    /// @dev `emit TaskOpened(taskId, msg.sender, terms, snapshot)` of what is encoded already: doing it a second time
    /// costs as much as a cold slot.
    function _emitOpened(uint256 taskId, bytes memory data) private {
        bytes32 topic = TaskOpened.selector;
        assembly ("memory-safe") {
            log3(add(data, 0x20), mload(data), topic, taskId, caller())
        }
    }

    function _setBondRule(BondRule memory rule) private {
        _checkRule("floor", rule.floor, 1, MAX_BOND_FLOOR);
        _checkRule("detectionPpm", rule.detectionPpm, MIN_DETECTION_PPM, MAX_PPM);
        _bondFloor = rule.floor;
        _detectionPpm = rule.detectionPpm;
        emit BondRuleSet({rule: rule});
    }

    function _checkRule(string memory name, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, TaskMarket_RuleOutOfBounds(name, value, min, max));
    }
}
