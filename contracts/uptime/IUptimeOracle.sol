// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEntryPause} from "../common/IEntryPause.sol";
import {IWired} from "../common/IWired.sol";
import {SlashTable} from "../staking/SlashTable.sol";

/// @title IUptimeOracle
/// @notice Who was up: one report an epoch, signed by a quorum of bonded attestors.
///
/// The contracts above it judge: `UptimeProofs` by what is wrong on its face, `UptimeChallenges` by what is not shown,
/// where single leaves are corrected too. They report here whom they convict and which reports fall; nobody else can.
/// `UptimeRewards` pays by what stands here.
///
/// Assumptions:
/// - fewer than a third of the attestors lie; an epoch in which more are proven to contradict themselves is void;
/// - judges are the protocol's own contracts and call only with proof.
///
/// Promises:
/// - an epoch has at most one report that stands, and what is final never changes;
/// - an attestor that signs one report per epoch and predecessor, one observation per epoch and one batch per slot, and
///   shows what it is asked for, can never be slashed (I7);
/// - leaving the set and taking a bond back work in a pause.
///
/// Life of a report: None → Posted → Final, or Posted → Void. Final and Void are for ever. A posted report that was
/// built on a void one goes back to None and may be posted again on what is left.
interface IUptimeOracle is IEntryPause, IWired {
    // ─── TYPES ───

    /// @notice What is known of an epoch, in life order.
    enum ReportStatus {
        None,
        Posted,
        Final,
        Void
    }

    /// @notice What the attestors sign (EIP-712). The root is never zero.
    /// @param epoch The epoch it is about; exactly one.
    /// @param root Merkle root of the leaves, one per node in registry order.
    /// @param evidenceRoot Merkle root over `(attestor, slot, root)` of every included observation (`UptimeEvidence`).
    /// @param nodeCount Leaves under `root`: every node that was added before the epoch ended.
    /// @param totalPoints Sum of the points of all leaves.
    /// @param dataHash Commitment to every chunk of the epoch's data file.
    /// @param previousReport Hash of the last report before this one, zero for the first.
    /// @param registryDigest Digest of the node registry when the epoch ended, `NodeRegistry.registryAt`.
    /// @param configDigest `configDigest()` of this contract.
    /// @param consensusVersion `CONSENSUS_VERSION` of this contract.
    struct Report {
        uint32 epoch;
        bytes32 root;
        bytes32 evidenceRoot;
        uint32 nodeCount;
        uint96 totalPoints;
        bytes32 dataHash;
        bytes32 previousReport;
        bytes32 registryDigest;
        bytes32 configDigest;
        uint32 consensusVersion;
    }

    /// @notice What is kept of a report; the rest of it is in its event, under its hash.
    /// @param root 32 bytes. Zero means that no report stands.
    /// @param finalAt 6 bytes. First second at which it is final; never before its predecessor. Zero: no report.
    /// @param previousEpoch 4 bytes. Epoch of the report before it; its own epoch means that it is the first.
    /// @param payees 4 bytes. Bit i: seat i of the epoch's set is paid for it.
    /// @param signers 4 bytes. Bit i: seat i signed it, in time or late.
    /// @param cumulativePot 12 bytes. Availability pots (MILL) of all reports that stand, up to and with this one; the
    /// pot of a report without points is not among them.
    /// @param transmitter 1 byte. Seat that sent it when it was its turn, plus one; zero: somebody else did.
    /// @param sequence 1 byte. Number of the report among those that stand, modulo 32: where its hash is kept.
    struct ReportRecord {
        bytes32 root;
        uint48 finalAt;
        uint32 previousEpoch;
        uint32 payees;
        uint32 signers;
        uint96 cumulativePot;
        uint8 transmitter;
        uint8 sequence;
    }

    /// @notice What is stored of an epoch beside its report.
    /// @param guilty 4 bytes. Bit i: seat i of the epoch's set was proven to contradict itself.
    /// @param unpaid 4 bytes. Bit i: seat i saw a node that it could not show, and no report of this epoch pays it.
    /// @param isVoid 1 byte. Whether its report fell, or more were proven guilty than a quorum tolerates.
    struct EpochState {
        uint32 guilty;
        uint32 unpaid;
        bool isVoid;
    }

