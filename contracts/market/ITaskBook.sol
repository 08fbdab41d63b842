// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "../common/IBatch.sol";
import {IEntryPause} from "../common/IEntryPause.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {ICreditPurchase} from "./ICreditPurchase.sol";
import {INodeTraits} from "./INodeTraits.sol";

/// @title ITaskBook
/// @notice What all markets for results have in common: an order whose price climbs until a provider takes it, a bond,
/// the provider's deadlines, and a task that is listed again when an attempt failed. How a result is judged is each
/// market's own: `ITaskMarket` by disputes, `IApprovalMarket` by the buyer, `IProofMarket` by a proof.
///
/// What a task stores is its order's hash and the last step that somebody took, with the second at which that step
/// lapses. Its status is derived from these, the clock and, in one market, the state of the claim.
interface ITaskBook is IEntryPause, IBatch, ICreditPurchase {
    // ─── TYPES ───

    /// @notice What can be seen of a task, in life order.
    enum TaskStatus {
        /// Never opened.
        None,
        /// Any eligible provider may accept.
        Listed,
        /// Nobody accepted in time; the escrow waits for `cancel`, by anyone.
        Expired,
        /// A provider has bonded itself and fetches the data.
        Accepted,
        /// The provider did not acknowledge the data in time; relisted without fault.
        Unacknowledged,
        /// The provider holds the data and works against the deadline.
        Working,
        /// The deadline passed without a result; relisted, part of the bond is lost.
        Overdue,
        /// A result is claimed and can be challenged.
        Submitted,
        /// The claim was proven wrong or left unanswered, and its bond is slashed; relisted.
        Rejected,
        /// The claim stands; the pay is due.
        Confirmed,
        /// The provider is paid. Final.
        Finalized,
        /// The buyer has its escrow back. Final.
        Cancelled
    }

    /// @notice The last step that a transaction recorded; only `TaskStatus` says what it means now.
    enum TaskStep {
        None,
        Listed,
        Accepted,
        Working,
        Submitted,
        Finalized,
        Cancelled
    }

    /// @notice What the buyer wants. Calldata only; the task stores a hash.
    /// @param classId Hardware class that the node must have; zero means any
    /// @param units Units of one node that the task occupies, at least 1
    /// @param nodeIds Nodes that may accept, at most 32; empty means any
    /// @param traitsHash Hash of what else the node must be, see `INodeTraits`; zero means nothing
    /// @param startPrice Price at opening, credits
    /// @param maxPrice Price after the ramp, credits; this much is locked
    /// @param rampSeconds Time in which the price climbs from start to max; zero means max at once
    /// @param expiresAt Last second at which the task can be accepted
    /// @param ackSeconds Time for acknowledging the data, from acceptance
    /// @param workSeconds Time for submitting the result, from acknowledgement
    /// @param windowSeconds Challenge window of the claim
    /// @param responseSeconds Time for answering one opening of the claim
    /// @param outsideValue What a wrong result would be worth to its provider outside the protocol, credits: `V` of (9)
    /// @param programHash Hash of the program's header, as `TensorProgram.hash` gives it
    /// @param inputRoot Root of the program's input region
    /// @param bundleHash Hash of the buyer's bundle, for clients
    /// @param dataUri Where the buyer hosts the bundle: `<dataUri>/job.json`, `<dataUri>/input.bin`; at most 256 bytes
    /// @param isSmallJob Whether both sides, by opening and by accepting, agree that answers may be due sooner than a
    /// transaction can be forced into the chain
    /// @param isPrivate Whether only the buyer and the checkers it names may point and demand
    struct TaskTerms {
        uint16 classId;
        uint16 units;
        uint64[] nodeIds;
        bytes32 traitsHash;
        uint96 startPrice;
        uint96 maxPrice;
        uint32 rampSeconds;
        uint48 expiresAt;
        uint32 ackSeconds;
        uint32 workSeconds;
        uint32 windowSeconds;
        uint32 responseSeconds;
        uint96 outsideValue;
        bytes32 programHash;
        bytes32 inputRoot;
        bytes32 bundleHash;
        string dataUri;
        bool isSmallJob;
        bool isPrivate;
    }

