// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Batch} from "../common/Batch.sol";
import {Units} from "../common/Units.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {IUptimeChallenges} from "./IUptimeChallenges.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {IUptimeRewards} from "./IUptimeRewards.sol";
import {SlotBitmap} from "./SlotBitmap.sol";
import {UptimeLeaf} from "./UptimeLeaf.sol";

/// @title UptimeRewards
/// @notice See `IUptimeRewards`.
contract UptimeRewards is IUptimeRewards, Batch {
    using SafeCast for uint256;
    using SafeERC20 for IMillToken;
    using SlotBitmap for uint256;
    using Units for uint256;
    using UptimeLeaf for IUptimeOracle.Leaf;

    /// @notice Part of the attestors' pot for the payee that sent the report in its turn, PPM.
    uint32 public constant TRANSMITTER_PPM = 50_000;

    /// @dev What is stored of an epoch: bit i of `paid`: seat i was paid for its report.
    struct Payments {
        uint32 paid;
        bool isCancelled;
    }

    /// @dev What a call may give: a final report, and the sums that bound what all nodes get.
    struct Purse {
        bytes32 root;
        uint96 cumulativePot;
        uint96 paid;
        uint96 funded;
    }

    IMillToken private immutable _MILL;
    IBurnMintSettlement private immutable _SETTLEMENT;
    IStakingRegistry private immutable _STAKING;
    IUptimeOracle private immutable _ORACLE;
    IUptimeChallenges private immutable _CHALLENGES;

    mapping(uint64 nodeId => Collection collection) private _collections;
    mapping(uint32 epoch => Payments payments) private _payments;

    /// @dev MILL paid to providers; never more than `_rewardsFunded`.
    uint96 private _rewardsPaid;
    /// @dev The largest `cumulativePot` of a report from which something was collected.
    uint96 private _rewardsFunded;

    constructor(
        IMillToken mill,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        IUptimeOracle oracle,
        IUptimeChallenges challenges
    ) {
        require(address(mill) != address(0), UptimeRewards_ZeroAddress("mill"));
        require(address(settlement) != address(0), UptimeRewards_ZeroAddress("settlement"));
        require(address(staking) != address(0), UptimeRewards_ZeroAddress("staking"));
        require(address(oracle) != address(0), UptimeRewards_ZeroAddress("oracle"));
        require(address(challenges) != address(0), UptimeRewards_ZeroAddress("challenges"));
        (_MILL, _SETTLEMENT, _STAKING) = (mill, settlement, staking);
        (_ORACLE, _CHALLENGES) = (oracle, challenges);
    }

    // ─── PAY ───

    /// @inheritdoc IUptimeRewards
    function collect(IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) external returns (uint256 mill) {
        Purse memory purse = _purseOf(leaf.epoch);
        require(leaf.isUnder(proof, purse.root), IUptimeOracle.UptimeOracle_BadProof(leaf.epoch, leaf.index));
        (uint256 earned, uint32 pending) = _CHALLENGES.correctedReward(leaf.nodeId, leaf.rawCumulativeReward);
        require(pending == 0, IUptimeChallenges.UptimeChallenges_LeafHeld(leaf.nodeId, pending));
        mill = _take(leaf, earned, purse);
        _pay(leaf.provider, mill, purse);
    }

    /// @inheritdoc IUptimeRewards
    function collectMany(address provider, uint32 epoch, ProvenLeaf[] calldata items) external returns (uint256 mill) {
        _checkBatch(items.length);
        Purse memory purse = _purseOf(epoch);
        for (uint256 i = 0; i < items.length; ++i) {
            (uint256 taken, bytes memory refusal) = _tryTake(items[i], provider, epoch, purse);
            mill += taken;
            if (refusal.length != 0) emit ItemFailed(i, refusal);
        }
        _pay(provider, mill, purse);
    }

    /// @inheritdoc IUptimeRewards
    function collectAttestorPay(address account, uint32[] calldata epochs) external returns (uint256 mill) {
        for (uint256 i = 0; i < epochs.length; ++i) mill += _takeAttestorPay(account, epochs[i]);
        if (mill != 0) _MILL.safeTransfer(account, mill);
    }

    /// @inheritdoc IUptimeRewards
    function cancelPot(uint32 epoch) external returns (uint256 mill) {
        Payments storage payments = _payments[epoch];
        bool open = !payments.isCancelled && _SETTLEMENT.nextEpochToClose() > epoch;
        (uint128 availability, uint128 attestors) = _SETTLEMENT.potOf(epoch);
        IUptimeOracle.ReportStatus status = _ORACLE.statusOf(epoch);
        if (_hasNoTaker(epoch, status)) {
            mill = uint256(availability) + attestors;
        } else if (status == IUptimeOracle.ReportStatus.Final) {
            IUptimeOracle.ReportRecord memory record = _ORACLE.reportOf(epoch);
            if (record.cumulativePot == _potBefore(epoch, record)) mill += availability;
            if (record.payees == 0) mill += attestors;
        }
        require(open && mill != 0, UptimeRewards_NothingToCancel(epoch));

        payments.isCancelled = true;
        emit PotCancelled({epoch: epoch, mill: mill});
        _MILL.burn(mill);
    }

    // ─── READ ───

    /// @inheritdoc IUptimeRewards
    function collectionOf(uint64 nodeId) external view returns (Collection memory collection) {
        return _collections[nodeId];
    }

    /// @inheritdoc IUptimeRewards
    function paymentsOf(uint32 epoch) external view returns (uint32 paid, bool isCancelled) {
        return (_payments[epoch].paid, _payments[epoch].isCancelled);
    }

    /// @inheritdoc IUptimeRewards
    function rewardsPaid() external view returns (uint256 mill) {
        return _rewardsPaid;
    }

    // ─── INTERNAL ───

    /// @dev Takes what an item of a batch brings, or says why it brings nothing. Nothing here is caught: what a call
    /// below runs out of is missing to the whole batch, never to one item (T-53).
    function _tryTake(
        ProvenLeaf calldata item,
        address provider,
        uint32 epoch,
        Purse memory purse
    ) private returns (uint256 mill, bytes memory refusal) {
        IUptimeOracle.Leaf calldata leaf = item.leaf;
        if (leaf.epoch != epoch || !leaf.isUnder(item.proof, purse.root)) {
            return (0, abi.encodeWithSelector(IUptimeOracle.UptimeOracle_BadProof.selector, epoch, leaf.index));
        }
        if (leaf.provider != provider) {
            return (0, abi.encodeWithSelector(UptimeRewards_OtherProvider.selector, leaf.nodeId, leaf.provider));
        }
        (uint256 earned, uint32 pending) = _CHALLENGES.correctedReward(leaf.nodeId, leaf.rawCumulativeReward);
        if (pending != 0) {
            bytes4 held = IUptimeChallenges.UptimeChallenges_LeafHeld.selector;
            return (0, abi.encodeWithSelector(held, leaf.nodeId, pending));
        }
        mill = _take(leaf, earned, purse);
        if (mill == 0) refusal = abi.encodeWithSelector(UptimeRewards_NothingDue.selector, leaf.nodeId);
    }

    /// @dev Writes down what a node collects, and counts it in the purse. A quorum of liars could write any reward into
    /// a leaf. Two bounds keep it inside the pots: those since the node's last collection, and all of them.
    function _take(
        IUptimeOracle.Leaf calldata leaf,
        uint256 earned,
        Purse memory purse
    ) private returns (uint256 mill) {
        Collection memory collection = _collections[leaf.nodeId];
        mill = Math.saturatingSub(earned, collection.mill);
        mill = Math.min(mill, Math.saturatingSub(purse.cumulativePot, collection.cumulativePot));
        mill = Math.min(mill, purse.funded - purse.paid);
        if (mill == 0) return 0;

        uint96 more = mill.toUint96();
        purse.paid += more;
        _collections[leaf.nodeId] = Collection({
            mill: collection.mill + more,
            cumulativePot: purse.cumulativePot,
            throughEpoch: leaf.epoch
        });
        emit RewardsCollected({nodeId: leaf.nodeId, provider: leaf.provider, epoch: leaf.epoch, mill: mill});
    }

    /// @dev The last step: writes the sums down and pays. What delegators share in goes through the staking registry;
    /// what is all the provider's goes to its payout account at once.
    function _pay(address provider, uint256 mill, Purse memory purse) private {
        if (mill == 0) return;
        (_rewardsPaid, _rewardsFunded) = (purse.paid, purse.funded);
        if (_STAKING.hasDelegators(provider)) {
            _MILL.safeTransfer(address(_STAKING), mill);
            _STAKING.reward(provider, mill);
        } else {
            _MILL.safeTransfer(_SETTLEMENT.payoutOf(provider), mill);
        }
    }

    /// @dev What does not divide goes to the first payees, one wei each.
    function _takeAttestorPay(address account, uint32 epoch) private returns (uint256 mill) {
        (uint256 payees, uint32 bit, uint32 transmitterBit) = _ORACLE.payeesOf(epoch, account);
        if (bit & ~_payments[epoch].paid == 0) return 0;

        (, uint256 pot) = _SETTLEMENT.potOf(epoch);
        uint256 forGas = transmitterBit == 0 ? 0 : pot.mulPpmDown(TRANSMITTER_PPM);
        uint256 shared = pot - forGas;
        uint256 count = payees.countUp();
        uint256 rank = (payees & (bit - 1)).countUp();
        mill = shared / count + (rank < shared % count ? 1 : 0);
        if (bit == transmitterBit) mill += forGas;
        _payments[epoch].paid |= bit;
        emit AttestorPaid({epoch: epoch, account: account, mill: mill});
    }

    function _purseOf(uint32 epoch) private view returns (Purse memory purse) {
        (purse.root, purse.cumulativePot) = _ORACLE.finalReport(epoch);
        (purse.paid, purse.funded) = (_rewardsPaid, _rewardsFunded);
        if (purse.cumulativePot > purse.funded) purse.funded = purse.cumulativePot;
    }

    /// @dev `cumulativePot` of the report before one.
    function _potBefore(uint32 epoch, IUptimeOracle.ReportRecord memory record) private view returns (uint96 mill) {
        uint32 previousEpoch = record.previousEpoch;
        if (previousEpoch != epoch) mill = _ORACLE.reportOf(previousEpoch).cumulativePot;
    }

    /// @dev No report stands, and none can come any more.
    function _hasNoTaker(uint32 epoch, IUptimeOracle.ReportStatus status) private view returns (bool none) {
        if (status == IUptimeOracle.ReportStatus.Void) return true;
        return status == IUptimeOracle.ReportStatus.None && block.timestamp >= _ORACLE.reportDeadline(epoch);
    }
}