    /// @notice One node's part of a report.
    /// @param epoch The epoch of the report.
    /// @param index Position of the leaf in registry order, from zero.
    /// @param nodeId The node.
    /// @param provider Whom the rewards belong to.
    /// @param bitmap Bit s set: the node was up in slot s. Unused bits are zero.
    /// @param points Units · class weight · slots up (7); zero for a node that may not earn.
    /// @param pointsBefore Sum of the points of all leaves with a smaller index.
    /// @param rawCumulativeReward MILL earned by the node in all reports up to and with this one.
    struct Leaf {
        uint32 epoch;
        uint32 index;
        uint64 nodeId;
        address provider;
        uint256 bitmap;
        uint128 points;
        uint256 pointsBefore;
        uint128 rawCumulativeReward;
    }

    /// @notice A bonded attestor.
    /// @param key 20 bytes. Signing key in the newest set; the last one for an attestor that left.
    /// @param bond 12 bytes. MILL bonded for it in StakingRegistry, zero when released.
    /// @param bondRequired 12 bytes. MILL that it offered to bond, the measure of every slash; zero: no application.
    /// @param releaseAt 6 bytes. When the bond of one that left may be released at the earliest; zero: it has not left.
    /// @param isMember 1 byte. Whether it sits in the newest set.
    /// @param leftEpoch 4 bytes. First epoch without its seat, once it left.
    struct Attestor {
        address key;
        uint96 bond;
        uint96 bondRequired;
        uint48 releaseAt;
        bool isMember;
        uint32 leftEpoch;
    }

    // ─── EVENTS ───

    /// @notice Emitted when an account offers to attest.
    /// @param account The account whose stake will answer.
    /// @param key The signing key.
    /// @param bond MILL to be bonded on admission.
    event AttestorApplied(address indexed account, address indexed key, uint96 bond);

    /// @notice Emitted when an account takes its application back.
    /// @param account The account.
    event ApplicationWithdrawn(address indexed account);

    /// @notice Emitted when an attestor is admitted.
    /// @param account The attestor.
    /// @param key Its signing key.
    /// @param bond MILL bonded.
    /// @param fromEpoch First epoch of the set that contains it.
    event AttestorAdmitted(address indexed account, address indexed key, uint96 bond, uint32 fromEpoch);

    /// @notice Emitted when an attestor changes its key.
    /// @param account The attestor.
    /// @param key The new signing key.
    /// @param fromEpoch First epoch of the set that contains it.
    event AttestorKeyRotated(address indexed account, address indexed key, uint32 fromEpoch);

    /// @notice Emitted when an attestor resigns, is removed, or is expelled by a proof.
    /// @param account The attestor.
    /// @param fromEpoch First epoch of the set without it.
    /// @param releaseAt First second at which its bond may be released.
    event AttestorLeft(address indexed account, uint32 fromEpoch, uint48 releaseAt);

    /// @notice Emitted when the bond of one that left goes back to its active stake.
    /// @param account The former attestor.
    /// @param mill MILL released.
    event AttestorBondReleased(address indexed account, uint96 mill);

    /// @notice Emitted when a report is posted.
    /// @param epoch The epoch.
    /// @param reportHash EIP-712 struct hash of the report.
    /// @param transmitter Who sent it.
    /// @param signers Bit i: seat i of the epoch's set signed.
    /// @param finalAt First second at which it is final if nothing voids it.
    /// @param report The report.
    event ReportPosted(
        uint32 indexed epoch,
        bytes32 indexed reportHash,
        address indexed transmitter,
        uint32 signers,
        uint48 finalAt,
        Report report
    );

    /// @notice Emitted when the points of a report jump against the report before: it is open for twice the time.
    /// @param epoch The epoch.
    /// @param pointsBefore Points of the report before.
    /// @param points Points of this one.
    event ReportQuarantined(uint32 indexed epoch, uint96 pointsBefore, uint96 points);

