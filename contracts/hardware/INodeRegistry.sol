// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title INodeRegistry
/// @notice Nodes: a provider's hardware on offer, who speaks for it, what it asks, and how much of it is hired.
/// @dev Status is derived from facts, never stored:
///
/// ```
///   addNode                pause, retire while hired, or the provider's stake no longer carries its nodes
///  ─────────▶ Active ◀───────────────────────────▶ Draining ──── retire, or the last release after it ────▶ Retired
///               ▲  resume, or stake restored                                                                 ▲
///               └───────────▶ Jailed (until a time) ───────────────────── retire ───────────────────────────┘
/// ```
///
/// Retired is final. A hired unit stays hired through every status: only its market releases it.
///
/// Promises:
/// - Nobody registers a key that does not consent: an agent signs (EIP-712) for the provider that names it.
/// - The key that spoke for a node in any epoch stays known (`agentAt`); a change acts from the next epoch.
/// - `retire` always works, in a pause, jailed or hired, and frees the node's stake as soon as nothing of it is hired
///   (I4).
/// - No change of an ask alters a hire that is already there: markets copy the ask (I10).
interface INodeRegistry {
    // ─── TYPES ───

    /// @notice Statuses of a node, derived. None: there is no such node.
    enum Status {
        None,
        Active,
        Draining,
        Jailed,
        Retired
    }

    /// @notice Why a node takes no work; `Eligible` if it does.
    enum Eligibility {
        Eligible,
        UnknownNode,
        NodeRetired,
        NodeRetiring,
        NodePaused,
        NodeJailed,
        ProviderNoAccess,
        AllUnitsBusy
    }

    /// @notice What changed, in the digest of the registry.
    enum Change {
        Added,
        DetailsChanged,
        AgentRotated,
        Paused,
        Resumed,
        Retiring,
        Retired,
        Jailed,
        StakeChanged,
        Freed
    }

    /// @notice Who answers for a node; what a job asks each time, at the cost of one slot.
    /// @param nodeId Number of the node
    /// @return provider Provider, zero if there is no such node
    function providerOf(uint64 nodeId) external view returns (address provider);

    /// @notice A node's price list.
    /// @param ratePerUnit Rate, credits per second for one unit, WAD
    /// @param minSeconds Shortest hire
    /// @param maxSeconds Longest hire
    /// @param kinds Kinds of job accepted: bit 0 leases, bit 1 tasks
    /// @param changedAt When it last changed; set by the registry
    struct Ask {
        uint96 ratePerUnit;
        uint32 minSeconds;
        uint32 maxSeconds;
        uint16 kinds;
        uint48 changedAt;
    }

    /// @notice What a node says of itself; only its hash is stored, the rest is in events.
    /// @param region ISO 3166-2 code, packed left: "DE-BE"
    /// @param attributes Bitmap of attributes
    /// @param source Network that the hardware comes from, zero for none
    /// @param endpoint Where its agent answers, at most 256 bytes
    /// @param metadata Free text, at most 1024 bytes
    struct NodeDetails {
        bytes32 region;
        uint256 attributes;
        bytes32 source;
        string endpoint;
        string metadata;
    }

    /// @notice A node.
    /// @param provider Provider that owns it
    /// @param classId Class of hardware
    /// @param units Units that it has
    /// @param busyUnits Units of these that are hired
    /// @param jailedUntil Until when it is jailed; past or zero means that it is not
    /// @param retiredAt When it retired; zero means that it did not
    /// @param stakePerUnit Stake that a unit of it needs, MILL
    /// @param paused Whether its provider paused it
    /// @param retiring Whether it retires with its last release
    /// @param detailsHash `keccak256(abi.encode(details))`
    struct Node {
        address provider;
        uint16 classId;
        uint16 units;
        uint16 busyUnits;
        uint48 jailedUntil;
        uint48 retiredAt;
        uint96 stakePerUnit;
        bool paused;
        bool retiring;
        bytes32 detailsHash;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a node is added.
    /// @param nodeId Number of the node
    /// @param provider Provider
    /// @param classId Class of hardware
    /// @param units Units
    /// @param agent Key that speaks for it
    /// @param stakePerUnit Stake that a unit needs, MILL
    /// @param details What it says of itself
    /// @param ask Price list
    event NodeAdded(
        uint64 indexed nodeId,
        address indexed provider,
        uint16 indexed classId,
        uint16 units,
        address agent,
        uint96 stakePerUnit,
        NodeDetails details,
        Ask ask
    );

