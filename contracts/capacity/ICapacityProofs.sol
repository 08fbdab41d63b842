// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ICapacityProofs
/// @notice Does a node reach the throughput of its class? Once an epoch some nodes are picked and must show it, all in
/// one window.
/// @dev A round, inside its epoch:
///
/// ```
///  drawAt        startsAt     opensAt           closesAt    entriesAt            reportsFrom         finalAt
///  ──┼──── lead + drawn ──┼─ delay ─┼── commit ──────┼─ delay ─┼── open entries ──────┼── report silence ──┼──
///  value 1: the start     value 2: who, and what     value 3: which entries
/// ```
///
/// The nodes are those that existed when the last epoch ended. `docs/capacity.md` says what a pass proves and what not.
///
/// Promises:
/// - who is picked, when and for what follows from the beacon, the registry and past passes alone; nobody knows what it
///   must compute before the window, nobody can draw again, and all nodes of all providers have the same window;
/// - a node that commits to right results and opens them is never slashed nor jailed (I6); only a wrong entry slashes;
/// - a commitment is never replaced;
/// - a round that nobody opened, in which more stake was reported silent than opened, in which the sequencer was down,
///   or whose start was lost, is void: it costs nobody anything;
/// - rules never change, and a class's size is that of the epoch (I10).
///
/// Assumes of the beacon what `IBeacon` promises, and of the kernel that it is `MatMul`.
interface ICapacityProofs {
    // ─── TYPES ───

    /// @notice Where the round of an epoch stands, derived. Void and Final are for ever.
    enum RoundPhase {
        None,
        Waiting,
        Committing,
        Opening,
        Reporting,
        Final,
        Void
    }

    /// @notice What a node did in a round.
    enum AnswerState {
        None,
        Committed,
        Passed,
        Wrong,
        Silent,
        Struck
    }

    /// @notice Rules, fixed at deployment.
    /// @param drawDelaySeconds From the start of the epoch to the draw of the round's start
    /// @param leadSeconds Least time from there to the start
    /// @param windowSeconds Time to compute and commit
    /// @param openSeconds Time to open entries
    /// @param reportSeconds Time to report silence and outages
    /// @param jailSeconds Term of a jailed node, at most 30 days
    /// @param pickPpm Chance of a node to be picked, PPM; at least a quarter
    /// @param entryCount Entries that a node opens, 1..32
    /// @param rowsLog2 Logarithm of the rows of each side of a product, 3..12
    /// @param rowWordsLog2 Logarithm of the words of a row, 0..8
    /// @param recheckEpochs A node that did not pass in as many epochs is picked whatever its luck
    /// @param validEpochs A pass counts for as many epochs, its own among them; more than `recheckEpochs`, at most 64
    /// @param strikes Silences in a row that jail, 1..16
    struct CapacityRules {
        uint32 drawDelaySeconds;
        uint32 leadSeconds;
        uint32 windowSeconds;
        uint32 openSeconds;
        uint32 reportSeconds;
        uint32 jailSeconds;
        uint32 pickPpm;
        uint8 entryCount;
        uint8 rowsLog2;
        uint8 rowWordsLog2;
        uint8 recheckEpochs;
        uint8 validEpochs;
        uint8 strikes;
    }

    /// @notice Times of a round; zero but the first until the first value is recorded.
    /// @param drawAt Second of the value that draws the start
    /// @param startsAt Second of the value that picks nodes and seeds rows
    /// @param opensAt First second at which results can be committed to
    /// @param closesAt First second at which they cannot; second of the value that draws entries
    /// @param entriesAt First second at which entries can be opened
    /// @param reportsFrom First second at which they cannot, and at which silence can be reported
    /// @param finalAt First second at which the round is over
    struct RoundTimes {
        uint48 drawAt;
        uint48 startsAt;
        uint48 opensAt;
        uint48 closesAt;
        uint48 entriesAt;
        uint48 reportsFrom;
        uint48 finalAt;
    }

    /// @notice What is stored of a round: 12 + 12 + 1 = 25 bytes.
    /// @param answered Stake of the nodes that opened, MILL
    /// @param silent Stake of the nodes that were reported silent, MILL
    /// @param isOutage Whether the sequencer was down
    struct Tally {
        uint96 answered;
        uint96 silent;
        bool isOutage;
    }