    /// @notice Emitted when an attestor signs a posted report late.
    /// @param epoch The epoch.
    /// @param seat Its seat in the epoch's set.
    /// @param isPaid Whether its observation was included, so that it is paid as the others.
    event ReportCosigned(uint32 indexed epoch, uint8 indexed seat, bool isPaid);

    /// @notice Emitted when an attestor is slashed for what a judge found.
    /// @param epoch The epoch.
    /// @param account The attestor.
    /// @param seat Its seat in the epoch's set.
    /// @param offence What it did.
    /// @param slashed MILL taken from its bond.
    /// @param reporter Who proved it.
    event AttestorConvicted(
        uint32 indexed epoch,
        address indexed account,
        uint8 seat,
        SlashTable.Offence offence,
        uint256 slashed,
        address indexed reporter
    );

    /// @notice Emitted when an attestor that missed `MISSED_REPORTS` reports in a row is taken out of the set.
    /// @param account The attestor.
    /// @param newestEpoch Epoch of the newest report that it missed.
    event AttestorEjected(address indexed account, uint32 newestEpoch);

    /// @notice Emitted when an epoch becomes void: its report was proven false or not shown, or more attestors
    /// contradicted themselves than a quorum tolerates.
    /// @param epoch The epoch.
    event EpochVoided(uint32 indexed epoch);

    /// @notice Emitted when a posted report falls because it was built on a void one; it may be posted again.
    /// @param epoch The epoch.
    event ReportReopened(uint32 indexed epoch);

    /// @notice Emitted when the length of the challenge window of future reports is set.
    /// @param challengeSeconds Length in seconds.
    /// @param fromEpoch First epoch whose report has it.
    event ChallengeSecondsSet(uint32 challengeSeconds, uint32 fromEpoch);

    /// @notice Emitted when the bond of future attestors is set.
    /// @param bond MILL.
    event AttestorBondSet(uint96 bond);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for.
    error UptimeOracle_ZeroAddress(string name);

    /// @notice Thrown when a parameter is out of its bounds.
    /// @param value What was given.
    /// @param min The least allowed.
    /// @param max The most allowed.
    error UptimeOracle_OutOfBounds(uint256 value, uint256 min, uint256 max);

    /// @notice Thrown when the window is changed while a report may be open under the one before the last change.
    /// @param fromEpoch First epoch with which another change can begin.
    error UptimeOracle_WindowInUse(uint32 fromEpoch);

    /// @notice Thrown when a signing key is zero, or belongs or belonged to another attestor.
    /// @param key The key.
    error UptimeOracle_KeyTaken(address key);

    /// @notice Thrown when a key did not sign that it serves the account.
    /// @param key The key.
    /// @param account The account.
    error UptimeOracle_KeyNotPossessed(address key, address account);

    /// @notice Thrown when an account that never applied, or withdrew, is to be admitted.
    /// @param account The account.
    error UptimeOracle_NotApplied(address account);

    /// @notice Thrown when an account that is a member already applies or is admitted again.
    /// @param account The account.
    error UptimeOracle_AlreadyMember(address account);

    /// @notice Thrown when an account that is not a member acts as one.
    /// @param account The account.
    error UptimeOracle_NotMember(address account);

    /// @notice Thrown when a former attestor with a bond still held applies, or asks for it too early.
    /// @param account The account.
    /// @param releaseAt First second at which the bond may be released; zero means that it has not left.
    error UptimeOracle_BondHeld(address account, uint48 releaseAt);

    /// @notice Thrown when a seat is asked for of an epoch whose set can still change.
    /// @param epoch The epoch.
    error UptimeOracle_EpochNotBegun(uint32 epoch);

    /// @notice Thrown when there is nothing to release or pay.
    error UptimeOracle_NothingDue();

    /// @notice Thrown when a report is posted before Settlement closed its epoch.
    /// @param epoch The epoch.
    error UptimeOracle_EpochNotClosed(uint32 epoch);

    /// @notice Thrown when a report comes too late: the pots of its epoch are cancelled.
    /// @param epoch The epoch.
    /// @param deadline First second that was too late.
    error UptimeOracle_TooLate(uint32 epoch, uint48 deadline);