    /// @notice Emitted when a node's details change.
    /// @param nodeId Number of the node
    /// @param details What it says of itself
    event DetailsChanged(uint64 indexed nodeId, NodeDetails details);

    /// @notice Emitted when a node's price list changes.
    /// @param nodeId Number of the node
    /// @param ask Price list
    event AskChanged(uint64 indexed nodeId, Ask ask);

    /// @notice Emitted when a node's key changes.
    /// @param nodeId Number of the node
    /// @param agent New key
    /// @param fromEpoch First epoch in which it speaks for the node
    event AgentRotated(uint64 indexed nodeId, address indexed agent, uint32 fromEpoch);

    /// @notice Emitted when a provider takes a node out of the market.
    /// @param nodeId Number of the node
    event NodePaused(uint64 indexed nodeId);

    /// @notice Emitted when a provider puts a node back into the market.
    /// @param nodeId Number of the node
    event NodeResumed(uint64 indexed nodeId);

    /// @notice Emitted when a node that is hired will retire with its last release.
    /// @param nodeId Number of the node
    event NodeRetiring(uint64 indexed nodeId);

    /// @notice Emitted when a node retires for good.
    /// @param nodeId Number of the node
    event NodeRetired(uint64 indexed nodeId);

    /// @notice Emitted when a node is jailed.
    /// @param nodeId Number of the node
    /// @param until Until when
    event NodeJailed(uint64 indexed nodeId, uint48 until);

    /// @notice Emitted when a jail term ends before its time.
    /// @param nodeId Number of the node
    event NodeFreed(uint64 indexed nodeId);

    /// @notice Emitted when the stake that a node needs changes with its class.
    /// @param nodeId Number of the node
    /// @param stakePerUnit Stake that a unit needs, MILL
    event NodeStakeChanged(uint64 indexed nodeId, uint96 stakePerUnit);

    /// @notice Emitted when units of a node are hired.
    /// @param nodeId Number of the node
    /// @param market Contract that hired them
    /// @param units Units
    event UnitsReserved(uint64 indexed nodeId, address indexed market, uint16 units);

    /// @notice Emitted when units of a node become free.
    /// @param nodeId Number of the node
    /// @param market Contract that returned them
    /// @param units Units
    event UnitsReleased(uint64 indexed nodeId, address indexed market, uint16 units);

    // ─── ERRORS ───

    /// @notice Thrown when a node does not exist.
    error NodeRegistry_UnknownNode(uint64 nodeId);

    /// @notice Thrown when the caller is not the node's provider, nor its operator where that is enough.
    error NodeRegistry_NotProvider(uint64 nodeId, address provider, address caller);

    /// @notice Thrown when a class takes no new nodes, or does not exist.
    error NodeRegistry_ClassClosed(uint16 classId);

    /// @notice Thrown when a number of units is zero.
    error NodeRegistry_ZeroUnits();

    /// @notice Thrown when an agent did not sign for the provider.
    error NodeRegistry_NoConsent(address agent, address provider);

    /// @notice Thrown when a node's endpoint or metadata is too long.
    error NodeRegistry_DetailsTooLong(uint256 endpointLength, uint256 metadataLength);

    /// @notice Thrown when details are not those that the node stands for.
    error NodeRegistry_WrongDetails(uint64 nodeId, bytes32 given, bytes32 expected);

    /// @notice Thrown when an ask has no rate, no kinds, or a longest hire that is zero or below the shortest.
    error NodeRegistry_BadAsk(uint96 ratePerUnit, uint32 minSeconds, uint32 maxSeconds, uint16 kinds);

    /// @notice Thrown when a provider's stake does not carry its nodes.
    error NodeRegistry_NoAccess(address provider, uint256 required, uint256 weight);

