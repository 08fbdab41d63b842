// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {AttestorSet} from "./AttestorSet.sol";
import {BondedAttestors} from "./BondedAttestors.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {SlotBitmap} from "./SlotBitmap.sol";
import {UptimeLeaf} from "./UptimeLeaf.sol";
import {UptimeReport} from "./UptimeReport.sol";

/// @title UptimeOracle
/// @notice See `IUptimeOracle`.
contract UptimeOracle is BondedAttestors {
    using AttestorSet for AttestorSet.Book;
    using EpochClock for EpochClock.Clock;
    using SafeCast for uint256;
    using SafeERC20 for IMillToken;
    using SlotBitmap for uint256;
    using UptimeLeaf for Leaf;
    using UptimeReport for Report;

    /// @notice Version of the function from observations to a report.
    uint32 public constant CONSENSUS_VERSION = 2;

    /// @notice Part of a slot, after its end, in which heartbeats still count: one over this.
    uint16 public constant GRACE_DIVISOR = 4;

    /// @notice Least quorum on a chain that is not a local one (X-19, X-51).
    uint256 public constant MIN_PUBLIC_QUORUM = 3;

    /// @notice Most points of a node: 65,535 units, a class weight of a million, 240 slots, rounded up to a power of
    /// two.
    uint256 public constant MAX_NODE_POINTS = 1 << 44;

    IMillToken private immutable _MILL;
    IBurnMintSettlement private immutable _SETTLEMENT;
    INodeRegistry private immutable _NODES;
    bytes32 private immutable _CONFIG_DIGEST;

    mapping(uint32 epoch => ReportRecord record) private _reports;
    mapping(uint32 epoch => EpochState state) private _epochs;
    mapping(uint64 nodeId => Collection collection) private _collections;

    /// @dev Epoch of the newest report that stands, meaningful only if there is one.
    uint32 private _newestEpoch;
    bool private _hasReport;
    /// @dev MILL paid to providers; never more than `_rewardsFunded`.
    uint96 private _rewardsPaid;
    /// @dev The largest `cumulativePot` of a report from which something was collected.
    uint96 private _rewardsFunded;

    constructor(
        address initialAuthority,
        IMillToken mill,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        uint32 newChallengeSeconds,
        uint96 newBond
    )
        AccessManaged(initialAuthority)
        EIP712("Millrace Uptime", "1")
        BondedAttestors(staking, settlement, newChallengeSeconds, newBond)
    {
        require(initialAuthority != address(0), UptimeOracle_ZeroAddress("authority"));
        require(address(mill) != address(0), UptimeOracle_ZeroAddress("mill"));
        require(address(nodes) != address(0), UptimeOracle_ZeroAddress("nodes"));
        _MILL = mill;
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
        _checkQuorum(report.epoch, _hashTypedDataV4(reportHash), signers, signatures);

        uint48 finalAt = _record(report, reportHash, signers);
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
    function proveContradiction(
        Report calldata first,
        Report calldata second,
        uint8 seat,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external {
        uint32 epoch = first.epoch;
        bytes32 firstHash = first.hash();
        bytes32 secondHash = second.hash();
        // What was built on a void report is signed again on another predecessor: that is no contradiction.
        bool exclusive = second.epoch == epoch && second.previousReport == first.previousReport;
        require(exclusive && firstHash != secondHash, UptimeOracle_NoContradiction());

        address[] storage keys = _book.keysAt(epoch);
        require(seat < keys.length, UptimeOracle_WrongSigner(seat, address(0)));
        UptimeReport.checkSignature(_hashTypedDataV4(firstHash), keys[seat], seat, firstSignature);
        UptimeReport.checkSignature(_hashTypedDataV4(secondHash), keys[seat], seat, secondSignature);
        require((_epochs[epoch].guilty >> seat) & 1 == 0, UptimeOracle_AlreadyProven(epoch, seat));

        _markGuilty(epoch, seat, keys.length);
        address account = accountOfKey(keys[seat]);
        uint256 slashed = _punish(account, SlashTable.Offence.AttestorContradiction, msg.sender);
        emit ContradictionProven({epoch: epoch, account: account, seat: seat, slashed: slashed, reporter: msg.sender});
    }

    // ─── PAY ───

    /// @inheritdoc IUptimeOracle
    function collect(Leaf calldata leaf, bytes32[] calldata proof) external returns (uint256 mill) {
        ReportRecord storage record = _verifiedRecord(leaf, proof);
        Collection storage collection = _collections[leaf.nodeId];
        uint96 funded = Math.max(_rewardsFunded, record.cumulativePot).toUint96();
        mill = _collectable(leaf, collection, record.cumulativePot, funded);
        if (mill == 0) return 0;

        collection.mill += mill.toUint96();
        collection.throughEpoch = leaf.epoch;
        _rewardsPaid += mill.toUint96();
        _rewardsFunded = funded;
        emit RewardsCollected({nodeId: leaf.nodeId, provider: leaf.provider, epoch: leaf.epoch, mill: mill});
        _payProvider(leaf.provider, mill);
    }

    /// @inheritdoc IUptimeOracle
    function collectAttestorPay(address account, uint32[] calldata epochs) external returns (uint256 mill) {
        for (uint256 i = 0; i < epochs.length; ++i) mill += _takeAttestorPay(account, epochs[i]);
        if (mill != 0) _MILL.safeTransfer(account, mill);
    }

    /// @inheritdoc IUptimeOracle
    function cancelPot(uint32 epoch) external returns (uint256 mill) {
        EpochState storage state = _epochs[epoch];
        bool open = !state.isCancelled && _SETTLEMENT.nextEpochToClose() > epoch;
        (uint128 availability, uint128 attestors) = _SETTLEMENT.potOf(epoch);
        if (_hasNoTaker(epoch)) {
            mill = uint256(availability) + attestors;
        } else if (isFinal(epoch)) {
            ReportRecord storage record = _reports[epoch];
            if (record.cumulativePot == _potBefore(epoch, record)) mill += availability;
            if (record.payees == 0) mill += attestors;
        }
        require(open && mill != 0, UptimeOracle_NothingToCancel(epoch));

        state.isCancelled = true;
        emit PotCancelled({epoch: epoch, mill: mill});
        _MILL.burn(mill);
    }

    // ─── READ ───

    /// @inheritdoc IUptimeOracle
    function verifyFinal(Leaf calldata leaf, bytes32[] calldata proof) external view {
        _verifiedRecord(leaf, proof);
    }

    /// @inheritdoc IUptimeOracle
    function reportOf(uint32 epoch) external view returns (ReportRecord memory record) {
        return _reports[epoch];
    }

    /// @inheritdoc IUptimeOracle
    function statusOf(uint32 epoch) public view returns (ReportStatus status) {
        if (_epochs[epoch].isVoid) return ReportStatus.Void;
        ReportRecord storage record = _reports[epoch];
        if (record.postedAt == 0) return ReportStatus.None;
        return block.timestamp < record.finalAt ? ReportStatus.Posted : ReportStatus.Final;
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
        if (_hasReport) (reportHash, epoch) = (_reports[_newestEpoch].reportHash, _newestEpoch);
    }

    /// @inheritdoc IUptimeOracle
    function reportDigest(Report calldata report) external view returns (bytes32 digest) {
        return _hashTypedDataV4(report.hash());
    }

    /// @inheritdoc IUptimeOracle
    function reportHashOf(Report calldata report) external pure returns (bytes32 reportHash) {
        return report.hash();
    }

    /// @inheritdoc IUptimeOracle
    function collectionOf(uint64 nodeId) external view returns (Collection memory collection) {
        return _collections[nodeId];
    }

    /// @inheritdoc IUptimeOracle
    function epochStateOf(uint32 epoch) external view returns (EpochState memory state) {
        return _epochs[epoch];
    }

    /// @inheritdoc IUptimeOracle
    function rewardsPaid() external view returns (uint256 mill) {
        return _rewardsPaid;
    }

    /// @inheritdoc IUptimeOracle
    function configDigest() external view returns (bytes32 digest) {
        return _CONFIG_DIGEST;
    }

    // ─── INTERNAL WRITE ───

    /// @dev Stores a report that passed all checks as the newest.
    function _record(Report calldata report, bytes32 reportHash, uint32 signers) private returns (uint48 finalAt) {
        uint32 epoch = report.epoch;
        ReportRecord memory record = ReportRecord({
            root: report.root,
            reportHash: reportHash,
            postedAt: uint256(block.timestamp).toUint48(),
            finalAt: (block.timestamp + _challengeSeconds).toUint48(),
            previousEpoch: epoch,
            payees: signers & ~_epochs[epoch].guilty,
            cumulativePot: 0
        });
        if (_hasReport) {
            ReportRecord storage previous = _reports[_newestEpoch];
            record.previousEpoch = _newestEpoch;
            record.cumulativePot = previous.cumulativePot;
            // A window that was shortened in between must not make a report final on one that can still fall.
            if (previous.finalAt > record.finalAt) record.finalAt = previous.finalAt;
        }
        if (report.totalPoints != 0) {
            (uint128 pot, ) = _SETTLEMENT.potOf(epoch);
            record.cumulativePot += uint256(pot).toUint96();
        }
        _reports[epoch] = record;
        _newestEpoch = epoch;
        _hasReport = true;
        return record.finalAt;
    }

    /// @dev What is final stays as it is: later proofs cost the bond, but change no epoch that was paid for.
    function _markGuilty(uint32 epoch, uint8 seat, uint256 seats) private {
        EpochState storage state = _epochs[epoch];
        // A seat is below 32, so its bit fits.
        uint32 bit = uint32(1) << seat;
        state.guilty |= bit;
        ReportStatus status = statusOf(epoch);
        if (status == ReportStatus.Final || status == ReportStatus.Void) return;

        if (status == ReportStatus.Posted) _reports[epoch].payees &= ~bit;
        // Fewer liars than this, and at least one of any quorum is honest: the report follows from observations.
        if (uint256(state.guilty).countUp() < AttestorSet.thresholdOf(seats)) return;
        state.isVoid = true;
        emit EpochVoided(epoch);
        if (status == ReportStatus.Posted) _reopenFrom(epoch);
    }

    /// @dev Drops the report of an epoch and all that were built on it. None of them is final, and a report is at most
    /// `MAX_LATE_EPOCHS` late and `MAX_CHALLENGE_EPOCHS` open: the walk has no more steps than these and one.
    function _reopenFrom(uint32 epoch) private {
        uint32 cursor = _newestEpoch;
        while (cursor != epoch) {
            uint32 previousEpoch = _reports[cursor].previousEpoch;
            delete _reports[cursor];
            emit ReportReopened(cursor);
            cursor = previousEpoch;
        }
        uint32 newestEpoch = _reports[epoch].previousEpoch;
        delete _reports[epoch];
        _newestEpoch = newestEpoch;
        _hasReport = newestEpoch != epoch;
    }

    /// @dev What delegators share in goes through the staking registry; what is all the provider's goes to its
    /// payout account at once.
    function _payProvider(address provider, uint256 mill) private {
        if (_STAKING.hasDelegators(provider)) {
            _MILL.safeTransfer(address(_STAKING), mill);
            _STAKING.reward(provider, mill);
        } else {
            _MILL.safeTransfer(_SETTLEMENT.payoutOf(provider), mill);
        }
    }

    /// @dev Pot of the attestors in equal parts; what does not divide goes to the first of them, one wei each.
    function _takeAttestorPay(address account, uint32 epoch) private returns (uint256 mill) {
        if (!isFinal(epoch)) return 0;
        ReportRecord storage record = _reports[epoch];
        uint256 bit = _bitOf(_book.keysAt(epoch), account) & record.payees & ~_epochs[epoch].paid;
        if (bit == 0) return 0;

        (, uint256 pot) = _SETTLEMENT.potOf(epoch);
        uint256 payees = record.payees;
        uint256 count = payees.countUp();
        uint256 rank = (payees & (bit - 1)).countUp();
        mill = pot / count + (rank < pot % count ? 1 : 0);
        _epochs[epoch].paid |= bit.toUint32();
        emit AttestorPaid({epoch: epoch, account: account, mill: mill});
    }

    // ─── INTERNAL READ ───

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

    function _checkQuorum(uint32 epoch, bytes32 digest, uint32 signers, bytes calldata signatures) private view {
        address[] storage keys = _book.keysAt(epoch);
        uint256 count = UptimeReport.checkSignatures(digest, keys, signers, signatures);
        uint256 quorum = AttestorSet.quorumOf(keys.length);
        uint256 least = _isLocalChain() ? 1 : MIN_PUBLIC_QUORUM;
        if (quorum < least) quorum = least;
        require(count >= quorum, UptimeOracle_NoQuorum(count, quorum));
    }

    function _verifiedRecord(
        Leaf calldata leaf,
        bytes32[] calldata proof
    ) private view returns (ReportRecord storage record) {
        ReportStatus status = statusOf(leaf.epoch);
        require(status == ReportStatus.Final, UptimeOracle_NotFinal(leaf.epoch, status));
        record = _reports[leaf.epoch];
        require(leaf.isUnder(proof, record.root), UptimeOracle_BadProof(leaf.epoch, leaf.index));
    }

    /// @dev A quorum of liars could write any reward into a leaf. Two bounds keep it inside the pots: those since the
    /// node's last collection, and all of them.
    function _collectable(
        Leaf calldata leaf,
        Collection storage collection,
        uint256 cumulativePot,
        uint256 funded
    ) private view returns (uint256 mill) {
        uint256 collected = collection.mill;
        uint256 since = collected == 0 ? 0 : _reports[collection.throughEpoch].cumulativePot;
        mill = Math.saturatingSub(leaf.rawCumulativeReward, collected);
        mill = Math.min(mill, Math.saturatingSub(cumulativePot, since));
        mill = Math.min(mill, funded - _rewardsPaid);
    }

    /// @dev `cumulativePot` of the report before one.
    function _potBefore(uint32 epoch, ReportRecord storage record) private view returns (uint96 mill) {
        uint32 previousEpoch = record.previousEpoch;
        if (previousEpoch != epoch) mill = _reports[previousEpoch].cumulativePot;
    }

    /// @dev No report stands, and none can come any more.
    function _hasNoTaker(uint32 epoch) private view returns (bool none) {
        ReportStatus status = statusOf(epoch);
        if (status == ReportStatus.Void) return true;
        return status == ReportStatus.None && block.timestamp >= reportDeadline(epoch);
    }

    /// @dev Bit of the seat of an account; zero if it has none.
    function _bitOf(address[] storage keys, address account) private view returns (uint256 bit) {
        for (uint256 seat = 0; seat < keys.length; ++seat) if (accountOfKey(keys[seat]) == account) return 1 << seat;
    }

    function _isLocalChain() private view returns (bool local) {
        return block.chainid == 31_337 || block.chainid == 1_337;
    }
}