    /// @notice Thrown when the epoch has a report, is void, or lies before the newest report.
    /// @param epoch The epoch.
    /// @param status What is known of it.
    error UptimeOracle_NotReportable(uint32 epoch, ReportStatus status);

    /// @notice Thrown when a report was built on another predecessor than the newest report.
    /// @param found What the report names.
    /// @param expected Hash of the newest report.
    error UptimeOracle_WrongPredecessor(bytes32 found, bytes32 expected);

    /// @notice Thrown when a report was made under other rules.
    /// @param configDigest What the report names.
    /// @param consensusVersion What the report names.
    error UptimeOracle_WrongConfiguration(bytes32 configDigest, uint32 consensusVersion);

    /// @notice Thrown when a report cannot be true: a zero hash, another set of nodes,
    /// more points than are possible.
    error UptimeOracle_ImpossibleReport();

    /// @notice Thrown when fewer attestors signed than the quorum, or the set is too small for this chain.
    /// @param signatures Signatures given.
    /// @param quorum Signatures needed.
    error UptimeOracle_NoQuorum(uint256 signatures, uint256 quorum);

    /// @notice Thrown when bitmap and signatures do not fit together or to the epoch's set.
    /// @param bitmap The bitmap of signers.
    /// @param signatureBytes Length of the signatures in bytes.
    error UptimeOracle_BadBitmap(uint32 bitmap, uint256 signatureBytes);

    /// @notice Thrown when a signature is not of the key in its seat.
    /// @param seat The seat.
    /// @param key The key of that seat in the epoch's set.
    error UptimeOracle_WrongSigner(uint8 seat, address key);

    /// @notice Thrown when an epoch's set has no such seat.
    /// @param seat What was given, counted from 0.
    /// @param seats How many it has.
    error UptimeOracle_NoSuchSeat(uint8 seat, uint256 seats);

    /// @notice Thrown when an attestor was already slashed for an epoch.
    /// @param epoch The epoch.
    /// @param seat Its seat.
    error UptimeOracle_AlreadyProven(uint32 epoch, uint8 seat);

    /// @notice Thrown when an epoch has no final report.
    /// @param epoch The epoch.
    /// @param status What is known of it.
    error UptimeOracle_NotFinal(uint32 epoch, ReportStatus status);

    /// @notice Thrown when a leaf is not under the root of its epoch.
    /// @param epoch The epoch.
    /// @param index Index of the leaf.
    error UptimeOracle_BadProof(uint32 epoch, uint32 index);

    /// @notice Thrown when a report that is named does not stand, or is no longer open to challenge.
    /// @param epoch Its epoch.
    /// @param status What is known of that epoch.
    error UptimeOracle_NotOpen(uint32 epoch, ReportStatus status);

    /// @notice Thrown when an attestor has signed a report already, and this signature pays it no more than that one.
    /// @param epoch The epoch.
    /// @param seat Its seat.
    error UptimeOracle_AlreadySigned(uint32 epoch, uint8 seat);

    /// @notice Thrown when evidence is not under the evidence root of its report.
    /// @param epoch The epoch.
    /// @param seat Seat of the attestor whose evidence it is.
    error UptimeOracle_NotIncluded(uint32 epoch, uint8 seat);

    /// @notice Thrown when an attestor that is to be ejected signed within the last reports, or had no seat.
    /// @param account The attestor.
    /// @param missed Reports in a row that it missed.
    /// @param needed Reports that it must have missed.
    error UptimeOracle_NotDead(address account, uint256 missed, uint256 needed);

    // ─── ATTESTORS ───

    /// @notice Offers the caller's stake and a key for attesting; also replaces an earlier offer.
    /// @dev Emits {AttestorApplied}. Nothing is bonded before admission, which takes the bond asked for now.
    ///
    /// Requirements:
    /// - entries are open; the caller is no member, and no bond of an earlier membership is held;
    /// - the key is unused by others, and either the caller itself or it signed `AttestorKey(account, key)`.
    /// @param key Signing key, a plain ECDSA address.
    /// @param possession 65-byte EIP-712 signature by `key`; ignored when the key is the caller.
    function applyAsAttestor(address key, bytes calldata possession) external;