    /// @notice What is stored of a node in a round: 32 bytes, then 12 + 1.
    /// @param root Root of its results
    /// @param stake Stake that its units need, when it committed or was reported, MILL
    /// @param state What it did
    struct Answer {
        bytes32 root;
        uint96 stake;
        AnswerState state;
    }

    /// @notice An entry, opened.
    /// @param word Word of the tree that holds it
    /// @param siblings Its siblings up to the root, bottom up
    struct Opening {
        bytes32 word;
        bytes32[] siblings;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a node commits to its results.
    /// @param epoch Epoch
    /// @param nodeId Number of the node
    /// @param root Root of its results
    /// @param stake Stake that answers for it, MILL
    event ResultsCommitted(uint32 indexed epoch, uint64 indexed nodeId, bytes32 root, uint96 stake);

    /// @notice Emitted when a node passes.
    /// @param epoch Epoch
    /// @param nodeId Number of the node
    event CapacityShown(uint32 indexed epoch, uint64 indexed nodeId);

    /// @notice Emitted when an entry is wrong.
    /// @param epoch Epoch
    /// @param nodeId Number of the node
    /// @param index Which of its entries
    /// @param committed Result that it had committed to
    /// @param computed Result that the chain computed
    event EntryWrong(uint32 indexed epoch, uint64 indexed nodeId, uint256 index, uint32 committed, uint32 computed);

    /// @notice Emitted when a picked node is reported for not having opened.
    /// @param epoch Epoch
    /// @param nodeId Number of the node
    /// @param stake Stake that its units need, MILL
    event SilenceReported(uint32 indexed epoch, uint64 indexed nodeId, uint96 stake);

    /// @notice Emitted when an outage of the sequencer is shown.
    /// @param epoch Epoch
    /// @param changedAt When it went down or came back
    event OutageReported(uint32 indexed epoch, uint256 changedAt);

    /// @notice Emitted when a silence counts against a node.
    /// @param epoch Epoch
    /// @param nodeId Number of the node
    /// @param strikes Silences in a row; zero if this one does not count, as the node has passed in a later epoch
    event NodeStruck(uint32 indexed epoch, uint64 indexed nodeId, uint8 strikes);

    // ─── ERRORS ───

    /// @notice Thrown when the deployment leaves out a contract.
    error CapacityProofs_ZeroAddress();

    /// @notice Thrown when rules are out of bounds, or a round does not fit into an epoch.
    error CapacityProofs_BadRules(CapacityRules rules);

    /// @notice Thrown when a round is not where a call needs it.
    error CapacityProofs_WrongPhase(uint32 epoch, RoundPhase phase, RoundPhase expected);

    /// @notice Thrown when a value of the beacon is not recorded yet.
    error CapacityProofs_NoValue(uint48 second);

    /// @notice Thrown when a node is not picked, or its class is not challenged.
    error CapacityProofs_NotPicked(uint32 epoch, uint64 nodeId);

    /// @notice Thrown when the caller does not speak for a node.
    error CapacityProofs_NotAgent(uint64 nodeId, address caller);

    /// @notice Thrown when a root is zero.
    error CapacityProofs_ZeroRoot();

    /// @notice Thrown when what a node did before does not allow a call.
    error CapacityProofs_WrongState(uint32 epoch, uint64 nodeId, AnswerState state);

    /// @notice Thrown when not exactly the drawn entries are opened.
    error CapacityProofs_WrongCount(uint256 given, uint256 expected);

    /// @notice Thrown when a word is not in the tree of the node.
    error CapacityProofs_NotInTree(uint256 index, uint256 position);

    /// @notice Thrown when there is no sequencer feed, or its round shows no outage in the round of the epoch.
    error CapacityProofs_NoOutage(uint80 roundId, uint256 changedAt);

    // ─── NODES ───

    /// @notice Commits to the results of the current epoch's challenge.
    /// @dev Emits {ResultsCommitted}. Requirements: the phase is Committing; the node is picked; the caller is its
    /// agent, its provider or its operator; the first commitment in this epoch; a root that is not zero.
    /// @param nodeId Number of the node
    /// @param root Root of its results
    function commit(uint64 nodeId, bytes32 root) external;