    /// @notice The governed bond rule, as equation (9) uses it. What a missed deadline costs stands in `SlashTable`.
    /// @param floor Least bond, MILL; 1..10^24 (a million)
    /// @param detectionPpm Chance `p` that a wrong result is detected, PPM; 10,000..1,000,000
    struct BondRule {
        uint96 floor;
        uint32 detectionPpm;
    }

    /// @notice What was in force when the task was opened, and stays in force for it.
    /// @param buyer Who opened it
    /// @param openedAt Second from which the price climbs
    /// @param feePpm Settlement's fee
    /// @param bondRule The bond rule
    struct TaskSnapshot {
        address buyer;
        uint48 openedAt;
        uint32 feePpm;
        BondRule bondRule;
    }

    /// @notice A task's terms with its snapshot, exactly as `TaskOpened` emitted them; every later call brings them
    /// along.
    struct TaskOrder {
        TaskTerms terms;
        TaskSnapshot snapshot;
    }

    /// @notice What is stored of a task: two slots.
    /// @param orderHash `keccak256(abi.encode(terms, snapshot))`; zero means that the task was never opened
    /// @param nodeId Node of the current attempt; zero means none
    /// @param bond Bond of the current attempt, MILL
    /// @param deadlineAt Last second of the current step: expiry, acknowledgement or submission; zero once submitted
    /// @param acceptedAfterSeconds Acceptance of the current attempt, in seconds after `openedAt`
    /// @param attempt Attempts begun so far; the current one's number
    /// @param step Last recorded step
    struct Task {
        // 32
        bytes32 orderHash;
        // 8 + 12 + 6 + 4 + 1 + 1 = 32
        uint64 nodeId;
        uint96 bond;
        uint48 deadlineAt;
        uint32 acceptedAfterSeconds;
        uint8 attempt;
        TaskStep step;
    }

    /// @notice One item of `acceptMany`: the arguments of `accept`.
    /// @param taskId The task
    /// @param order Its order
    /// @param nodeId The node that will do the work
    /// @param holdsData True acknowledges at once
    struct Acceptance {
        uint256 taskId;
        TaskOrder order;
        uint64 nodeId;
        bool holdsData;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a task was opened. `{terms, snapshot}` is the order that later calls need.
    /// @param taskId The task, counted from 1
    /// @param buyer Whose credits are locked
    /// @param terms What the buyer wants
    /// @param snapshot What is in force for the task
    event TaskOpened(uint256 indexed taskId, address indexed buyer, TaskTerms terms, TaskSnapshot snapshot);

    /// @notice Emitted when a result was paid.
    /// @param taskId The task
    /// @param provider Who earned it
    /// @param attempt Number of the attempt
    /// @param paid Price, credits, fee included
    /// @param refunded Rest of the escrow, back with the buyer, credits
    event TaskFinalized(
        uint256 indexed taskId,
        address indexed provider,
        uint8 attempt,
        uint256 paid,
        uint256 refunded
    );

    /// @notice Emitted when a provider took a task.
    /// @param taskId The task
    /// @param provider Who answers for the result
    /// @param nodeId On which node
    /// @param attempt Number of the attempt, from 1
    /// @param price What the result will pay, credits
    /// @param bond What the provider put at risk, MILL
    /// @param ackBy Last second for acknowledging
    event TaskAccepted(
        uint256 indexed taskId,
        address indexed provider,
        uint64 indexed nodeId,
        uint8 attempt,
        uint96 price,
        uint96 bond,
        uint48 ackBy
    );

    /// @notice Emitted when the provider stated that it holds data which match the order.
    /// @param taskId The task
    /// @param attempt Number of the attempt
    /// @param submitBy Last second for submitting
    event TaskAcknowledged(uint256 indexed taskId, uint8 attempt, uint48 submitBy);

    /// @notice Emitted when an attempt failed and was tidied up; the task is listed again.
    /// @param taskId The task
    /// @param attempt Number of the attempt
    /// @param reason Unacknowledged, Overdue or Rejected
    /// @param bondSlashed Part of the bond that was slashed here, MILL; a rejected claim's was slashed at the claim
    /// @param bondReturned Part of the bond that the provider has back, MILL
    event TaskRelisted(
        uint256 indexed taskId,
        uint8 attempt,
        TaskStatus reason,
        uint256 bondSlashed,
        uint256 bondReturned
    );