    /// @notice Takes the caller's application back.
    /// @dev Emits {ApplicationWithdrawn}.
    ///
    /// Requirements: the caller has applied and was not admitted.
    function withdrawApplication() external;

    /// @notice Admits an applicant into the set of the next epoch and bonds its stake.
    /// @dev Emits {AttestorAdmitted}. Before genesis the set of epoch 0 is meant.
    ///
    /// Requirements:
    /// - the caller holds the role of the attestor set, and entries are open;
    /// - `account` applied, its key is still free, its free stake covers the bond and what its nodes require;
    /// - the set has room.
    /// @param account The applicant.
    function admitAttestor(address account) external;

    /// @notice Changes the caller's key from the next epoch.
    /// @dev Emits {AttestorKeyRotated}. Evidence is checked against the key of its epoch.
    ///
    /// Requirements: as for `applyAsAttestor`, except that the caller is a member; works in a pause.
    /// @param key New signing key.
    /// @param possession 65-byte EIP-712 signature by `key`; ignored when the key is the caller.
    function rotateKey(address key, bytes calldata possession) external;

    /// @notice Takes the caller out of the set of the next epoch.
    /// @dev Emits {AttestorLeft}. The bond stays until all that it signed is beyond challenge. Works in a pause.
    ///
    /// Requirements: the caller is a member.
    function resign() external;

    /// @notice Takes an attestor out of the set of the next epoch. Its bond is released as if it had left.
    /// @dev Emits {AttestorLeft}.
    ///
    /// Requirements: the caller holds the role of the attestor set; `account` is a member.
    /// @param account The attestor.
    function removeAttestor(address account) external;

    /// @notice Returns the bond of a former attestor to its active stake; anyone may call.
    /// @dev Emits {AttestorBondReleased}.
    ///
    /// Requirements: the attestor left; its time has come; the newest report of an epoch in which it had a seat has
    /// been final for a window and an epoch, however long its own window was.
    /// @param account The former attestor.
    function releaseBond(address account) external;

    // ─── REPORTS ───

    /// @notice Posts the report of an epoch. Anyone may send it.
    /// @dev Emits {ReportPosted}, and {ReportQuarantined} when the points jump. Whose turn it is (see `dutySeat`) and
    /// who sends it is paid a part of the attestors' pot more, as its gas.
    ///
    /// Requirements:
    /// - Settlement closed the epoch, no report stands for it or a later one, it is not void, the deadline is not over;
    /// - the report names the newest report, this contract's configuration and version, and could be true;
    /// - at least a quorum of the epoch's set signed, and each signature is of the key in its seat.
    /// @param report The report.
    /// @param signers Bit i: seat i of the epoch's set signed.
    /// @param signatures 64-byte ERC-2098 signatures, one after the other, in order of seats.
    function submitReport(Report calldata report, uint32 signers, bytes calldata signatures) external;

    /// @notice Adds an attestor's signature to a posted report, so that silent members can show that they are there; it
    /// is paid as the others if its observation was included. Anyone may send it.
    /// @dev Emits {ReportCosigned}.
    ///
    /// Requirements:
    /// - the report stands and is not final; the signature is of the seat's key;
    /// - the seat has not signed it, or is not paid for it yet and is now: what somebody else sent without the proof
    ///   costs the attestor nothing;
    /// - `inclusion` is empty, or proves `(key, 255, sightingsRoot)` under the report's evidence root.
    /// @param report The report.
    /// @param seat Seat of the attestor in the epoch's set.
    /// @param signature 64-byte ERC-2098 signature of the report.
    /// @param sightingsRoot Root of the attestor's sightings; ignored without a proof.
    /// @param inclusion Merkle proof; empty: not included.
    function cosign(
        Report calldata report,
        uint8 seat,
        bytes calldata signature,
        bytes32 sightingsRoot,
        bytes32[] calldata inclusion
    ) external;

    /// @notice Takes an attestor out of the next set that signed none of the newest `MISSED_REPORTS` final reports, nor
    /// any posted one. Anyone may call. It keeps its bond: silence is no lie.
    /// @dev Emits {AttestorEjected} and {AttestorLeft}.
    ///
    /// Requirements: the account is a member and had a seat for each of these reports.
    /// @param account The attestor.
    function eject(address account) external;