    /// @notice Opens the drawn entries of a node's results; anyone may. If all are right the node passes, and is free
    /// if silence jailed it. The first wrong one costs its provider a part of the node's stake and the node its
    /// freedom for a whole term.
    /// @dev Emits {CapacityShown}, or {EntryWrong}. Requirements: the phase is Opening; the node has committed, and not
    /// opened yet; each word folds to its root at the place of its entry (`entryOf`).
    /// @param nodeId Number of the node
    /// @param openings The entries, in order
    function open(uint64 nodeId, Opening[] calldata openings) external;

    // ─── ANYONE ───

    /// @notice Reports that a picked node did not open. Enough of these make the round void; else each can be counted.
    /// @dev Emits {SilenceReported}. Requirements: the phase is Reporting; the node is picked and has not opened; the
    /// first report.
    /// @param nodeId Number of the node
    function reportSilence(uint64 nodeId) external;

    /// @notice Shows that the sequencer went down or came back between the start and the last opening: the round is
    /// void.
    /// @dev Emits {OutageReported}. Requirements: the round has started and is not over; the feed's round says so.
    /// @param roundId Round of the sequencer feed
    function reportOutage(uint80 roundId) external;

    /// @notice Counts a silence of a round that is over and not void; as many in a row as the rules say jail the node.
    /// Which is counted first makes no difference: in a row are all since the node last passed.
    /// @dev Emits {NodeStruck}. Requirements: the phase is Final; the silence was reported, and not counted yet.
    /// @param epoch Epoch
    /// @param nodeId Number of the node
    function strike(uint32 epoch, uint64 nodeId) external;

    // ─── READ ───

    /// @notice Whether a node's points of an epoch count (7): it passed in the epoch, or was not picked in it and
    /// passed recently, or its class is not challenged. A void round is as if nobody was picked.
    /// @dev Final from the end of the epoch on, and for `128 − validEpochs` epochs after that.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @return capable True if so
    function hasCapacity(uint64 nodeId, uint32 epoch) external view returns (bool capable);

    /// @notice Whether a node must answer in a round.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @return picked True if so; false until the value of the start is recorded
    function isPicked(uint64 nodeId, uint32 epoch) external view returns (bool picked);

    /// @notice Products of a node's challenge: units · size of its class.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @return products Number; zero if its class is not challenged
    function productsOf(uint64 nodeId, uint32 epoch) external view returns (uint256 products);

    /// @notice What the rows of a node's challenge grow from.
    /// @dev Word i of row r of a side (0 left, 1 right) of a product is
    /// `keccak256(abi.encode(keccak256(abi.encode(seed, product << 64 | side << 32 | r)), i))`.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @return seed Seed; zero until the value of the start is recorded
    function seedOf(uint64 nodeId, uint32 epoch) external view returns (bytes32 seed);

    /// @notice An entry that a node must open, if it is picked (`isPicked`): it is the same for one that is not.
    /// @dev Requirements: both values are recorded; the node's class is challenged.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @param index Which, from 0
    /// @return product Product
    /// @return row Row of the left side
    /// @return column Row of the right side
    /// @return position Word of the tree that holds it
    function entryOf(
        uint64 nodeId,
        uint32 epoch,
        uint256 index
    ) external view returns (uint256 product, uint256 row, uint256 column, uint256 position);

    /// @notice Where the round of an epoch stands.
    /// @param epoch Epoch
    /// @return phase Phase
    function phaseOf(uint32 epoch) external view returns (RoundPhase phase);

    /// @notice Times of the round of an epoch.
    /// @param epoch Epoch
    /// @return times Times
    function timesOf(uint32 epoch) external view returns (RoundTimes memory times);

    /// @notice How much stake answered in a round.
    /// @param epoch Epoch
    /// @return tally Tally
    function tallyOf(uint32 epoch) external view returns (Tally memory tally);

    /// @notice What a node did in a round.
    /// @param nodeId Number of the node
    /// @param epoch Epoch
    /// @return answer Answer
    function answerOf(uint64 nodeId, uint32 epoch) external view returns (Answer memory answer);

    /// @notice A node's last pass and its silences since.
    /// @param nodeId Number of the node
    /// @return lastPass Epoch in which it last passed
    /// @return hasPassed Whether it ever did
    /// @return strikes Silences in a row
    function historyOf(uint64 nodeId) external view returns (uint32 lastPass, bool hasPassed, uint8 strikes);

    /// @notice The rules.
    /// @return rules Rules
    function rules() external view returns (CapacityRules memory rules);

    /// @notice Source of randomness.
    /// @return beacon Beacon
    function beacon() external view returns (address beacon);
}