    /// @notice Emitted when the escrow went back to the buyer.
    /// @param taskId The task
    /// @param refunded The whole escrow, credits
    event TaskCancelled(uint256 indexed taskId, uint256 refunded);

    /// @notice Emitted when the bond rule for later tasks was set.
    /// @param rule The rule
    event BondRuleSet(BondRule rule);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for
    error TaskMarket_ZeroAddress(string name);

    /// @notice Thrown when a value of the terms is out of its bounds.
    /// @param name Which value
    /// @param value What was given
    /// @param min The least allowed
    /// @param max The most allowed
    error TaskMarket_TermOutOfBounds(string name, uint256 value, uint256 min, uint256 max);

    /// @notice Thrown when a value of the bond rule is out of its bounds.
    /// @param name Which value
    /// @param value What was given
    /// @param min The least allowed
    /// @param max The most allowed
    error TaskMarket_RuleOutOfBounds(string name, uint256 value, uint256 min, uint256 max);

    /// @notice Thrown when the order given is not the one that was opened under the id.
    /// @param taskId The task
    /// @param given Hash of the given order
    /// @param opened Hash of the opened order; zero means that the task does not exist
    error TaskMarket_WrongOrder(uint256 taskId, bytes32 given, bytes32 opened);

    /// @notice Thrown when a task's status does not allow the call.
    /// @param taskId The task
    /// @param status Its status
    /// @param allowed Statuses that allow it: bit `s` for status `s`
    error TaskMarket_WrongStatus(uint256 taskId, TaskStatus status, uint256 allowed);

    /// @notice Thrown when a task is accepted after its order expired.
    /// @param taskId The task
    /// @param expiresAt Last second for accepting
    error TaskMarket_Expired(uint256 taskId, uint48 expiresAt);

    /// @notice Thrown when a task has used up its attempts; only `cancel` is left.
    /// @param taskId The task
    /// @param attempts Attempts begun
    error TaskMarket_NoAttemptsLeft(uint256 taskId, uint8 attempts);

    /// @notice Thrown when a node is not of the class that the order asks for.
    /// @param nodeId The node
    /// @param classId Its class
    /// @param wanted The order's class
    error TaskMarket_WrongClass(uint64 nodeId, uint16 classId, uint16 wanted);

    /// @notice Thrown when a node is not on the order's list.
    /// @param nodeId The node
    error TaskMarket_NodeNotListed(uint64 nodeId);

    /// @notice Thrown when a task asks for traits and its acceptance shows none: `acceptFitting` does.
    /// @param taskId The task
    /// @param traitsHash Hash of the traits
    error TaskMarket_TraitsNotShown(uint256 taskId, bytes32 traitsHash);

    /// @notice Thrown when a buyer's own node accepts its task: settlement pays only what another account bought.
    /// @param account Buyer and provider
    error TaskMarket_OwnTask(address account);

    /// @notice Thrown when neither the node's provider, nor its operator, nor its agent calls.
    /// @param caller Who called
    /// @param nodeId The node
    error TaskMarket_NotProvider(address caller, uint64 nodeId);

    /// @notice Thrown when somebody else cancels a task that has not expired.
    /// @param caller Who called
    /// @param buyer Who may
    /// @param expiresAt Second after which anyone may
    error TaskMarket_NotBuyer(address caller, address buyer, uint48 expiresAt);

    // ─── BUYER ───

    /// @notice Ends a task that nobody is working on, and gives the whole escrow back to the buyer.
    /// @dev Emits {TaskCancelled}, after {TaskRelisted} when a failed attempt had to be tidied up.
    ///
    /// Requirements:
    /// - the status is Listed, Expired, Unacknowledged, Overdue or Rejected;
    /// - the caller is the buyer, or the order has expired.
    /// @param taskId The task
    /// @param order Its order
    function cancel(uint256 taskId, TaskOrder calldata order) external;

    // ─── PROVIDER ───