    // ─── JUDGES ───

    /// @notice Takes the slash table's part of an attestor's bond and expels it.
    /// @dev Emits {AttestorConvicted} and {AttestorLeft}; {EpochVoided} and {ReportReopened} when more attestors of the
    /// epoch are proven to contradict themselves than its quorum tolerates and the report is not final.
    ///
    /// Requirements: the caller may judge; the set has the seat; a contradiction was not proven for this epoch and seat
    /// before.
    /// @param epoch The epoch.
    /// @param seat Seat of the attestor in the epoch's set.
    /// @param offence What it did.
    /// @param reporter Who proved it.
    function convict(uint32 epoch, uint8 seat, SlashTable.Offence offence, address reporter) external;

    /// @notice Voids the epoch of a posted report, and slashes those who signed what cannot be true.
    /// @dev Emits {EpochVoided}, {ReportReopened} for reports built on it, {AttestorConvicted} for each signer.
    ///
    /// Requirements: the caller may judge; the report is posted and not final.
    /// @param epoch The epoch.
    /// @param isFalse Whether the report is false, so that its signers are at fault; otherwise it was not shown.
    /// @param reporter Who proved it.
    function voidReport(uint32 epoch, bool isFalse, address reporter) external;

    // ─── PARAMETERS ───

    /// @notice Sets the challenge window of reports of epochs that begin from now on; of all while no report stands.
    /// What is open keeps the window that it was opened under (I10).
    /// @dev Emits {ChallengeSecondsSet}.
    ///
    /// Requirements: the caller holds the role; the length is 1 second to `MAX_CHALLENGE_EPOCHS` epochs; the last
    /// change began to act `WINDOW_EPOCHS` epochs before, so that nothing is open under the window before it.
    /// @param newChallengeSeconds Length in seconds.
    function setChallengeSeconds(uint32 newChallengeSeconds) external;

    /// @notice Sets the bond of attestors that apply from now on.
    /// @dev Emits {AttestorBondSet}.
    ///
    /// Requirements: the caller holds the role; the bond is not zero.
    /// @param newBond MILL.
    function setAttestorBond(uint96 newBond) external;

    // ─── READ ───

    /// @notice What leaves are proven by. Reverts unless the report of the epoch is final.
    /// @param epoch The epoch.
    /// @return root Root of the report, by which corrections are named.
    /// @return cumulativePot Pots of all reports up to and with this one.
    function finalReport(uint32 epoch) external view returns (bytes32 root, uint96 cumulativePot);

    /// @notice Reverts unless the report of the leaf's epoch is final and proves the leaf. What was corrected of the
    /// leaf stands in `UptimeChallenges`.
    /// @param leaf The leaf.
    /// @param proof Merkle proof as of OpenZeppelin's StandardMerkleTree.
    /// @return root Root of the report, by which corrections are named.
    /// @return cumulativePot Pots of all reports up to and with this one.
    function verifyFinal(
        Leaf calldata leaf,
        bytes32[] calldata proof
    ) external view returns (bytes32 root, uint96 cumulativePot);

    /// @notice Reverts unless a report stands and is open to challenge.
    /// @param report The report.
    /// @return finalAt First second at which it no longer is.
    function verifyPosted(Report calldata report) external view returns (uint48 finalAt);

    /// @notice Who is paid for the final report of an epoch.
    /// @param epoch The epoch.
    /// @param account An attestor.
    /// @return payees Bit i: seat i is paid; zero without a final report.
    /// @return bit Bit of the attestor's seat; zero if it is not among them.
    /// @return transmitterBit Bit of the payee that sent the report in its turn; zero: nobody.
    function payeesOf(
        uint32 epoch,
        address account
    ) external view returns (uint32 payees, uint32 bit, uint32 transmitterBit);

    /// @notice Hash of the report of an epoch; kept for the last 32 reports, but for those whose place was taken by one
    /// that fell since.
    /// @param epoch The epoch.
    /// @return reportHash EIP-712 struct hash, zero when no report stands or its hash is not kept.
    function reportHashAt(uint32 epoch) external view returns (bytes32 reportHash);

