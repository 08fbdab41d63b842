// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUptimeOracle} from "./IUptimeOracle.sol";
import {UptimeEvidence} from "./UptimeEvidence.sol";

/// @title IUptimeChallenges
/// @notice What has to be shown: a slot that a leaf marks down is put right by receipts; a slot that it marks up must
/// be answered for with a heartbeat; leaves and data must be shown on demand.
///
/// Assumptions: UptimeOracle, Settlement, NodeRegistry, HardwareCatalog and CapacityProofs are the protocol's own.
///
/// Promises:
/// - a slot that was up, and of which `u` attestors gave receipts, can be put right while the report is open;
/// - a slot without a heartbeat of the node can be cleared, and who said that it saw the node pays for it;
/// - an attestor or a provider that holds heartbeat and receipts can always answer, with nobody's help;
/// - a challenge holds its leaf, never the report; whoever answers is paid by whoever asked;
/// - corrections never enter later reports: they live here, beside the leaves, and count once their report is final.
///
/// Life of a challenge: None → Open → Answered, or Open → Cleared. Of a demand: None → Open → Shown, or Open → Missed,
/// or Open → Returned when its report falls otherwise.
interface IUptimeChallenges {
    // ─── TYPES ───

    /// @notice State of a challenge, in life order.
    enum ChallengeStatus {
        None,
        Open,
        Answered,
        Cleared
    }

    /// @notice A challenge to a slot that a leaf marks up.
    /// @param challenger 20 bytes. Who asked.
    /// @param answerBy 6 bytes. First second that is too late for an answer.
    /// @param slot 1 byte. The slot.
    /// @param status 1 byte. What became of it.
    /// @param shown 4 bytes. Bit i: seat i showed the heartbeat, or was slashed for not having it.
    /// @param root 32 bytes. Root of the leaf's report.
    /// @param nodeId 8 bytes. The node.
    /// @param epoch 4 bytes. The epoch.
    /// @param bondWei 12 bytes. Bond, in the native coin.
    /// @param lossMill 16 bytes. MILL that the slot is worth.
    struct Challenge {
        address challenger;
        uint48 answerBy;
        uint8 slot;
        ChallengeStatus status;
        uint32 shown;
        bytes32 root;
        uint64 nodeId;
        uint32 epoch;
        uint96 bondWei;
        uint128 lossMill;
    }

    /// @notice What was found wrong with one leaf.
    /// @param flipped 32 bytes. Slots whose bit in the leaf is wrong.
    /// @param delta 16 bytes. MILL that these slots are worth, added to what the node earned once the report is final.
    /// @param epoch 4 bytes. Epoch of the report.
    /// @param openChallenges 4 bytes. Challenges that are not decided; while there are any, the leaf is held.
    /// @param isTouched 1 byte. Whether the leaf was ever challenged or corrected.
    /// @param isPending 1 byte. Whether a challenge is open, or something was found and `settleCorrection` has still to
    /// be called.
    struct Correction {
        uint256 flipped;
        int128 delta;
        uint32 epoch;
        uint32 openChallenges;
        bool isTouched;
        bool isPending;
    }

    /// @notice Corrections of a node over all epochs.
    /// @param delta 16 bytes. Sum of the settled ones, MILL.
    /// @param pending 4 bytes. Leaves of the node with an open challenge, or a correction that takes away and is not
    /// settled; none may be collected from then.
    struct NodeCorrections {
        int128 delta;
        uint32 pending;
    }

    /// @notice A demand to show a part of a report.
    /// @param demander 20 bytes. Who asked; zero: nobody, or it was shown.
    /// @param answerBy 6 bytes. First second that is too late.
    /// @param feeWei 12 bytes. What the answer is paid, in the native coin.
    struct Demand {
        address demander;
        uint48 answerBy;
        uint96 feeWei;
    }

    /// @notice What can be demanded.
    enum Part {
        Leaf,
        DataChunk
    }

    // ─── EVENTS ───

    /// @notice Emitted when a slot of a leaf is challenged.
    /// @param challengeId The challenge.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param slot The slot.
    /// @param challenger Who asks.
    /// @param bondWei Bond.
    /// @param answerBy First second that is too late for an answer.
    event SlotChallenged(
        bytes32 indexed challengeId,
        uint32 indexed epoch,
        uint64 indexed nodeId,
        uint8 slot,
        address challenger,
        uint96 bondWei,
        uint48 answerBy
    );

    /// @notice Emitted when attestors are shown to have had the heartbeat of a challenged slot.
    /// @param challengeId The challenge.
    /// @param shown Bit i: seat i had it.
    event HeartbeatShown(bytes32 indexed challengeId, uint32 shown);