    /// @notice Thrown when a node takes no work, with the reason.
    error NodeRegistry_NotEligible(uint64 nodeId, Eligibility reason);

    /// @notice Thrown when a node does not accept jobs of a kind.
    error NodeRegistry_KindNotAccepted(uint64 nodeId, uint16 kind, uint16 kinds);

    /// @notice Thrown when a node has fewer free units than asked for.
    error NodeRegistry_TooFewUnits(uint64 nodeId, uint16 free, uint16 units);

    /// @notice Thrown when a node's status does not allow a call.
    error NodeRegistry_WrongStatus(uint64 nodeId, Status status);

    /// @notice Thrown when a jail term is longer than allowed.
    error NodeRegistry_JailTooLong(uint48 until, uint48 max);

    // ─── PROVIDERS ───

    /// @notice Adds a node. Its provider's stake must carry it.
    /// @dev Emits {NodeAdded}. Requirements: entries open; caller registered, with access to spare for the node (S2 of
    /// {IStakingRegistry}); class open; at least one unit; `agent` is the caller or has signed
    /// `AgentConsent(address provider,address agent)` with the caller as provider (EIP-712, plain ECDSA); details
    /// within their limits; an ask that makes sense.
    /// @param classId Class of hardware
    /// @param units Units
    /// @param agent Key that speaks for the node from this epoch on
    /// @param details What it says of itself
    /// @param ask Price list; `changedAt` is ignored
    /// @param consent Signature of `agent`; ignored when `agent` is the caller
    /// @return nodeId Number of the node, from 1
    function addNode(
        uint16 classId,
        uint16 units,
        address agent,
        NodeDetails calldata details,
        Ask calldata ask,
        bytes calldata consent
    ) external returns (uint64 nodeId);

    /// @notice Replaces a node's details.
    /// @dev Emits {DetailsChanged}. Requirements: caller is its provider or operator; not retired; details within their
    /// limits.
    /// @param nodeId Number of the node
    /// @param details What it says of itself
    function setDetails(uint64 nodeId, NodeDetails calldata details) external;

    /// @notice Replaces a node's price list. Hires that are already there keep the one they were made at.
    /// @dev Emits {AskChanged}. Requirements: caller is its provider or operator; not retired; an ask that makes sense.
    /// @param nodeId Number of the node
    /// @param ask Price list; `changedAt` is ignored
    function setAsk(uint64 nodeId, Ask calldata ask) external;

    /// @notice Replaces a node's key from the next epoch on. Until then the old one speaks for it. The consent is to
    /// the provider, whoever calls.
    /// @dev Emits {AgentRotated}. Requirements: caller is its provider or operator; not retired; consent as in
    /// `addNode`.
    /// @param nodeId Number of the node
    /// @param agent New key
    /// @param consent Signature of `agent`; ignored when `agent` is the caller
    function rotateAgent(uint64 nodeId, address agent, bytes calldata consent) external;

    /// @notice Takes a node out of the market. What is hired runs on.
    /// @dev Emits {NodePaused}. Requirements: caller is its provider or operator; neither retired nor retiring nor
    /// paused.
    /// @param nodeId Number of the node
    function pause(uint64 nodeId) external;

    /// @notice Puts a node back into the market.
    /// @dev Emits {NodeResumed}, {NodeStakeChanged} if its class's stake changed. Requirements: caller is its
    /// provider or operator; the node is paused and not retired or retiring; the provider has access.
    /// @param nodeId Number of the node
    function resume(uint64 nodeId) external;

    /// @notice Retires a node: at once if nothing of it is hired, otherwise with its last release. There is no way
    /// back.
    /// @dev Emits {NodeRetired} or {NodeRetiring}. Requirements: caller is its provider; neither retired nor retiring.
    /// @param nodeId Number of the node
    function retire(uint64 nodeId) external;

    // ─── EVERYBODY ───

    /// @notice Brings the stake that a node needs up to date with its class: lowered at once, raised after the grace
    /// period. Takes nothing from anybody; a provider whose stake no longer carries its nodes drains.
    /// @dev Emits {NodeStakeChanged} if it changed. Requirements: the node exists and is not retired.
    /// @param nodeId Number of the node
    function refreshStake(uint64 nodeId) external;

