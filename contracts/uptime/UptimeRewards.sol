// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Units} from "../common/Units.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {IUptimeChallenges} from "./IUptimeChallenges.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {IUptimeRewards} from "./IUptimeRewards.sol";
import {SlotBitmap} from "./SlotBitmap.sol";

/// @title UptimeRewards
/// @notice See `IUptimeRewards`.
contract UptimeRewards is IUptimeRewards {
    using SafeCast for uint256;
    using SafeERC20 for IMillToken;
    using SlotBitmap for uint256;
    using Units for uint256;

    /// @notice Part of the attestors' pot for the payee that sent the report in its turn, PPM.
    uint32 public constant TRANSMITTER_PPM = 50_000;

    /// @dev What is stored of an epoch: bit i of `paid`: seat i was paid for its report.
    struct Payments {
        uint32 paid;
        bool isCancelled;
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
        (, uint96 cumulativePot) = _ORACLE.verifyFinal(leaf, proof);
        uint256 earned = _CHALLENGES.correctedReward(leaf.nodeId, leaf.rawCumulativeReward);
        Collection memory collection = _collections[leaf.nodeId];
        (uint96 paid, uint96 funded) = (_rewardsPaid, _rewardsFunded);
        if (cumulativePot > funded) funded = cumulativePot;
        // A quorum of liars could write any reward into a leaf. Two bounds keep it inside the pots: those since the
        // node's last collection, and all of them.
        mill = Math.saturatingSub(earned, collection.mill);
        mill = Math.min(mill, Math.saturatingSub(cumulativePot, collection.cumulativePot));
        mill = Math.min(mill, funded - paid);
        if (mill == 0) return 0;

        _collections[leaf.nodeId] = Collection({
            mill: collection.mill + mill.toUint96(),
            cumulativePot: cumulativePot,
            throughEpoch: leaf.epoch
        });
        (_rewardsPaid, _rewardsFunded) = (paid + mill.toUint96(), funded);
        emit RewardsCollected({nodeId: leaf.nodeId, provider: leaf.provider, epoch: leaf.epoch, mill: mill});
        _payProvider(leaf.provider, mill);
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