    /// @notice Emitted when enough attestors had the heartbeat: the slot stays up.
    /// @param challengeId The challenge.
    /// @param answerer Who showed it, and gets the bond.
    event ChallengeAnswered(bytes32 indexed challengeId, address indexed answerer);

    /// @notice Emitted when a challenge was not answered: the slot is down.
    /// @param challengeId The challenge.
    event SlotCleared(bytes32 indexed challengeId);

    /// @notice Emitted when an attestor said that it saw a node and showed no heartbeat.
    /// @param challengeId The challenge.
    /// @param seat Its seat.
    event FalseSightingProven(bytes32 indexed challengeId, uint8 indexed seat);

    /// @notice Emitted when a slot that a leaf marks down is proven up.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param slot The slot.
    /// @param seats Bit i: seat i gave a receipt.
    event SlotRestored(uint32 indexed epoch, uint64 indexed nodeId, uint8 slot, uint32 seats);

    /// @notice Emitted when a leaf is challenged: it is held until the challenge is decided.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param root Root of the leaf's report.
    event LeafHeld(uint32 indexed epoch, uint64 indexed nodeId, bytes32 root);

    /// @notice Emitted when a challenge to a leaf is decided.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param root Root of the leaf's report.
    event LeafFreed(uint32 indexed epoch, uint64 indexed nodeId, bytes32 root);

    /// @notice Emitted when a slot of a leaf is found to be wrong.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param root Root of the leaf's report.
    /// @param slot The slot.
    /// @param delta MILL that it is worth, negative for a slot that was not up.
    event LeafCorrected(uint32 indexed epoch, uint64 indexed nodeId, bytes32 root, uint8 slot, int128 delta);

    /// @notice Emitted when the corrections of a leaf come into force, or fall with their report.
    /// @param epoch The epoch.
    /// @param nodeId The node.
    /// @param root Root of the leaf's report.
    /// @param delta MILL added to what the node earned; zero when the report fell.
    event CorrectionSettled(uint32 indexed epoch, uint64 indexed nodeId, bytes32 root, int128 delta);

    /// @notice Emitted when a part of a report is demanded.
    /// @param demandId The demand.
    /// @param epoch The epoch.
    /// @param part What is demanded.
    /// @param index Index of the leaf or of the chunk.
    /// @param demander Who asks.
    /// @param feeWei What the answer is paid.
    /// @param answerBy First second that is too late.
    event PartDemanded(
        bytes32 indexed demandId,
        uint32 indexed epoch,
        Part part,
        uint32 index,
        address indexed demander,
        uint96 feeWei,
        uint48 answerBy
    );

    /// @notice Emitted when a demanded leaf is shown.
    /// @param demandId The demand.
    /// @param leaf The leaf.
    event LeafShown(bytes32 indexed demandId, IUptimeOracle.Leaf leaf);

    /// @notice Emitted when a demanded chunk of the data file is shown.
    /// @param demandId The demand.
    /// @param length Length of the file in bytes.
    /// @param chunk Bytes of the chunk; empty when the file ends before it.
    event ChunkShown(bytes32 indexed demandId, uint256 length, bytes chunk);

    /// @notice Emitted when a demand was not answered: the report is void.
    /// @param demandId The demand.
    event PartMissed(bytes32 indexed demandId);

    /// @notice Emitted when the fee of a demand goes back that was neither answered nor could void its report.
    /// @param demandId The demand.
    event FeeReturned(bytes32 indexed demandId);

    /// @notice Emitted when an account takes what it is owed.
    /// @param account The account.
    /// @param amountWei Native coin.
    event Withdrawn(address indexed account, uint256 amountWei);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero, or the bond is.
    /// @param name What the value was for.
    error UptimeChallenges_ZeroValue(string name);

    /// @notice Thrown when a call brings another bond or fee than it costs.
    /// @param givenWei What it brought.
    /// @param neededWei What it costs.
    error UptimeChallenges_WrongBond(uint256 givenWei, uint256 neededWei);

    /// @notice Thrown when a leaf is not under the root of its report, or of another epoch.
    /// @param root The root.
    /// @param index Index of the leaf.
    error UptimeChallenges_NotUnder(bytes32 root, uint32 index);

    /// @notice Thrown when a slot does not have the bit that a proof needs, or was turned before.
    /// @param nodeId The node.
    /// @param slot The slot.
    error UptimeChallenges_WrongSlot(uint64 nodeId, uint8 slot);

