// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IHardwareCatalog} from "./IHardwareCatalog.sol";
import {INodeRegistry} from "./INodeRegistry.sol";
import {RegistryDigest} from "./RegistryDigest.sol";

/// @title NodeRegistry
/// @notice See `INodeRegistry`.
contract NodeRegistry is INodeRegistry, Wired, EntryPause, EIP712 {
    using Checkpoints for Checkpoints.Trace160;
    using EpochClock for EpochClock.Clock;
    using RegistryDigest for RegistryDigest.History;
    using SafeCast for uint256;

    // ─── TYPES ───

    /// @dev What a provider has decided about a node; time and stake decide the rest of its status.
    enum Phase {
        None,
        Offered,
        Paused,
        Retiring,
        Retired
    }

    /// @dev Storage of a node.
    struct Entry {
        // slot 1: 20 + 2 + 2 + 2 + 6 = 32 bytes
        address provider; // zero means that there is no such node
        uint16 classId;
        uint16 units;
        uint16 busyUnits;
        uint48 jailedUntil;
        // slot 2: 12 + 4 + 4 + 2 + 6 + 1 = 29 bytes; with slot 1 all that a hire reads
        uint96 ratePerUnit;
        uint32 minSeconds;
        uint32 maxSeconds;
        uint16 kinds;
        uint48 askChangedAt;
        Phase phase;
        // slot 3: 20 + 12 = 32 bytes
        address firstAgent; // later ones are checkpoints in `_agents`
        uint96 stakePerUnit; // MILL
        // slot 4
        bytes32 detailsHash;
        // slot 5, written once
        uint48 retiredAt;
    }

    // ─── CONSTANTS ───

    /// @notice Type of what an agent signs.
    bytes32 public constant AGENT_CONSENT_TYPEHASH = keccak256("AgentConsent(address provider,address agent)");

    /// @notice Longest endpoint, bytes.
    uint256 public constant MAX_ENDPOINT_LENGTH = 256;

    /// @notice Longest metadata, bytes.
    uint256 public constant MAX_METADATA_LENGTH = 1024;

    /// @notice Longest jail term.
    uint32 public constant MAX_JAIL_SECONDS = 30 days;

    // ─── IMMUTABLES ───

    /// @notice Stake of the providers.
    IStakingRegistry public immutable STAKING;

    /// @notice Classes of hardware.
    IHardwareCatalog public immutable CATALOG;

    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;

    // ─── STORAGE ───

    RegistryDigest.History private _history;
    mapping(uint64 nodeId => Entry entry) private _entries;
    mapping(uint64 nodeId => Checkpoints.Trace160 agents) private _agents; // by epoch

    // ─── CONSTRUCTOR ───

    /// @notice Deploys with no nodes.
    /// @param deployer Account that wires and seals
    /// @param authority Access manager of the restricted functions
    /// @param staking Stake of the providers; must grant REQUIRE to this contract
    /// @param catalog Classes of hardware
    /// @param settlement Settlement, for its clock
    constructor(
        address deployer,
        address authority,
        address staking,
        address catalog,
        address settlement
    ) Wired(deployer) AccessManaged(authority) EIP712("Millrace Nodes", "1") {
        _requireAddress(staking, "staking");
        _requireAddress(catalog, "catalog");
        _requireAddress(settlement, "settlement");
        STAKING = IStakingRegistry(staking);
        CATALOG = IHardwareCatalog(catalog);
        EpochClock.Clock memory time = IBurnMintSettlement(settlement).clock();
        _GENESIS_AT = time.genesisAt;
        _EPOCH_SECONDS = time.epochSeconds;
        _SLOTS_PER_EPOCH = time.slotsPerEpoch;
    }

    // ─── READ ───

    /// @inheritdoc INodeRegistry
    function nodeOf(uint64 nodeId) external view returns (Node memory node) {
        Entry storage entry = _entries[nodeId];
        return
            Node({
                provider: entry.provider,
                classId: entry.classId,
                units: entry.units,
                busyUnits: entry.busyUnits,
                jailedUntil: entry.jailedUntil,
                retiredAt: entry.retiredAt,
                stakePerUnit: entry.stakePerUnit,
                paused: entry.phase == Phase.Paused,
                retiring: entry.phase == Phase.Retiring,
                detailsHash: entry.detailsHash
            });
    }

    /// @inheritdoc INodeRegistry
    function providerOf(uint64 nodeId) external view returns (address provider) {
        return _entries[nodeId].provider;
    }

    /// @inheritdoc INodeRegistry
    function askOf(uint64 nodeId) external view returns (Ask memory ask) {
        return _askOf(_entries[nodeId]);
    }

    /// @inheritdoc INodeRegistry
    function agentOf(uint64 nodeId) external view returns (address agent) {
        return _agentAt(nodeId, _currentEpoch());
    }

    /// @inheritdoc INodeRegistry
    function agentAt(uint64 nodeId, uint32 epoch) external view returns (address agent) {
        return nodeId <= _history.asOf(epoch).count ? _agentAt(nodeId, epoch) : address(0);
    }

    /// @inheritdoc INodeRegistry
    function statusOf(uint64 nodeId) external view returns (Status status) {
        return _statusOf(_entries[nodeId]);
    }

    /// @inheritdoc INodeRegistry
    function eligibility(uint64 nodeId) external view returns (Eligibility reason) {
        Entry storage entry = _entries[nodeId];
        reason = _eligibilityOf(entry);
        if (reason == Eligibility.Eligible && entry.busyUnits == entry.units) reason = Eligibility.AllUnitsBusy;
    }

    /// @inheritdoc INodeRegistry
    function verifyDetails(uint64 nodeId, NodeDetails calldata details) external view {
        bytes32 expected = _entries[nodeId].detailsHash;
        bytes32 given = keccak256(abi.encode(details));
        require(given == expected, NodeRegistry_WrongDetails(nodeId, given, expected));
    }

    /// @inheritdoc INodeRegistry
    function consentDigest(address provider, address agent) external view returns (bytes32 digest) {
        return _consentDigest(provider, agent);
    }

    /// @inheritdoc INodeRegistry
    function nodeCount() external view returns (uint64 count) {
        return _history.latest().count;
    }

    /// @inheritdoc INodeRegistry
    function registryDigest() external view returns (bytes32 digest) {
        return _history.latest().digest;
    }

    /// @inheritdoc INodeRegistry
    function registryAt(uint32 epoch) external view returns (bytes32 digest, uint64 count) {
        RegistryDigest.Snapshot memory snapshot = _history.asOf(epoch);
        return (snapshot.digest, snapshot.count);
    }

    // ─── PROVIDERS ───

    /// @inheritdoc INodeRegistry
    function addNode(
        uint16 classId,
        uint16 units,
        address agent,
        NodeDetails calldata details,
        Ask calldata ask,
        bytes calldata consent
    ) external whenEntriesOpen returns (uint64 nodeId) {
        require(units != 0, NodeRegistry_ZeroUnits());
        (uint96 stakePerUnit, bool open) = CATALOG.entryOf(classId);
        require(open, NodeRegistry_ClassClosed(classId));
        _checkConsent(msg.sender, agent, consent);

        nodeId = _history.latest().count + 1;
        Entry storage entry = _entries[nodeId];
        entry.provider = msg.sender;
        entry.classId = classId;
        entry.units = units;
        entry.phase = Phase.Offered;
        entry.firstAgent = agent;
        entry.stakePerUnit = stakePerUnit;
        _setDetails(entry, details);
        _setAsk(entry, ask);
        _recordAdded(entry, nodeId);
        _emitAdded(entry, nodeId, details);
        _requireAccess(msg.sender, _changeRequired({provider: msg.sender, from: 0, to: uint256(units) * stakePerUnit}));
    }

    /// @inheritdoc INodeRegistry
    function setDetails(uint64 nodeId, NodeDetails calldata details) external {
        Entry storage entry = _workedNode(nodeId);
        _setDetails(entry, details);
        _record(nodeId, Change.DetailsChanged, entry.detailsHash);
        emit DetailsChanged(nodeId, details);
    }

    /// @inheritdoc INodeRegistry
    function setAsk(uint64 nodeId, Ask calldata ask) external {
        Entry storage entry = _workedNode(nodeId);
        _setAsk(entry, ask);
        emit AskChanged(nodeId, _askOf(entry));
    }

    /// @inheritdoc INodeRegistry
    function rotateAgent(uint64 nodeId, address agent, bytes calldata consent) external {
        address provider = _workedNode(nodeId).provider;
        _checkConsent(provider, agent, consent);

        uint32 fromEpoch = _currentEpoch() + 1;
        _agents[nodeId].push(fromEpoch, uint160(agent));
        _record(nodeId, Change.AgentRotated, keccak256(abi.encode(agent, fromEpoch)));
        emit AgentRotated(nodeId, agent, fromEpoch);
    }

    /// @inheritdoc INodeRegistry
    function pause(uint64 nodeId) external {
        Entry storage entry = _workedNode(nodeId);
        require(entry.phase == Phase.Offered, NodeRegistry_WrongStatus(nodeId, _statusOf(entry)));

        entry.phase = Phase.Paused;
        _record(nodeId, Change.Paused, 0);
        emit NodePaused(nodeId);
    }

    /// @inheritdoc INodeRegistry
    function resume(uint64 nodeId) external {
        Entry storage entry = _workedNode(nodeId);
        require(entry.phase == Phase.Paused, NodeRegistry_WrongStatus(nodeId, _statusOf(entry)));

        entry.phase = Phase.Offered;
        _record(nodeId, Change.Resumed, 0);
        emit NodeResumed(nodeId);
        _refreshStake(entry, nodeId);
        _requireAccess(entry.provider, STAKING.hasAccess(entry.provider));
    }

    /// @inheritdoc INodeRegistry
    function retire(uint64 nodeId) external {
        Entry storage entry = _ownNode(nodeId);
        require(entry.phase != Phase.Retiring, NodeRegistry_WrongStatus(nodeId, _statusOf(entry)));

        if (entry.busyUnits == 0) {
            _finishRetirement(entry, nodeId);
        } else {
            entry.phase = Phase.Retiring;
            _record(nodeId, Change.Retiring, 0);
            emit NodeRetiring(nodeId);
        }
    }

    // ─── EVERYBODY ───

    /// @inheritdoc INodeRegistry
    function refreshStake(uint64 nodeId) external {
        Entry storage entry = _liveNode(nodeId);
        _refreshStake(entry, nodeId);
    }

    // ─── MODULES ───

    /// @inheritdoc INodeRegistry
    function reserve(
        uint64 nodeId,
        uint16 units,
        uint16 kind
    ) external onlyWired(Permissions.RESERVE) returns (address provider, uint16 classId, Ask memory ask) {
        require(units != 0, NodeRegistry_ZeroUnits());
        Entry storage entry = _entries[nodeId];
        Eligibility reason = _eligibilityOf(entry);
        require(reason == Eligibility.Eligible, NodeRegistry_NotEligible(nodeId, reason));
        ask = _askOf(entry);
        require(kind != 0 && kind & ask.kinds == kind, NodeRegistry_KindNotAccepted(nodeId, kind, ask.kinds));
        uint16 free = entry.units - entry.busyUnits;
        require(units <= free, NodeRegistry_TooFewUnits(nodeId, free, units));

        entry.busyUnits += units;
        emit UnitsReserved(nodeId, msg.sender, units);
        return (entry.provider, entry.classId, ask);
    }

    /// @inheritdoc INodeRegistry
    function release(uint64 nodeId, uint16 units) external onlyWired(Permissions.RESERVE) {
        Entry storage entry = _entries[nodeId];
        uint16 busy = entry.busyUnits;
        // An exit of a job must not fail here, whatever its market believes to hold.
        uint16 returned = units < busy ? units : busy;

        entry.busyUnits = busy - returned;
        emit UnitsReleased(nodeId, msg.sender, returned);
        if (returned == busy && entry.phase == Phase.Retiring) _finishRetirement(entry, nodeId);
    }

    /// @inheritdoc INodeRegistry
    function jail(uint64 nodeId, uint48 until) external onlyWired(Permissions.JAIL) {
        Entry storage entry = _entries[nodeId];
        require(entry.provider != address(0), NodeRegistry_UnknownNode(nodeId));
        uint48 max = (block.timestamp + MAX_JAIL_SECONDS).toUint48();
        require(until <= max, NodeRegistry_JailTooLong(until, max));

        uint48 term = Math.max(until, entry.jailedUntil).toUint48();
        entry.jailedUntil = term;
        _record(nodeId, Change.Jailed, bytes32(uint256(term)));
        emit NodeJailed(nodeId, term);
    }

    /// @inheritdoc INodeRegistry
    function free(uint64 nodeId) external onlyWired(Permissions.JAIL) {
        Entry storage entry = _entries[nodeId];
        if (block.timestamp >= entry.jailedUntil) return;

        entry.jailedUntil = 0;
        _record(nodeId, Change.Freed, 0);
        emit NodeFreed(nodeId);
    }

    // ─── INTERNAL: WRITE ───

    function _setDetails(Entry storage entry, NodeDetails calldata details) private {
        uint256 endpoint = bytes(details.endpoint).length;
        uint256 metadata = bytes(details.metadata).length;
        require(
            endpoint <= MAX_ENDPOINT_LENGTH && metadata <= MAX_METADATA_LENGTH,
            NodeRegistry_DetailsTooLong(endpoint, metadata)
        );
        entry.detailsHash = keccak256(abi.encode(details));
    }

    function _setAsk(Entry storage entry, Ask calldata ask) private {
        bool good = ask.ratePerUnit != 0 && ask.kinds != 0 && ask.maxSeconds != 0 && ask.minSeconds <= ask.maxSeconds;
        require(good, NodeRegistry_BadAsk(ask.ratePerUnit, ask.minSeconds, ask.maxSeconds, ask.kinds));

        entry.ratePerUnit = ask.ratePerUnit;
        entry.minSeconds = ask.minSeconds;
        entry.maxSeconds = ask.maxSeconds;
        entry.kinds = ask.kinds;
        entry.askChangedAt = block.timestamp.toUint48();
    }

    /// @dev Retired is for good: the phase is never left again, and `_ownNode` lets nothing else through.
    function _finishRetirement(Entry storage entry, uint64 nodeId) private {
        entry.phase = Phase.Retired;
        entry.retiredAt = block.timestamp.toUint48();
        _record(nodeId, Change.Retired, 0);
        emit NodeRetired(nodeId);
        _changeRequired({provider: entry.provider, from: uint256(entry.units) * entry.stakePerUnit, to: 0});
    }

    function _refreshStake(Entry storage entry, uint64 nodeId) private {
        uint96 before = entry.stakePerUnit;
        uint96 due = CATALOG.stakeDue(entry.classId, before);
        if (due == before) return;

        entry.stakePerUnit = due;
        _record(nodeId, Change.StakeChanged, bytes32(uint256(due)));
        emit NodeStakeChanged(nodeId, due);
        uint256 units = entry.units;
        _changeRequired({provider: entry.provider, from: units * before, to: units * due});
    }

    /// @dev The sum is kept by the staking registry alone; no other module sets it.
    function _changeRequired(address provider, uint256 from, uint256 to) private returns (bool access) {
        (uint256 required, ) = STAKING.accessOf(provider);
        return STAKING.setRequired(provider, required - from + to);
    }

    function _recordAdded(Entry storage entry, uint64 nodeId) private {
        bytes32 data = keccak256(
            abi.encode(
                entry.provider,
                entry.classId,
                entry.units,
                entry.firstAgent,
                entry.stakePerUnit,
                entry.detailsHash
            )
        );
        _record(nodeId, Change.Added, data);
    }

    function _emitAdded(Entry storage entry, uint64 nodeId, NodeDetails calldata details) private {
        emit NodeAdded({
            nodeId: nodeId,
            provider: entry.provider,
            classId: entry.classId,
            units: entry.units,
            agent: entry.firstAgent,
            stakePerUnit: entry.stakePerUnit,
            details: details,
            ask: _askOf(entry)
        });
    }

    function _record(uint64 nodeId, Change change, bytes32 data) private {
        _history.record({epoch: _currentEpoch(), nodeId: nodeId, change: change, data: data});
    }

    // ─── INTERNAL: READ ───

    /// @dev A node whose provider the caller is.
    function _ownNode(uint64 nodeId) private view returns (Entry storage entry) {
        entry = _liveNode(nodeId);
        address provider = entry.provider;
        require(msg.sender == provider, NodeRegistry_NotProvider(nodeId, provider, msg.sender));
    }

    /// @dev A node that the caller may work for, as its provider or as the operator.
    function _workedNode(uint64 nodeId) private view returns (Entry storage entry) {
        entry = _liveNode(nodeId);
        address provider = entry.provider;
        bool allowed = msg.sender == provider || STAKING.isOperator(provider, msg.sender);
        require(allowed, NodeRegistry_NotProvider(nodeId, provider, msg.sender));
    }

    function _liveNode(uint64 nodeId) private view returns (Entry storage entry) {
        entry = _entries[nodeId];
        Phase phase = entry.phase;
        require(phase != Phase.None, NodeRegistry_UnknownNode(nodeId));
        require(phase != Phase.Retired, NodeRegistry_WrongStatus(nodeId, Status.Retired));
    }

    function _requireAccess(address provider, bool access) private view {
        if (access) return;
        (uint256 required, uint256 weight) = STAKING.accessOf(provider);
        revert NodeRegistry_NoAccess(provider, required, weight);
    }

    function _eligibilityOf(Entry storage entry) private view returns (Eligibility reason) {
        Phase phase = entry.phase;
        if (phase == Phase.None) return Eligibility.UnknownNode;
        if (phase == Phase.Retired) return Eligibility.NodeRetired;
        if (block.timestamp < entry.jailedUntil) return Eligibility.NodeJailed;
        if (phase == Phase.Retiring) return Eligibility.NodeRetiring;
        if (phase == Phase.Paused) return Eligibility.NodePaused;
        if (!STAKING.hasAccess(entry.provider)) return Eligibility.ProviderNoAccess;
        return Eligibility.Eligible;
    }

    function _statusOf(Entry storage entry) private view returns (Status status) {
        Eligibility reason = _eligibilityOf(entry);
        if (reason == Eligibility.UnknownNode) return Status.None;
        if (reason == Eligibility.NodeRetired) return Status.Retired;
        if (reason == Eligibility.NodeJailed) return Status.Jailed;
        if (reason == Eligibility.Eligible) return Status.Active;
        return Status.Draining;
    }

    function _askOf(Entry storage entry) private view returns (Ask memory ask) {
        return
            Ask({
                ratePerUnit: entry.ratePerUnit,
                minSeconds: entry.minSeconds,
                maxSeconds: entry.maxSeconds,
                kinds: entry.kinds,
                changedAt: entry.askChangedAt
            });
    }

    function _agentAt(uint64 nodeId, uint32 epoch) private view returns (address agent) {
        agent = address(_agents[nodeId].upperLookupRecent(epoch));
        if (agent == address(0)) agent = _entries[nodeId].firstAgent;
    }

    /// @dev A key speaks for whoever names it first, unless it must agree; evidence against it would then be
    /// another's.
    function _checkConsent(address provider, address agent, bytes calldata consent) private view {
        if (agent == msg.sender) return;
        (address signer, , ) = ECDSA.tryRecoverCalldata(_consentDigest(provider, agent), consent);
        require(agent != address(0) && signer == agent, NodeRegistry_NoConsent(agent, provider));
    }

    function _consentDigest(address provider, address agent) private view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(AGENT_CONSENT_TYPEHASH, provider, agent)));
    }

    function _currentEpoch() private view returns (uint32 epoch) {
        return EpochClock.Clock(_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH).epochAtDown(block.timestamp);
    }
}
