// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {MAX_PPM} from "../common/Units.sol";
import {IHardwareCatalog} from "../hardware/IHardwareCatalog.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBeacon} from "../randomness/IBeacon.sol";
import {IAggregatorV3} from "../settlement/IAggregatorV3.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IKernel} from "../verifiers/IKernel.sol";
import {BinaryTree} from "../verifiers/libraries/BinaryTree.sol";
import {ICapacityProofs} from "./ICapacityProofs.sol";
import {CapacitySchedule} from "./libraries/CapacitySchedule.sol";
import {Challenge} from "./libraries/Challenge.sol";
import {PassHistory} from "./libraries/PassHistory.sol";

/// @title CapacityProofs
/// @notice See `ICapacityProofs`.
contract CapacityProofs is ICapacityProofs {
    using Challenge for Challenge.Work;
    using EpochClock for EpochClock.Clock;
    using PassHistory for PassHistory.History;
    using SafeCast for uint256;

    // ─── TYPES ───

    /// @notice What the contract stands on.
    /// @param beacon Source of randomness
    /// @param nodes Nodes; must grant JAIL to this contract
    /// @param catalog Classes
    /// @param staking Stake; must grant SLASH to this contract
    /// @param settlement Settlement, for its clock
    /// @param kernel The MatMul kernel
    /// @param sequencerFeed Uptime feed of a rollup's sequencer; zero where there is none
    struct Parts {
        IBeacon beacon;
        INodeRegistry nodes;
        IHardwareCatalog catalog;
        IStakingRegistry staking;
        IBurnMintSettlement settlement;
        IKernel kernel;
        IAggregatorV3 sequencerFeed;
    }

    // ─── CONSTANTS ───

    /// @notice Least chance of a node to be picked, PPM.
    uint32 public constant MIN_PICK_PPM = 250_000;

    /// @notice Most entries of a node: more would not fit into 10 M gas.
    uint8 public constant MAX_ENTRIES = 32;

    /// @notice Longest jail term, that of the registry.
    uint32 public constant MAX_JAIL_SECONDS = 30 days;

    uint8 private constant _MAX_VALID_EPOCHS = 64;
    uint8 private constant _MAX_STRIKES = 16;

    // ─── IMMUTABLES ───

    IBeacon private immutable _BEACON;
    INodeRegistry private immutable _NODES;
    IHardwareCatalog private immutable _CATALOG;
    IStakingRegistry private immutable _STAKING;
    IKernel private immutable _KERNEL;
    IAggregatorV3 private immutable _SEQUENCER_FEED;
    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;

    // ─── STORAGE ───

    CapacityRules private _rules; // two slots, written once
    mapping(uint32 epoch => Tally tally) private _tallies;
    mapping(uint32 epoch => mapping(uint64 nodeId => Answer answer)) private _answers;
    mapping(uint64 nodeId => PassHistory.History history) private _histories;

    // ─── CONSTRUCTOR ───

    /// @notice Fixes parts and rules.
    /// @param parts What the contract stands on
    /// @param rules_ Rules
    constructor(Parts memory parts, CapacityRules memory rules_) {
        bool given =
            address(parts.beacon) != address(0) &&
                address(parts.nodes) != address(0) &&
                address(parts.catalog) != address(0) &&
                address(parts.staking) != address(0) &&
                address(parts.settlement) != address(0) &&
                address(parts.kernel) != address(0);
        require(given, CapacityProofs_ZeroAddress());
        EpochClock.Clock memory time = parts.settlement.clock();
        bool good = _isWithinBounds(rules_) && CapacitySchedule.fits(rules_, parts.beacon, time.epochSeconds);
        require(good, CapacityProofs_BadRules(rules_));

        _BEACON = parts.beacon;
        _NODES = parts.nodes;
        _CATALOG = parts.catalog;
        _STAKING = parts.staking;
        _KERNEL = parts.kernel;
        _SEQUENCER_FEED = parts.sequencerFeed;
        _GENESIS_AT = time.genesisAt;
        _EPOCH_SECONDS = time.epochSeconds;
        _SLOTS_PER_EPOCH = time.slotsPerEpoch;
        _rules = rules_;
    }

    // ─── NODES ───

    /// @inheritdoc ICapacityProofs
    function commit(uint64 nodeId, bytes32 root) external {
        uint32 epoch = _currentEpoch();
        RoundTimes memory times = _timesOf(epoch);
        _checkPhase(epoch, times, RoundPhase.Committing);
        require(root != 0, CapacityProofs_ZeroRoot());
        _checkAgent(nodeId);
        uint96 stake = _checkPicked(nodeId, epoch, times);
        Answer storage answer = _answerIn(nodeId, epoch, AnswerState.None);

        answer.root = root;
        answer.stake = stake;
        answer.state = AnswerState.Committed;
        emit ResultsCommitted({epoch: epoch, nodeId: nodeId, root: root, stake: stake});
    }

    /// @inheritdoc ICapacityProofs
    function open(uint64 nodeId, Opening[] calldata openings) external {
        uint32 epoch = _currentEpoch();
        RoundTimes memory times = _timesOf(epoch);
        _checkPhase(epoch, times, RoundPhase.Opening);
        Answer storage answer = _answerIn(nodeId, epoch, AnswerState.Committed);

        _tallies[epoch].answered += answer.stake;
        if (_areRight(nodeId, epoch, times, answer.root, openings)) _pass(nodeId, epoch, answer);
        else _fail(nodeId, answer);
    }

    // ─── ANYONE ───

    /// @inheritdoc ICapacityProofs
    function reportSilence(uint64 nodeId) external {
        uint32 epoch = _currentEpoch();
        RoundTimes memory times = _timesOf(epoch);
        _checkPhase(epoch, times, RoundPhase.Reporting);
        Answer storage answer = _answers[epoch][nodeId];
        AnswerState state = answer.state;
        require(state <= AnswerState.Committed, CapacityProofs_WrongState(epoch, nodeId, state));
        uint96 stake = answer.stake;
        if (state == AnswerState.None) stake = _checkPicked(nodeId, epoch, times);

        answer.stake = stake;
        answer.state = AnswerState.Silent;
        _tallies[epoch].silent += stake;
        emit SilenceReported({epoch: epoch, nodeId: nodeId, stake: stake});
    }

    /// @inheritdoc ICapacityProofs
    function reportOutage(uint80 roundId) external {
        uint32 epoch = _currentEpoch();
        RoundTimes memory times = _timesOf(epoch);
        require(address(_SEQUENCER_FEED) != address(0), CapacityProofs_NoOutage(roundId, 0));
        (, , uint256 changedAt, , ) = _SEQUENCER_FEED.getRoundData(roundId);
        // Whichever way it changed, it was down on one side of that second.
        bool during = times.startsAt != 0 && changedAt >= times.startsAt && changedAt < times.reportsFrom;
        require(during && block.timestamp < times.finalAt, CapacityProofs_NoOutage(roundId, changedAt));

        _tallies[epoch].isOutage = true;
        emit OutageReported({epoch: epoch, changedAt: changedAt});
    }

    /// @inheritdoc ICapacityProofs
    function strike(uint32 epoch, uint64 nodeId) external {
        _checkPhase(epoch, _timesOf(epoch), RoundPhase.Final);
        Answer storage answer = _answerIn(nodeId, epoch, AnswerState.Silent);

        answer.state = AnswerState.Struck;
        uint8 strikes = _histories[nodeId].strike(epoch);
        emit NodeStruck({epoch: epoch, nodeId: nodeId, strikes: strikes});
        if (strikes >= _rules.strikes) _jail(nodeId);
    }

    // ─── READ ───

    /// @inheritdoc ICapacityProofs
    function hasCapacity(uint64 nodeId, uint32 epoch) external view returns (bool capable) {
        if (_productsOf(nodeId, epoch) == 0) return true;
        PassHistory.History storage history = _histories[nodeId];
        if (history.passedWithin(epoch, 1)) return true;
        RoundTimes memory times = _timesOf(epoch);
        if (!_isVoid(epoch, times) && _isPicked(nodeId, epoch, times)) return false;
        return history.passedWithin(epoch, _rules.validEpochs);
    }

    /// @inheritdoc ICapacityProofs
    function isPicked(uint64 nodeId, uint32 epoch) external view returns (bool picked) {
        return _isPicked(nodeId, epoch, _timesOf(epoch));
    }

    /// @inheritdoc ICapacityProofs
    function productsOf(uint64 nodeId, uint32 epoch) external view returns (uint256 products) {
        return _productsOf(nodeId, epoch);
    }

    /// @inheritdoc ICapacityProofs
    function seedOf(uint64 nodeId, uint32 epoch) external view returns (bytes32 seed) {
        bytes32 start = _valueAt(_timesOf(epoch).startsAt);
        return start == 0 ? bytes32(0) : Challenge.seedOf(start, nodeId);
    }

    /// @inheritdoc ICapacityProofs
    function entryOf(
        uint64 nodeId,
        uint32 epoch,
        uint256 index
    ) external view returns (uint256 product, uint256 row, uint256 column, uint256 position) {
        RoundTimes memory times = _timesOf(epoch);
        bytes32 draw = _knownValue(times.closesAt);
        Challenge.Work memory work = _workOf(nodeId, epoch, _knownValue(times.startsAt));
        require(work.products != 0, CapacityProofs_NotPicked(epoch, nodeId));
        Challenge.Entry memory entry = work.entryOf(draw, index);
        return (entry.product, entry.row, entry.column, entry.position);
    }

    /// @inheritdoc ICapacityProofs
    function phaseOf(uint32 epoch) external view returns (RoundPhase phase) {
        return _phaseOf(epoch, _timesOf(epoch));
    }

    /// @inheritdoc ICapacityProofs
    function timesOf(uint32 epoch) external view returns (RoundTimes memory times) {
        return _timesOf(epoch);
    }

    /// @inheritdoc ICapacityProofs
    function tallyOf(uint32 epoch) external view returns (Tally memory tally) {
        return _tallies[epoch];
    }

    /// @inheritdoc ICapacityProofs
    function answerOf(uint64 nodeId, uint32 epoch) external view returns (Answer memory answer) {
        return _answers[epoch][nodeId];
    }

    /// @inheritdoc ICapacityProofs
    function historyOf(uint64 nodeId) external view returns (uint32 lastPass, bool hasPassed, uint8 strikes) {
        PassHistory.History storage history = _histories[nodeId];
        return (history.lastPass, history.passes != 0, history.strikes);
    }

    /// @inheritdoc ICapacityProofs
    function rules() external view returns (CapacityRules memory) {
        return _rules;
    }

    /// @inheritdoc ICapacityProofs
    function beacon() external view returns (address) {
        return address(_BEACON);
    }

    // ─── INTERNAL: WRITE ───

    function _pass(uint64 nodeId, uint32 epoch, Answer storage answer) private {
        answer.state = AnswerState.Passed;
        _histories[nodeId].pass(epoch);
        emit CapacityShown({epoch: epoch, nodeId: nodeId});
        if (block.timestamp >= _histories[nodeId].heldUntil) _NODES.free(nodeId);
    }

    function _fail(uint64 nodeId, Answer storage answer) private {
        answer.state = AnswerState.Wrong;
        _histories[nodeId].heldUntil = (block.timestamp + _rules.jailSeconds).toUint48();
        uint256 mill = SlashTable.amountUp(SlashTable.Offence.WrongCapacityProof, answer.stake);
        _STAKING.slashStake({
            offence: SlashTable.Offence.WrongCapacityProof,
            provider: _NODES.providerOf(nodeId),
            mill: mill,
            reporter: address(0)
        });
        _jail(nodeId);
    }

    function _jail(uint64 nodeId) private {
        _NODES.jail(nodeId, (block.timestamp + _rules.jailSeconds).toUint48());
    }

    // ─── INTERNAL: READ ───

    /// @dev Stops at the first wrong entry.
    function _areRight(
        uint64 nodeId,
        uint32 epoch,
        RoundTimes memory times,
        bytes32 root,
        Opening[] calldata openings
    ) private returns (bool right) {
        uint256 count = _rules.entryCount;
        require(openings.length == count, CapacityProofs_WrongCount(openings.length, count));
        bytes32 draw = _knownValue(times.closesAt);
        Challenge.Work memory work = _workOf(nodeId, epoch, _knownValue(times.startsAt));
        for (uint256 i = 0; i < count; ++i) {
            Challenge.Entry memory entry = work.entryOf(draw, i);
            _checkInTree(i, entry.position, work.depth(), root, openings[i]);
            uint32 committed = Challenge.resultIn(openings[i].word, entry.lane);
            uint32 computed = work.compute(_KERNEL, entry);
            if (committed == computed) continue;
            emit EntryWrong({epoch: epoch, nodeId: nodeId, index: i, committed: committed, computed: computed});
            return false;
        }
        return true;
    }

    /// @dev A word that the node never committed to proves nothing.
    function _checkInTree(
        uint256 index,
        uint256 position,
        uint256 depth,
        bytes32 root,
        Opening calldata opening
    ) private pure {
        bool inTree =
            opening.siblings.length == depth && BinaryTree.fold(opening.word, position, opening.siblings) == root;
        require(inTree, CapacityProofs_NotInTree(index, position));
    }

    function _workOf(uint64 nodeId, uint32 epoch, bytes32 start) private view returns (Challenge.Work memory work) {
        return
            Challenge.Work({
                nodeId: nodeId,
                rowsLog2: _rules.rowsLog2,
                rowWordsLog2: _rules.rowWordsLog2,
                products: _productsOf(nodeId, epoch),
                seed: Challenge.seedOf(start, nodeId)
            });
    }

    /// @dev What anyone can evaluate: no list, no order, nothing that depends on other nodes.
    function _isPicked(uint64 nodeId, uint32 epoch, RoundTimes memory times) private view returns (bool picked) {
        bytes32 start = _valueAt(times.startsAt);
        if (start == 0 || !_isInSet(nodeId, epoch, times)) return false;
        if (_productsOf(nodeId, epoch) == 0) return false;
        if (!_histories[nodeId].passedWithin(epoch - 1, _rules.recheckEpochs)) return true;
        return uint256(keccak256(abi.encode(start, nodeId, "pick"))) % MAX_PPM < _rules.pickPpm;
    }

    /// @dev The set is closed before the first draw: nodes that come later cannot choose their luck.
    function _isInSet(uint64 nodeId, uint32 epoch, RoundTimes memory times) private view returns (bool inSet) {
        if (nodeId == 0 || epoch == 0) return false;
        (, uint64 count) = _NODES.registryAt(epoch - 1);
        if (nodeId > count) return false;
        uint48 retiredAt = _NODES.nodeOf(nodeId).retiredAt;
        return retiredAt == 0 || retiredAt >= times.startsAt;
    }

    /// @dev A node that retires once it is picked is as silent as any other: its stake was there when the set was made.
    function _checkPicked(uint64 nodeId, uint32 epoch, RoundTimes memory times) private view returns (uint96 stake) {
        require(_isPicked(nodeId, epoch, times), CapacityProofs_NotPicked(epoch, nodeId));
        INodeRegistry.Node memory node = _NODES.nodeOf(nodeId);
        return (uint256(node.units) * node.stakePerUnit).toUint96();
    }

    function _checkAgent(uint64 nodeId) private view {
        address provider = _NODES.providerOf(nodeId);
        bool allowed =
            msg.sender == _NODES.agentOf(nodeId) || msg.sender == provider || _STAKING.isOperator(provider, msg.sender);
        require(allowed, CapacityProofs_NotAgent(nodeId, msg.sender));
    }

    function _answerIn(uint64 nodeId, uint32 epoch, AnswerState expected) private view returns (Answer storage answer) {
        answer = _answers[epoch][nodeId];
        AnswerState state = answer.state;
        require(state == expected, CapacityProofs_WrongState(epoch, nodeId, state));
    }

    function _checkPhase(uint32 epoch, RoundTimes memory times, RoundPhase expected) private view {
        RoundPhase phase = _phaseOf(epoch, times);
        require(phase == expected, CapacityProofs_WrongPhase(epoch, phase, expected));
    }

    function _phaseOf(uint32 epoch, RoundTimes memory times) private view returns (RoundPhase phase) {
        if (times.startsAt == 0) return RoundPhase.None;
        if (block.timestamp < times.opensAt) return RoundPhase.Waiting;
        if (block.timestamp < times.closesAt) return RoundPhase.Committing;
        if (block.timestamp < times.reportsFrom) return RoundPhase.Opening;
        if (block.timestamp < times.finalAt) return RoundPhase.Reporting;
        return _isVoid(epoch, times) ? RoundPhase.Void : RoundPhase.Final;
    }

    /// @dev In a round in which nobody opened, less than half did. So nobody brings a round about once its epoch is
    /// over, by recording its values only then (I10).
    function _isVoid(uint32 epoch, RoundTimes memory times) private view returns (bool isVoid) {
        Tally memory tally = _tallies[epoch];
        bool isFew = tally.answered == 0 || tally.answered < tally.silent;
        return tally.isOutage || isFew || _valueAt(times.startsAt) == 0;
    }

    function _timesOf(uint32 epoch) private view returns (RoundTimes memory times) {
        EpochClock.Clock memory time = EpochClock.Clock(_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH);
        return CapacitySchedule.timesOf(_rules, _BEACON, time.startOf(epoch), _EPOCH_SECONDS);
    }

    /// @dev A round that was not drawn has no start, and second zero no value.
    function _valueAt(uint48 second) private view returns (bytes32 value) {
        return second == 0 ? bytes32(0) : _BEACON.valueAt(second);
    }

    function _knownValue(uint48 second) private view returns (bytes32 value) {
        value = _valueAt(second);
        require(value != 0, CapacityProofs_NoValue(second));
    }

    function _productsOf(uint64 nodeId, uint32 epoch) private view returns (uint256 products) {
        INodeRegistry.Node memory node = _NODES.nodeOf(nodeId);
        return uint256(node.units) * _CATALOG.challengeSizeAt(node.classId, epoch);
    }

    function _currentEpoch() private view returns (uint32 epoch) {
        return EpochClock.Clock(_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH).epochAtDown(block.timestamp);
    }

    function _isWithinBounds(CapacityRules memory rules_) private pure returns (bool good) {
        bool timed = rules_.windowSeconds != 0 && rules_.openSeconds != 0 && rules_.reportSeconds != 0;
        bool jails = rules_.jailSeconds != 0 && rules_.jailSeconds <= MAX_JAIL_SECONDS;
        bool picks = rules_.pickPpm >= MIN_PICK_PPM && rules_.pickPpm <= MAX_PPM;
        bool opens = rules_.entryCount != 0 && rules_.entryCount <= MAX_ENTRIES;
        bool shaped = rules_.rowsLog2 >= 3 && rules_.rowsLog2 <= 12 && rules_.rowWordsLog2 <= 8;
        bool lasts =
            rules_.recheckEpochs != 0 &&
                rules_.recheckEpochs < rules_.validEpochs &&
                rules_.validEpochs <= _MAX_VALID_EPOCHS;
        bool strikes_ = rules_.strikes != 0 && rules_.strikes <= _MAX_STRIKES;
        return timed && jails && picks && opens && shaped && lasts && strikes_;
    }
}