    /// @notice Thrown when a slot was challenged before.
    /// @param challengeId The challenge.
    error UptimeChallenges_AlreadyChallenged(bytes32 challengeId);

    /// @notice Thrown when a challenge is not in the state that a step needs, or the step comes too early or too late.
    /// @param challengeId The challenge.
    /// @param status Its state.
    /// @param answerBy First second that is too late for an answer.
    error UptimeChallenges_WrongStatus(bytes32 challengeId, ChallengeStatus status, uint48 answerBy);

    /// @notice Thrown when another than its provider restores a slot of a node that has none in its leaf and is not
    /// Active now, so that it would be worth nothing.
    /// @param nodeId The node.
    error UptimeChallenges_NotActive(uint64 nodeId);

    /// @notice Thrown when one attestor's receipt is given twice, or it showed its own before it was accused, or was
    /// slashed for the same sighting before.
    /// @param seat Its seat.
    error UptimeChallenges_SameSeat(uint8 seat);

    /// @notice Thrown when fewer attestors gave receipts than make a slot up.
    /// @param given Receipts given.
    /// @param needed Receipts needed.
    error UptimeChallenges_TooFewReceipts(uint256 given, uint256 needed);

    /// @notice Thrown when a receipt is for another heartbeat than the one that is shown.
    /// @param seat Seat of the attestor.
    error UptimeChallenges_OtherHeartbeat(uint8 seat);

    /// @notice Thrown when an attestor did not say that it saw the node.
    /// @param seat Its seat.
    error UptimeChallenges_NothingSeen(uint8 seat);

    /// @notice Thrown when a demand comes so late that the report could be final before it is answered, or it is open.
    /// @param demandId The demand.
    /// @param answerBy First second that would be too late for an answer.
    error UptimeChallenges_CannotDemand(bytes32 demandId, uint48 answerBy);

    /// @notice Thrown when there is no such demand, or it is too early or too late for the step.
    /// @param demandId The demand.
    /// @param answerBy First second that is too late for an answer.
    error UptimeChallenges_NoDemand(bytes32 demandId, uint48 answerBy);

    /// @notice Thrown when what is shown is not what was demanded.
    /// @param demandId The demand.
    error UptimeChallenges_WrongPart(bytes32 demandId);

    /// @notice Thrown when an account is owed nothing.
    /// @param account The account.
    error UptimeChallenges_NothingOwed(address account);

    /// @notice Thrown when a leaf is used while a challenge to it, or a correction, is not decided.
    /// @param nodeId The node.
    /// @param pending Undecided matters.
    error UptimeChallenges_LeafHeld(uint64 nodeId, uint32 pending);

    /// @notice Thrown when a leaf has no correction to settle, or its challenges are not decided.
    /// @param nodeId The node.
    error UptimeChallenges_NothingToSettle(uint64 nodeId);

    // ─── FALSE DOWN ───

    /// @notice Turns a slot up that a leaf marks down, by receipts of as many attestors as make a slot up. All slots
    /// that are restored to a report are together worth the share of the pot that they would have had in it.
    /// A leaf without any slot is worth something if its node is Active, and had shown its capacity in the epoch.
    /// @dev Emits {SlotRestored} and {LeafCorrected}. Nobody is slashed: an attestor that gave a receipt and hid it
    /// contradicts itself, and is proven guilty in `UptimeProofs`; others may have been left out of the set.
    ///
    /// Requirements: the report stands and is open; the leaf is under its root and has the slot down; the receipts are
    /// of that slot, each of another seat; if the leaf has no slots, its node is Active or its provider calls.
    /// @param report The report.
    /// @param leaf The leaf.
    /// @param proof Its Merkle proof.
    /// @param slot The slot.
    /// @param receipts Receipts of the node for the slot.
    function restoreSlot(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        uint8 slot,
        UptimeEvidence.Receipt[] calldata receipts
    ) external;

    // ─── FALSE UP ───

    /// @notice Challenges a slot that a leaf marks up. The leaf is held until the challenge is decided; when all to a
    /// leaf are answered, nothing is left to settle.
    /// @dev Emits {SlotChallenged} and {LeafHeld}. The bond goes to who answers, or back.
    ///
    /// Requirements: the report stands and is open; the leaf is under its root and has the slot up; nobody challenged
    /// the slot before; the call brings exactly `bondOf(epoch)`.
    /// @param report The report.
    /// @param leaf The leaf.
    /// @param proof Its Merkle proof.
    /// @param slot The slot.
    /// @return challengeId The challenge.
    function challengeSlot(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        uint8 slot
    ) external payable returns (bytes32 challengeId);