    /// @notice EIP-712 digest that attestors sign for a report.
    /// @param report The report.
    /// @return digest The digest.
    function reportDigest(Report calldata report) external view returns (bytes32 digest);

    /// @notice EIP-712 struct hash of a report, by which the next report names it.
    /// @param report The report.
    /// @return reportHash The hash.
    function reportHashOf(Report calldata report) external pure returns (bytes32 reportHash);

    /// @notice EIP-712 digest of any message of the oracle's domain.
    /// @param structHash Struct hash of the message.
    /// @return digest The digest that is signed.
    function digestOf(bytes32 structHash) external view returns (bytes32 digest);

    /// @notice Signing key of a seat. Reverts before the epoch has begun, as its set can still change, and when the set
    /// has no such seat.
    /// @param epoch The epoch.
    /// @param seat The seat.
    /// @return key The key.
    function keyOf(uint32 epoch, uint8 seat) external view returns (address key);

    /// @notice The stored report of an epoch; all zero when none stands.
    /// @param epoch The epoch.
    /// @return record The record.
    function reportOf(uint32 epoch) external view returns (ReportRecord memory record);

    /// @notice What is known of an epoch.
    /// @param epoch The epoch.
    /// @return status The status.
    function statusOf(uint32 epoch) external view returns (ReportStatus status);

    /// @notice Whether an epoch has a report that can no longer change. Once true, always true.
    /// @param epoch The epoch.
    /// @return final_ True if so.
    function isFinal(uint32 epoch) external view returns (bool final_);

    /// @notice First second at which a report of an epoch is refused.
    /// @param epoch The epoch.
    /// @return deadline Unix time in seconds.
    function reportDeadline(uint32 epoch) external view returns (uint48 deadline);

    /// @notice Hash of the newest report that stands, which the next one must name.
    /// @return reportHash The hash, zero before the first.
    /// @return epoch Its epoch.
    function newestReport() external view returns (bytes32 reportHash, uint32 epoch);

    /// @notice The set of an epoch.
    /// @param epoch The epoch.
    /// @return seats Signing key of each seat; empty when there is no set.
    /// @return quorum Signatures that a report needs: more than two thirds.
    /// @return threshold Attestors that must have seen a slot for it to be up, `n − quorum + 1`.
    function setOf(uint32 epoch) external view returns (address[] memory seats, uint256 quorum, uint256 threshold);

    /// @notice Seat whose turn it is to send the report of an epoch: the turns of `TURN_SLOTS` slots begin with the end
    /// of the epoch, at seat `epoch mod n`, and go round.
    /// @param epoch The epoch.
    /// @return seat The seat; zero without a set.
    function dutySeat(uint32 epoch) external view returns (uint8 seat);

    /// @notice First epoch of a set that is changed now.
    /// @return epoch The next epoch; zero before genesis.
    function nextSetEpoch() external view returns (uint32 epoch);

    /// @notice An attestor.
    /// @param account Its account.
    /// @return attestor The record.
    function attestorOf(address account) external view returns (Attestor memory attestor);

    /// @notice The account behind a signing key, present or past.
    /// @param key The key.
    /// @return account The account, zero for a stranger.
    function accountOfKey(address key) external view returns (address account);

    /// @notice What is stored of an epoch beside its report.
    /// @param epoch The epoch.
    /// @return state The record.
    function epochStateOf(uint32 epoch) external view returns (EpochState memory state);

    /// @notice Digest of the rules that off-chain members must share: version, chain time, quorum rule, grace.
    /// @return digest The digest.
    function configDigest() external view returns (bytes32 digest);

    /// @notice Challenge window of the report of an epoch.
    /// @param epoch The epoch; of one long over it may be the window of later ones.
    /// @return length Seconds.
    function challengeSecondsOf(uint32 epoch) external view returns (uint32 length);

    /// @notice Bond of attestors that apply now.
    /// @return mill MILL.
    function attestorBond() external view returns (uint96 mill);
}