    // ─── MODULES ───

    /// @notice Hires units of a node.
    /// @dev Permission RESERVE. Emits {UnitsReserved}. Requirements: at least one unit; status Active; `kind`
    /// accepted; enough free units.
    /// @param nodeId Number of the node
    /// @param units Units
    /// @param kind Bits of `Ask.kinds` that must all be set
    /// @return provider Provider of the node
    /// @return classId Class of hardware
    /// @return ask Price list, to be copied into the hire
    function reserve(
        uint64 nodeId,
        uint16 units,
        uint16 kind
    ) external returns (address provider, uint16 classId, Ask memory ask);

    /// @notice Returns hired units. Never reverts on the number: returns what is hired at most.
    /// @dev Permission RESERVE. Emits {UnitsReleased}, {NodeRetired} when the last unit of a retiring node returns.
    /// @param nodeId Number of the node
    /// @param units Units
    function release(uint64 nodeId, uint16 units) external;

    /// @notice Keeps a node out of the market for a time. A longer term that runs already stands.
    /// @dev Permission JAIL. Emits {NodeJailed}. Requirements: the node exists; a term of at most 30 days.
    /// @param nodeId Number of the node
    /// @param until Until when
    function jail(uint64 nodeId, uint48 until) external;

    /// @notice Ends a jail term; does nothing if none runs.
    /// @dev Permission JAIL. Emits {NodeFreed}.
    /// @param nodeId Number of the node
    function free(uint64 nodeId) external;

    // ─── VIEWS ───

    /// @notice A node.
    /// @param nodeId Number of the node
    /// @return node Node; without provider if there is none
    function nodeOf(uint64 nodeId) external view returns (Node memory node);

    /// @notice A node's price list.
    /// @param nodeId Number of the node
    /// @return ask Price list
    function askOf(uint64 nodeId) external view returns (Ask memory ask);

    /// @notice Key that speaks for a node in the current epoch.
    /// @param nodeId Number of the node
    /// @return agent Key, zero if there is no such node
    function agentOf(uint64 nodeId) external view returns (address agent);

    /// @notice Key that speaks for a node in an epoch.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @return agent Key, zero if there is no such node or it was added later
    function agentAt(uint64 nodeId, uint32 epoch) external view returns (address agent);

    /// @notice Status of a node.
    /// @param nodeId Number of the node
    /// @return status Status
    function statusOf(uint64 nodeId) external view returns (Status status);

    /// @notice Whether a node takes work, and if not, why.
    /// @param nodeId Number of the node
    /// @return reason First reason that applies, `Eligible` if none does
    function eligibility(uint64 nodeId) external view returns (Eligibility reason);

    /// @notice Reverts unless details are those that a node stands for.
    /// @param nodeId Number of the node
    /// @param details What it says of itself
    function verifyDetails(uint64 nodeId, NodeDetails calldata details) external view;

    /// @notice What an agent signs to speak for a provider's nodes.
    /// @param provider Provider
    /// @param agent Agent
    /// @return digest EIP-712 digest of this chain and contract
    function consentDigest(address provider, address agent) external view returns (bytes32 digest);

    /// @notice Number of nodes ever added; their numbers are 1 to this.
    /// @return count Number
    function nodeCount() external view returns (uint64 count);

    /// @notice Rolling hash of every change to the set of nodes: added, details, key, paused, resumed, retiring,
    /// retired, jailed, freed, stake. Hires and asks are no part of it: no report depends on them.
    /// @dev `digest' = keccak256(abi.encode(digest, nodeId, change, data))`, from zero; `data` as {Change} is
    /// emitted, see docs/decisions/0032-registry-digest.md.
    /// @return digest Hash
    function registryDigest() external view returns (bytes32 digest);

    /// @notice Digest and number of nodes as they were when an epoch ended; as they are now, if it has not.
    /// @param epoch Epoch
    /// @return digest Hash
    /// @return count Number of nodes
    function registryAt(uint32 epoch) external view returns (bytes32 digest, uint64 count);
}