    /// @notice Shows the heartbeat of a challenged slot, and attestors that had it. With as many as make a slot up the
    /// challenge is answered; with fewer, these at least cannot be slashed.
    /// @dev Emits {HeartbeatShown}, and {ChallengeAnswered}, {LeafFreed} when it is answered.
    ///
    /// Requirements: the challenge is open and not over; the heartbeat is of node and slot and signed by the node's
    /// agent of that epoch; each receipt is for it, of another seat than those before.
    /// @param challengeId The challenge.
    /// @param heartbeat The heartbeat.
    /// @param receipts Receipts.
    function showHeartbeat(
        bytes32 challengeId,
        UptimeEvidence.Heartbeat calldata heartbeat,
        UptimeEvidence.Receipt[] calldata receipts
    ) external;

    /// @notice Clears a challenged slot that nobody could answer for in time. Anyone may call.
    /// @dev Emits {SlotCleared}, {LeafCorrected}, {LeafFreed}. The bond goes back.
    ///
    /// Requirements: the challenge is open and its time is over.
    /// @param challengeId The challenge.
    function clearSlot(bytes32 challengeId) external;

    /// @notice Slashes an attestor that said it saw the node in a cleared slot, and showed no heartbeat in time. The
    /// challenger is rewarded. Anyone may call.
    /// @dev Emits {FalseSightingProven}; see `UptimeOracle.convict`.
    ///
    /// Requirements: the slot was cleared; the seat showed nothing and was not slashed for the node in the slot before,
    /// by a challenge to any report of the epoch; the observation is signed by its key and has the node up in the slot.
    /// @param challengeId The challenge.
    /// @param seat Seat of the attestor in the epoch's set.
    /// @param observation Its observation of the epoch.
    /// @param sightings The node's chunk of its sightings.
    function proveFalseSighting(
        bytes32 challengeId,
        uint8 seat,
        UptimeEvidence.Observation calldata observation,
        UptimeEvidence.Sightings calldata sightings
    ) external;

    // ─── CORRECTIONS ───

    /// @notice Brings the corrections of a leaf into force once its report is final, or drops them with it. Anyone may
    /// call; the node can be collected for after that.
    /// @dev Emits {CorrectionSettled}.
    ///
    /// Requirements: there is something to settle, no challenge to the leaf is open, the report is final or fell.
    /// @param root Root of the leaf's report.
    /// @param nodeId The node.
    function settleCorrection(bytes32 root, uint64 nodeId) external;

    // ─── MISSING DATA ───

    /// @notice Demands that a leaf or a chunk of the data file be shown.
    /// @dev Emits {PartDemanded}. The fee, `feeOf(epoch)`, goes to who shows it, or back.
    ///
    /// Requirements: the report stands; as much time is left as the answer may take, twice; the part was not demanded
    /// before, unless it was shown; a leaf exists in the report; the call brings exactly the fee.
    /// @param report The report.
    /// @param part What is demanded.
    /// @param index Index of the leaf or of the chunk.
    /// @return demandId The demand.
    function demandPart(
        IUptimeOracle.Report calldata report,
        Part part,
        uint32 index
    ) external payable returns (bytes32 demandId);

    /// @notice Shows a demanded leaf.
    /// @dev Emits {LeafShown}.
    ///
    /// Requirements: it was demanded and the time is not over; the leaf is under the root and has the index.
    /// @param report The report.
    /// @param leaf The leaf.
    /// @param proof Its Merkle proof.
    function showLeaf(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof
    ) external;

    /// @notice Shows a demanded chunk of the data file, or that the file ends before it.
    /// @dev Emits {ChunkShown}.
    ///
    /// Requirements: it was demanded and the time is not over; length and root of chunks are those of the report's
    /// `dataHash`; the chunk has its proper length and is under the root, or the file ends before it.
    /// @param report The report.
    /// @param index Index of the chunk.
    /// @param length Length of the file in bytes.
    /// @param chunksRoot Root over all chunks.
    /// @param chunk Bytes of the chunk; empty when the file ends before it.
    /// @param proof Its Merkle proof; empty when the file ends before it.
    function showChunk(
        IUptimeOracle.Report calldata report,
        uint32 index,
        uint256 length,
        bytes32 chunksRoot,
        bytes calldata chunk,
        bytes32[] calldata proof
    ) external;

    /// @notice Voids a report of which a demanded part was not shown in time. Anyone may call. Nobody is slashed.
    /// @dev Emits {PartMissed}; see `UptimeOracle.voidReport`. The fee goes back.
    ///
    /// Requirements: the part was demanded, the time is over, and the report still stands and is open.
    /// @param report The report.
    /// @param part What was demanded.
    /// @param index Its index.
    function voidMissing(IUptimeOracle.Report calldata report, Part part, uint32 index) external;

