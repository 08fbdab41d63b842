// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {AttestorSet} from "./AttestorSet.sol";
import {BondedAttestors} from "./BondedAttestors.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {SlotBitmap} from "./SlotBitmap.sol";
import {UptimeEvidence} from "./UptimeEvidence.sol";
import {UptimeLeaf} from "./UptimeLeaf.sol";
import {UptimeReport} from "./UptimeReport.sol";

/// @title UptimeOracle
/// @notice See `IUptimeOracle`.
contract UptimeOracle is Wired, BondedAttestors {
    using AttestorSet for AttestorSet.Book;
    using EpochClock for EpochClock.Clock;
    using SafeCast for uint256;
    using SlotBitmap for uint256;
    using UptimeLeaf for Leaf;
    using UptimeReport for Report;

    /// @notice Version of the formats and of the function from observations to a report.
    uint32 public constant CONSENSUS_VERSION = 2;

    /// @notice Part of a slot, after its end, in which heartbeats still count: one over this.
    uint16 public constant GRACE_DIVISOR = 4;

    /// @notice Least quorum on a chain that is not a local one (X-19, X-51).
    uint256 public constant MIN_PUBLIC_QUORUM = 3;

    /// @notice Most points of a node: 65,535 units, a class weight of a million, 240 slots, rounded up to a power of
    /// two.
    uint256 public constant MAX_NODE_POINTS = 1 << 44;

    /// @notice Points that are more than this many times those of the report before, or less than one over it, jump.
    uint256 public constant JUMP_FACTOR = 4;

    /// @notice Reports in a row after which a silent attestor may be ejected.
    uint256 public constant MISSED_REPORTS = 7;

    /// @notice Length of a turn to send a report, in slots.
    uint32 public constant TURN_SLOTS = 2;

    /// @dev Reports that can be open at once are fewer: each is at most `MAX_LATE_EPOCHS` late, and its window, twice
    /// if it jumped, at most `2 * MAX_CHALLENGE_EPOCHS` long.
    uint256 private constant _KEPT_HASHES = 32;

    IBurnMintSettlement private immutable _SETTLEMENT;
    INodeRegistry private immutable _NODES;
    bytes32 private immutable _CONFIG_DIGEST;

    mapping(uint32 epoch => ReportRecord record) private _reports;
    mapping(uint32 epoch => EpochState state) private _epochs;

    /// @dev Hash of report n at n modulo its length: rewriting a slot costs a quarter of a new one.
    bytes32[_KEPT_HASHES] private _hashes;

    /// @dev Epoch of the newest report that stands, meaningful only if there is one.
    uint32 private _newestEpoch;
    bool private _hasReport;
    /// @dev Its points; zero after it fell, so that the next report is compared with nothing and counts as a jump.
    uint96 private _newestPoints;

    constructor(
        address deployer,
        address initialAuthority,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        uint32 newChallengeSeconds,
        uint96 newBond
    )
        Wired(deployer)
        AccessManaged(initialAuthority)
        EIP712("Millrace Uptime", "1")
        BondedAttestors(staking, settlement, newChallengeSeconds, newBond)
    {
        require(initialAuthority != address(0), UptimeOracle_ZeroAddress("authority"));
        require(address(nodes) != address(0), UptimeOracle_ZeroAddress("nodes"));
        _SETTLEMENT = settlement;
        _NODES = nodes;
        _CONFIG_DIGEST = keccak256(
            abi.encode(CONSENSUS_VERSION, _GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH, GRACE_DIVISOR)
        );
    }

    // ─── REPORTS ───

    /// @inheritdoc IUptimeOracle
    function submitReport(Report calldata report, uint32 signers, bytes calldata signatures) external {
        _checkReportable(report.epoch);
        _checkPossible(report);
        bytes32 reportHash = report.hash();
        address[] storage keys = _book.keysAt(report.epoch);
        _checkQuorum(keys, _hashTypedDataV4(reportHash), signers, signatures);

        uint48 finalAt = _record(report, reportHash, signers, keys);
        emit ReportPosted({
            epoch: report.epoch,
            reportHash: reportHash,
            transmitter: msg.sender,
            signers: signers,
            finalAt: finalAt,
            report: report
        });
    }

    /// @inheritdoc IUptimeOracle
    function cosign(
        Report calldata report,
        uint8 seat,
        bytes calldata signature,
        bytes32 sightingsRoot,
        bytes32[] calldata inclusion
    ) external {
        ReportRecord storage record = _postedRecord(report);
        address key = keyOf(report.epoch, seat);
        // A seat is below 32, so its bit fits.
        uint32 bit = uint32(1) << seat;
        bool isPaid = inclusion.length != 0 && _unpaidAt(report.epoch) & bit == 0;
        // Whoever brought the signature first, without the proof, must not keep its owner from being paid (I11).
        bool isNew = record.signers & bit == 0 || (isPaid && record.payees & bit == 0);
        require(isNew, UptimeOracle_AlreadySigned(report.epoch, seat));
        UptimeReport.checkSignature(reportDigest(report), key, seat, signature);
        bool fits = inclusion.length == 0 || _isIncluded(report.evidenceRoot, key, sightingsRoot, inclusion);
        require(fits, UptimeOracle_NotIncluded(report.epoch, seat));

        record.signers |= bit;
        if (isPaid) record.payees |= bit;
        emit ReportCosigned({epoch: report.epoch, seat: seat, isPaid: isPaid});
    }

    /// @inheritdoc IUptimeOracle
    function eject(address account) external {
        uint256 missed = _missedBy(account);
        require(missed >= MISSED_REPORTS, UptimeOracle_NotDead(account, missed, MISSED_REPORTS));
        emit AttestorEjected({account: account, newestEpoch: _newestEpoch});
        _dismiss(account);
    }

    // ─── JUDGES ───

    /// @inheritdoc IUptimeOracle
    function convict(
        uint32 epoch,
        uint8 seat,
        SlashTable.Offence offence,
        address reporter
    ) external onlyWired(Permissions.JUDGE) {
        address[] storage keys = _book.keysAt(epoch);
        require(seat < keys.length, UptimeOracle_NoSuchSeat(seat, keys.length));
        if (offence == SlashTable.Offence.AttestorContradiction) _markGuilty(epoch, seat, keys.length);
        else _denyPay(epoch, uint32(1) << seat);
        _convict(epoch, seat, keys[seat], offence, reporter);
    }

    /// @inheritdoc IUptimeOracle
    function voidReport(uint32 epoch, bool isFalse, address reporter) external onlyWired(Permissions.JUDGE) {
        ReportStatus status = statusOf(epoch);
        require(status == ReportStatus.Posted, UptimeOracle_NotOpen(epoch, status));
        uint32 signers = _reports[epoch].signers;
        _void(epoch);
        if (!isFalse) return;
        address[] storage keys = _book.keysAt(epoch);
        // At most 32 seats.
        for (uint8 seat = 0; seat < keys.length; ++seat) {
            if ((signers >> seat) & 1 == 0) continue;
            _convict(epoch, seat, keys[seat], SlashTable.Offence.FalseReport, reporter);
        }
    }

    // ─── READ ───

    /// @inheritdoc IUptimeOracle
    function verifyFinal(
        Leaf calldata leaf,
        bytes32[] calldata proof
    ) external view returns (bytes32 root, uint96 cumulativePot) {
        (root, cumulativePot) = finalReport(leaf.epoch);
        require(leaf.isUnder(proof, root), UptimeOracle_BadProof(leaf.epoch, leaf.index));
    }

    /// @inheritdoc IUptimeOracle
    function finalReport(uint32 epoch) public view returns (bytes32 root, uint96 cumulativePot) {
        ReportRecord storage record = _reports[epoch];
        // None and Void have no time of finality, and no root.
        uint48 finalAt = record.finalAt;
        bool final_ = finalAt != 0 && block.timestamp >= finalAt;
        require(final_, UptimeOracle_NotFinal(epoch, statusOf(epoch)));
        return (record.root, record.cumulativePot);
    }

    /// @inheritdoc IUptimeOracle
    function verifyPosted(Report calldata report) external view returns (uint48 finalAt) {
        return _postedRecord(report).finalAt;
    }

    /// @inheritdoc IUptimeOracle
    function payeesOf(
        uint32 epoch,
        address account
    ) external view returns (uint32 payees, uint32 bit, uint32 transmitterBit) {
        if (!isFinal(epoch)) return (0, 0, 0);
        ReportRecord storage record = _reports[epoch];
        (payees, bit) = (record.payees, uint32(_bitOf(_book.keysAt(epoch), account)));
        bit &= payees;
        uint8 transmitter = record.transmitter;
        if (transmitter != 0) transmitterBit = payees & (uint32(1) << (transmitter - 1));
    }

    /// @inheritdoc IUptimeOracle
    function reportOf(uint32 epoch) external view returns (ReportRecord memory record) {
        return _reports[epoch];
    }

    /// @inheritdoc IUptimeOracle
    function statusOf(uint32 epoch) public view returns (ReportStatus status) {
        uint48 finalAt = _reports[epoch].finalAt;
        if (finalAt != 0) return block.timestamp < finalAt ? ReportStatus.Posted : ReportStatus.Final;
        return _epochs[epoch].isVoid ? ReportStatus.Void : ReportStatus.None;
    }

    /// @inheritdoc IUptimeOracle
    function isFinal(uint32 epoch) public view returns (bool final_) {
        return statusOf(epoch) == ReportStatus.Final;
    }

    /// @inheritdoc IUptimeOracle
    function reportDeadline(uint32 epoch) public view returns (uint48 deadline) {
        return _clock().endOf(uint256(epoch) + MAX_LATE_EPOCHS);
    }

    /// @inheritdoc IUptimeOracle
    function newestReport() public view returns (bytes32 reportHash, uint32 epoch) {
        if (_hasReport) (reportHash, epoch) = (_hashOf(_reports[_newestEpoch]), _newestEpoch);
    }

    /// @inheritdoc IUptimeOracle
    function reportHashAt(uint32 epoch) external view returns (bytes32 reportHash) {
        if (_reports[epoch].finalAt == 0) return 0;
        // A place in the ring tells no age: the way back does. A report that stands is found on it.
        uint32 cursor = _newestEpoch;
        for (uint256 age = 0; age < _KEPT_HASHES; ++age) {
            if (cursor == epoch) return _hashOf(_reports[epoch]);
            cursor = _reports[cursor].previousEpoch;
        }
    }

    /// @inheritdoc IUptimeOracle
    function reportDigest(Report calldata report) public view returns (bytes32 digest) {
        return _hashTypedDataV4(report.hash());
    }

    /// @inheritdoc IUptimeOracle
    function reportHashOf(Report calldata report) external pure returns (bytes32 reportHash) {
        return report.hash();
    }

    /// @inheritdoc IUptimeOracle
    function digestOf(bytes32 structHash) external view returns (bytes32 digest) {
        return _hashTypedDataV4(structHash);
    }

    /// @inheritdoc IUptimeOracle
    function keyOf(uint32 epoch, uint8 seat) public view returns (address key) {
        // Until then seats move: what one said of such an epoch would be held against who sits there in the end.
        require(epoch < nextSetEpoch(), UptimeOracle_EpochNotBegun(epoch));
        address[] storage keys = _book.keysAt(epoch);
        require(seat < keys.length, UptimeOracle_WrongSigner(seat, address(0)));
        return keys[seat];
    }

    /// @inheritdoc IUptimeOracle
    function dutySeat(uint32 epoch) external view returns (uint8 seat) {
        return _dutySeat(epoch, _book.keysAt(epoch).length);
    }

    /// @inheritdoc IUptimeOracle
    function epochStateOf(uint32 epoch) external view returns (EpochState memory state) {
        return _epochs[epoch];
    }

    /// @inheritdoc IUptimeOracle
    function configDigest() external view returns (bytes32 digest) {
        return _CONFIG_DIGEST;
    }

    // ─── INTERNAL WRITE ───

    /// @dev Stores a report that passed all checks as the newest.
    function _record(
        Report calldata report,
        bytes32 reportHash,
        uint32 signers,
        address[] storage keys
    ) private returns (uint48 finalAt) {
        uint32 epoch = report.epoch;
        uint32 window = challengeSecondsOf(epoch);
        ReportRecord memory record = ReportRecord({
            root: report.root,
            finalAt: (block.timestamp + window).toUint48(),
            previousEpoch: epoch,
            payees: signers & ~_unpaidAt(epoch),
            signers: signers,
            cumulativePot: 0,
            transmitter: _transmitter(epoch, keys),
            sequence: 0
        });
        if (_hasReport) {
            ReportRecord storage previous = _reports[_newestEpoch];
            record.previousEpoch = _newestEpoch;
            record.cumulativePot = previous.cumulativePot;
            record.sequence = uint8((uint256(previous.sequence) + 1) % _KEPT_HASHES);
            if (_jumps(_newestPoints, report.totalPoints)) {
                record.finalAt += window;
                emit ReportQuarantined({epoch: epoch, pointsBefore: _newestPoints, points: report.totalPoints});
            }
            // A window that was shortened in between must not make a report final on one that can still fall.
            if (previous.finalAt > record.finalAt) record.finalAt = previous.finalAt;
        }
        if (report.totalPoints != 0) {
            (uint128 pot, ) = _SETTLEMENT.potOf(epoch);
            record.cumulativePot += uint256(pot).toUint96();
        }
        _reports[epoch] = record;
        _hashes[record.sequence] = reportHash;
        (_newestEpoch, _hasReport, _newestPoints) = (epoch, true, report.totalPoints);
        return record.finalAt;
    }

    /// @dev What is final stays as it is: later proofs cost the bond, but change no epoch that was paid for.
    function _markGuilty(uint32 epoch, uint8 seat, uint256 seats) private {
        EpochState storage state = _epochs[epoch];
        require((state.guilty >> seat) & 1 == 0, UptimeOracle_AlreadyProven(epoch, seat));
        // A seat is below 32, so its bit fits.
        uint32 bit = uint32(1) << seat;
        state.guilty |= bit;
        ReportStatus status = statusOf(epoch);
        if (status == ReportStatus.Final || status == ReportStatus.Void) return;

        if (status == ReportStatus.Posted) _reports[epoch].payees &= ~bit;
        // Fewer liars than this, and at least one of any quorum is honest: the report follows from observations.
        if (uint256(state.guilty).countUp() >= AttestorSet.thresholdOf(seats)) _void(epoch);
    }

    /// @dev Remembered of the epoch: a signature that is added later, or to a report in this one's place, is not paid
    /// either.
    function _denyPay(uint32 epoch, uint32 bit) private {
        _epochs[epoch].unpaid |= bit;
        if (statusOf(epoch) == ReportStatus.Posted) _reports[epoch].payees &= ~bit;
    }

    function _convict(uint32 epoch, uint8 seat, address key, SlashTable.Offence offence, address reporter) private {
        address account = accountOfKey(key);
        uint256 slashed = _punish(account, offence, reporter);
        emit AttestorConvicted({
            epoch: epoch,
            account: account,
            seat: seat,
            offence: offence,
            slashed: slashed,
            reporter: reporter
        });
    }

    /// @dev Voids an epoch that is not final. Drops its report and all that were built on it: none of them is final,
    /// and fewer are open than hashes are kept. Their hashes took the places of older ones, and go too.
    function _void(uint32 epoch) private {
        _epochs[epoch].isVoid = true;
        emit EpochVoided(epoch);
        if (_reports[epoch].finalAt == 0) return;
        uint32 cursor = _newestEpoch;
        while (cursor != epoch) {
            emit ReportReopened(cursor);
            cursor = _drop(cursor);
        }
        uint32 newestEpoch = _drop(epoch);
        (_newestEpoch, _hasReport, _newestPoints) = (newestEpoch, newestEpoch != epoch, 0);
    }

    function _drop(uint32 epoch) private returns (uint32 previousEpoch) {
        ReportRecord storage record = _reports[epoch];
        previousEpoch = record.previousEpoch;
        delete _hashes[record.sequence];
        delete _reports[epoch];
    }

    // ─── INTERNAL READ ───

    /// @dev Whether a report includes the observation of a key.
    function _isIncluded(
        bytes32 evidenceRoot,
        address key,
        bytes32 sightingsRoot,
        bytes32[] calldata inclusion
    ) private pure returns (bool included) {
        bytes32 leafHash = UptimeEvidence.evidenceLeaf(key, UptimeEvidence.SIGHTINGS_SLOT, sightingsRoot);
        return MerkleProof.verifyCalldata(inclusion, evidenceRoot, leafHash);
    }

    /// @dev Bits of seats that no report of an epoch pays.
    function _unpaidAt(uint32 epoch) private view returns (uint32 seats) {
        EpochState storage state = _epochs[epoch];
        return state.guilty | state.unpaid;
    }

    /// @dev See `BondedAttestors`.
    function _hasReports() internal view override returns (bool has) {
        return _hasReport;
    }

    /// @dev See `BondedAttestors`.
    function _heldUntil(uint32 before) internal view override returns (uint48 heldUntil) {
        if (!_hasReport) return 0;
        uint32 epoch = _newestEpoch;
        while (true) {
            ReportRecord storage record = _reports[epoch];
            // A challenge that came last is answered within a window; then there is an epoch to bring what it showed.
            heldUntil = record.finalAt + challengeSecondsOf(epoch) + _EPOCH_SECONDS;
            // Reports become final in their order: if this one has been for long enough, so have all before.
            if (epoch < before || block.timestamp >= heldUntil) return heldUntil;
            if (record.previousEpoch == epoch) return 0;
            epoch = record.previousEpoch;
        }
    }

    function _checkReportable(uint32 epoch) private view {
        require(_SETTLEMENT.nextEpochToClose() > epoch, UptimeOracle_EpochNotClosed(epoch));
        uint48 deadline = reportDeadline(epoch);
        require(block.timestamp < deadline, UptimeOracle_TooLate(epoch, deadline));
        ReportStatus status = statusOf(epoch);
        bool inOrder = !_hasReport || epoch > _newestEpoch;
        require(status == ReportStatus.None && inOrder, UptimeOracle_NotReportable(epoch, status));
    }

    function _checkPossible(Report calldata report) private view {
        bool sameRules = report.configDigest == _CONFIG_DIGEST && report.consensusVersion == CONSENSUS_VERSION;
        require(sameRules, UptimeOracle_WrongConfiguration(report.configDigest, report.consensusVersion));
        (bytes32 expected, ) = newestReport();
        require(report.previousReport == expected, UptimeOracle_WrongPredecessor(report.previousReport, expected));
        (bytes32 registryDigest, uint64 nodeCount) = _NODES.registryAt(report.epoch);
        // A zero root would be what an epoch without a report has (X-21).
        bool possible =
            report.root != bytes32(0) &&
                report.evidenceRoot != bytes32(0) &&
                report.dataHash != bytes32(0) &&
                report.registryDigest == registryDigest &&
                report.nodeCount == nodeCount &&
                report.totalPoints <= nodeCount * MAX_NODE_POINTS;
        require(possible, UptimeOracle_ImpossibleReport());
    }

    function _checkQuorum(
        address[] storage keys,
        bytes32 digest,
        uint32 signers,
        bytes calldata signatures
    ) private view {
        uint256 count = UptimeReport.checkSignatures(digest, keys, signers, signatures);
        uint256 quorum = AttestorSet.quorumOf(keys.length);
        uint256 least = _isLocalChain() ? 1 : MIN_PUBLIC_QUORUM;
        if (quorum < least) quorum = least;
        require(count >= quorum, UptimeOracle_NoQuorum(count, quorum));
    }

    /// @dev The record of a report that stands and can still be challenged.
    function _postedRecord(Report calldata report) private view returns (ReportRecord storage record) {
        record = _reports[report.epoch];
        ReportStatus status = statusOf(report.epoch);
        bool isOpen = status == ReportStatus.Posted && _hashOf(record) == report.hash();
        require(isOpen, UptimeOracle_NotOpen(report.epoch, status));
    }

    /// @dev Only for reports that are among the newest `_KEPT_HASHES`: open ones, and the newest.
    function _hashOf(ReportRecord storage record) private view returns (bytes32 reportHash) {
        return _hashes[record.sequence];
    }

    /// @dev Final reports in a row, from the newest, that an attestor did not sign; zero if it signed a posted one.
    function _missedBy(address account) private view returns (uint256 missed) {
        if (!_hasReport) return 0;
        uint32 epoch = _newestEpoch;
        while (missed < MISSED_REPORTS) {
            ReportRecord storage record = _reports[epoch];
            uint256 bit = _bitOf(_book.keysAt(epoch), account);
            if (bit == 0 || record.signers & bit != 0) return block.timestamp < record.finalAt ? 0 : missed;
            if (block.timestamp >= record.finalAt) ++missed;
            if (record.previousEpoch == epoch) return missed;
            epoch = record.previousEpoch;
        }
    }

    /// @dev Seat of the sender plus one when it is its turn, zero otherwise.
    function _transmitter(uint32 epoch, address[] storage keys) private view returns (uint8 transmitter) {
        uint8 seat = _dutySeat(epoch, keys.length);
        address key = keys[seat];
        if (key == msg.sender || accountOfKey(key) == msg.sender) return seat + 1;
    }

    function _dutySeat(uint32 epoch, uint256 seats) private view returns (uint8 seat) {
        if (seats == 0) return 0;
        EpochClock.Clock memory clock = _clock();
        uint256 since = Math.saturatingSub(block.timestamp, clock.endOf(epoch));
        // A seat is below 32.
        return uint8((epoch + since / (uint256(TURN_SLOTS) * clock.slotSeconds())) % seats);
    }

    function _jumps(uint256 pointsBefore, uint256 points) private pure returns (bool jumps) {
        return points > pointsBefore * JUMP_FACTOR || pointsBefore > points * JUMP_FACTOR;
    }

    /// @dev Bit of the seat of an account; zero if it has none.
    function _bitOf(address[] storage keys, address account) private view returns (uint256 bit) {
        for (uint256 seat = 0; seat < keys.length; ++seat) if (accountOfKey(keys[seat]) == account) return 1 << seat;
    }

    function _isLocalChain() private view returns (bool local) {
        return block.chainid == 31_337 || block.chainid == 1_337;
    }
}