    /// @notice Takes a task at the price of this second, and bonds for it.
    /// @dev Emits {TaskAccepted}; {TaskRelisted} before it when a failed attempt had to be tidied up;
    /// {TaskAcknowledged} after it with `holdsData`.
    ///
    /// Requirements:
    /// - the order asks for no traits;
    /// - the status is Listed, Unacknowledged, Overdue or Rejected, the order not expired, an attempt left;
    /// - the node is eligible, active, free and takes tasks, its provider has access and is not the buyer;
    /// - the caller is the node's provider, its operator or its agent;
    /// - the provider's active stake covers the bond and, without it, what its nodes require.
    /// @param taskId The task
    /// @param order Its order
    /// @param nodeId The node that will do the work
    /// @param holdsData True acknowledges at once
    function accept(uint256 taskId, TaskOrder calldata order, uint64 nodeId, bool holdsData) external;

    /// @notice As `accept`, for an order that asks for traits: the caller shows them, and that the node has them.
    /// @dev Emits what `accept` does.
    ///
    /// Requirements:
    /// - the traits are the order's, and the node has them now;
    /// - those of `accept` but its first.
    /// @param taskId The task
    /// @param order Its order
    /// @param nodeId The node that will do the work
    /// @param holdsData True acknowledges at once
    /// @param traits What the order's `traitsHash` means
    /// @param details What the node says of itself; read only if a region or attributes are asked for
    function acceptFitting(
        uint256 taskId,
        TaskOrder calldata order,
        uint64 nodeId,
        bool holdsData,
        INodeTraits.Traits calldata traits,
        INodeRegistry.NodeDetails calldata details
    ) external;

    /// @notice Takes many tasks that ask for no traits. One that cannot be had is told by an event and stops no other.
    /// @dev Emits what `accept` does, or {ItemFailed}. Requirements: 1..64 items, and gas for each (see `IBatch`).
    /// @param items The arguments of each `accept`
    function acceptMany(Acceptance[] calldata items) external;

    /// @notice States that the provider holds the program and an input that matches `inputRoot`. From now the deadline
    /// runs.
    /// @dev Emits {TaskAcknowledged}.
    ///
    /// Requirements:
    /// - the status is Accepted;
    /// - the caller is the node's provider, its operator or its agent.
    /// @param taskId The task
    /// @param order Its order
    function acknowledge(uint256 taskId, TaskOrder calldata order) external;

    // ─── ANYONE ───

    /// @notice Tidies up a failed attempt: frees the node and settles the bond. The task is listed again, its escrow
    /// stays.
    /// @dev Emits {TaskRelisted}.
    ///
    /// Requirements:
    /// - the status is Unacknowledged, Overdue or Rejected.
    /// @param taskId The task
    /// @param order Its order
    function release(uint256 taskId, TaskOrder calldata order) external;

    // ─── GOVERNANCE ───

    /// @notice Sets the bond rule of tasks opened from now on.
    /// @dev Emits {BondRuleSet}.
    ///
    /// Requirements:
    /// - the caller holds the parameter role;
    /// - every value is within its bounds (see `BondRule`).
    /// @param rule The rule
    function setBondRule(BondRule calldata rule) external;

    // ─── READ ───

    /// @notice What is stored of a task.
    /// @param taskId The task
    /// @return task All zero for an unknown id
    function taskOf(uint256 taskId) external view returns (Task memory task);

    /// @notice How many tasks were opened; the last one's id.
    /// @return count Number of tasks
    function taskCount() external view returns (uint256 count);

    /// @notice The bond rule of tasks that are opened now.
    /// @return rule The rule
    function bondRule() external view returns (BondRule memory rule);

    /// @notice What a task's status is now.
    /// @param taskId The task
    /// @return status None for an unknown id
    function statusOf(uint256 taskId) external view returns (TaskStatus status);

    /// @notice What an order pays if it is accepted at a given second.
    /// @param order The order
    /// @param timestamp The second
    /// @return price Credits, rounded down
    function priceAtDown(TaskOrder calldata order, uint48 timestamp) external pure returns (uint96 price);

    /// @notice The bond that answers for so much pay, at Settlement's last closing price. Equation (9). Accepting takes
    /// it for the price of that second; in `IApprovalMarket` for that of all chunks that are left and can be in flight.
    /// @param order The order
    /// @param price Credits
    /// @return bond MILL, rounded up
    function bondOfUp(TaskOrder calldata order, uint96 price) external view returns (uint96 bond);

    /// @notice Hash under which an order is stored.
    /// @param order The order
    /// @return orderHash `keccak256(abi.encode(terms, snapshot))`
    function hashOf(TaskOrder calldata order) external pure returns (bytes32 orderHash);
}