    /// @notice Gives back the fee of a demand whose report fell before it was answered, by another demand or proof, or
    /// was let pass. Anyone may call.
    /// @dev Emits {FeeReturned}.
    ///
    /// Requirements: the part was demanded, the time is over, and the report is not open any more.
    /// @param report The report.
    /// @param part What was demanded.
    /// @param index Its index.
    function returnFee(IUptimeOracle.Report calldata report, Part part, uint32 index) external;

    // ─── MONEY ───

    /// @notice Pays out what an account is owed: bonds and fees. Anyone may call.
    /// @dev Emits {Withdrawn}.
    ///
    /// Requirements: the account is owed something and takes the coin.
    /// @param account The account.
    function withdraw(address payable account) external;

    // ─── READ ───

    /// @notice A challenge.
    /// @param challengeId The challenge.
    /// @return challenge The record.
    function challengeOf(bytes32 challengeId) external view returns (Challenge memory challenge);

    /// @notice A demand.
    /// @param demandId The demand.
    /// @return demand The record.
    function demandOf(bytes32 demandId) external view returns (Demand memory demand);

    /// @notice Slots in which a node was up in an epoch, after all corrections.
    /// @dev Requirements: no challenge to the leaf is open. That the leaf is final is for the caller to verify.
    /// @param root Root of the leaf's report, from `UptimeOracle.verifyFinal`.
    /// @param nodeId The node.
    /// @param bitmap Bitmap of the leaf.
    /// @return corrected Bit s set: up in slot s.
    function correctedBitmap(bytes32 root, uint64 nodeId, uint256 bitmap) external view returns (uint256 corrected);

    /// @notice What a node has earned, after all corrections that are settled.
    /// @param nodeId The node.
    /// @param rawCumulativeReward What a final leaf says.
    /// @return mill MILL, not below zero.
    /// @return pending Corrections that are left to settle: while there are any, nothing may be paid.
    function correctedReward(
        uint64 nodeId,
        uint128 rawCumulativeReward
    ) external view returns (uint256 mill, uint32 pending);

    /// @notice What was found wrong with a leaf.
    /// @param root Root of its report.
    /// @param nodeId The node.
    /// @return correction The record.
    function correctionOf(bytes32 root, uint64 nodeId) external view returns (Correction memory correction);

    /// @notice Corrections of a node over all epochs.
    /// @param nodeId The node.
    /// @return corrections The record.
    function correctionsOf(uint64 nodeId) external view returns (NodeCorrections memory corrections);

    /// @notice Name of the challenge to a slot of a leaf.
    /// @param reportHash Hash of the leaf's report.
    /// @param nodeId The node.
    /// @param slot The slot.
    /// @return challengeId The name.
    function challengeIdOf(bytes32 reportHash, uint64 nodeId, uint8 slot) external pure returns (bytes32 challengeId);

    /// @notice Name of the demand for a part of a report.
    /// @param reportHash Hash of the report.
    /// @param part What is demanded.
    /// @param index Its index.
    /// @return demandId The name.
    function demandIdOf(bytes32 reportHash, Part part, uint32 index) external pure returns (bytes32 demandId);

    /// @notice Least bond of a challenge, in the native coin.
    /// @return bond The bond.
    function bondWei() external view returns (uint96 bond);

    /// @notice Bond of a challenge to a report of an epoch: the least one, and as much again for every
    /// `CHALLENGES_PER_STEP` that are open, so that nobody asks for more than can be answered in time. A challenge
    /// keeps the bond with which it was made.
    /// @param epoch The epoch.
    /// @return bond The bond.
    function bondOf(uint32 epoch) external view returns (uint96 bond);

    /// @notice Fee of a demand to a report of an epoch: the bond, and as much again for every `DEMANDS_PER_STEP` that
    /// are open, so that flooding grows dear.
    /// @param epoch The epoch.
    /// @return feeWei The fee.
    function feeOf(uint32 epoch) external view returns (uint96 feeWei);

    /// @notice Time in which a challenge or demand must be answered: a quarter of its report's window, rounded up.
    /// @param epoch Epoch of the report.
    /// @return length Seconds.
    function answerSecondsOf(uint32 epoch) external view returns (uint32 length);

    /// @notice What an account is owed.
    /// @param account The account.
    /// @return amountWei Native coin.
    function owedTo(address account) external view returns (uint256 amountWei);
}
