// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Permissions} from "../common/Permissions.sol";
import {MAX_PPM, Units} from "../common/Units.sol";
import {DelegationPool} from "./DelegationPool.sol";
import {IDelegatedStake} from "./IDelegatedStake.sol";
import {RewardStream} from "./RewardStream.sol";
import {StakingState} from "./StakingState.sol";
import {Thawing} from "./Thawing.sol";

/// @title DelegatedStake
/// @notice See `IDelegatedStake`.
abstract contract DelegatedStake is StakingState, IDelegatedStake {
    using DelegationPool for DelegationPool.Pool;
    using DelegationPool for DelegationPool.Position;
    using EpochClock for EpochClock.Clock;
    using RewardStream for RewardStream.Stream;
    using SafeCast for uint256;
    using Thawing for Thawing.Queue;
    using Units for uint256;

    // ─── TYPES ───

    /// @dev Storage of a provider's terms for its delegators, and what it has earned with them.
    struct Terms {
        // 4 + 4 + 6 + 12 = 26 bytes
        uint32 commissionPpm;
        uint32 nextCommissionPpm;
        uint48 commissionRisesAt; // the next commission holds from here on; zero means that none was ever set
        uint96 rewards; // MILL
    }

    // ─── CONSTANTS ───

    /// @notice Least that can be delegated at once, MILL.
    uint256 public constant MIN_DELEGATION = 1e18;

    // ─── IMMUTABLES ───

    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;

    // ─── STORAGE ───

    mapping(address provider => Terms terms) private _terms;
    mapping(address provider => mapping(uint32 era => DelegationPool.Pool pool)) private _pools;
    mapping(address provider => mapping(address delegator => DelegationPool.Position position)) private _positions;

    // ─── CONSTRUCTOR ───

    constructor() {
        EpochClock.Clock memory time = SETTLEMENT.clock();
        (_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH) = (time.genesisAt, time.epochSeconds, time.slotsPerEpoch);
    }

    // ─── READ ───

    /// @inheritdoc IDelegatedStake
    function hasDelegators(address provider) external view returns (bool has) {
        return _ledgers[provider].delegated != 0;
    }

    /// @inheritdoc IDelegatedStake
    function poolOf(address provider) external view returns (PoolState memory state) {
        uint32 era = _ledgers[provider].era;
        DelegationPool.Pool storage pool = _pools[provider][era];
        (RewardStream.Stream memory stream, ) = _accrued(pool);
        return
            PoolState({
                mill: pool.mill,
                shares: pool.shares,
                earning: stream.earning,
                joining: stream.joining,
                streaming: stream.streaming,
                arriving: stream.arriving,
                era: era
            });
    }

    /// @inheritdoc IDelegatedStake
    function delegationOf(
        address provider,
        address delegator
    ) external view returns (DelegationState memory delegation) {
        DelegationPool.Position storage position = _positions[provider][delegator];
        delegation.rewards = _rewardsOf(provider, position);
        uint32 era = _ledgers[provider].era;
        if (position.era != era) return delegation;

        bool earns = position.joinedEpoch < _currentEpoch();
        delegation.earning = position.earning + (earns ? position.joining : 0);
        delegation.joining = earns ? 0 : position.joining;
        for (uint256 i = 0; i < position.exitCount; ++i) delegation.undelegating += position.exits[i].shares;
        uint256 shares = uint256(position.earning) + position.joining + delegation.undelegating;
        delegation.worth = _pools[provider][era].worthDown(shares);
    }

    /// @inheritdoc IDelegatedStake
    function undelegationsOf(
        address provider,
        address delegator
    ) external view returns (Undelegation[] memory undelegations) {
        DelegationPool.Position storage position = _positions[provider][delegator];
        undelegations = new Undelegation[](position.era == _ledgers[provider].era ? position.exitCount : 0);
        for (uint256 i = 0; i < undelegations.length; ++i) undelegations[i] = position.exits[i];
    }

    /// @inheritdoc IDelegatedStake
    function rewardsOf(address provider, address account) external view returns (uint256 mill) {
        DelegationPool.Position storage position = _positions[provider][account];
        mill = _rewardsOf(provider, position);
        if (account != provider) return mill;
        (uint32 era, uint32 ownEra) = (_ledgers[provider].era, position.era);
        mill += _terms[provider].rewards + _unearnedOf(provider, era);
        if (ownEra != era) mill += _unearnedOf(provider, ownEra);
    }

    /// @inheritdoc IDelegatedStake
    function commissionOf(address provider) external view returns (Commission memory commission) {
        Terms storage terms = _terms[provider];
        uint48 changesAt = terms.commissionRisesAt;
        return Commission(_commissionOf(terms), changesAt == 0 ? MAX_PPM : terms.nextCommissionPpm, changesAt);
    }

    // ─── DELEGATORS ───

    /// @inheritdoc IDelegatedStake
    function delegate(address provider, uint256 mill) external whenEntriesOpen returns (uint256 shares) {
        Ledger storage ledger = _registered(provider);
        require(mill >= MIN_DELEGATION, DelegatedStake_TooLittle(mill, MIN_DELEGATION));
        (
            DelegationPool.Pool storage pool,
            DelegationPool.Position storage position,
            RewardStream.Stream memory stream
        ) = _enter(provider, msg.sender);

        uint128 issued = pool.depositDown(mill);
        _join(position, stream, issued);
        _leave(ledger, pool, stream);
        emit Delegated({provider: provider, delegator: msg.sender, mill: mill, shares: issued});
        _payIn(mill);
        return issued;
    }

    /// @inheritdoc IDelegatedStake
    function undelegate(address provider, uint256 shares) external {
        require(shares != 0, DelegatedStake_ZeroShares());
        (
            DelegationPool.Pool storage pool,
            DelegationPool.Position storage position,
            RewardStream.Stream memory stream
        ) = _enter(provider, msg.sender);
        (uint128 earning, uint128 joining) = (position.earning, position.joining);
        uint256 held = uint256(earning) + joining;
        require(shares <= held, DelegatedStake_TooFewShares(provider, msg.sender, held, shares));
        require(
            position.exitCount < DelegationPool.MAX_UNDELEGATIONS,
            DelegatedStake_TooManyUndelegations(provider, msg.sender, DelegationPool.MAX_UNDELEGATIONS)
        );

        uint128 fromJoining = Math.min(shares, joining).toUint128();
        uint128 fromEarning = (shares - fromJoining).toUint128();
        (position.earning, position.joining) = (earning - fromEarning, joining - fromJoining);
        stream.earning -= fromEarning;
        stream.joining -= fromJoining;
        uint48 releaseAt = _releaseAt();
        position.pushExit(shares.toUint128(), releaseAt);
        _leave(_ledgers[provider], pool, stream);
        emit UndelegationStarted({provider: provider, delegator: msg.sender, shares: shares, releaseAt: releaseAt});
    }

    /// @inheritdoc IDelegatedStake
    function cancelUndelegation(address provider) external {
        (
            DelegationPool.Pool storage pool,
            DelegationPool.Position storage position,
            RewardStream.Stream memory stream
        ) = _enter(provider, msg.sender);
        uint128 shares = position.removeExits({all: true});
        require(shares != 0, DelegatedStake_NothingUndelegating(provider, msg.sender));

        _join(position, stream, shares);
        _leave(_ledgers[provider], pool, stream);
        emit UndelegationCancelled(provider, msg.sender, shares);
    }

    /// @inheritdoc IDelegatedStake
    function withdrawDelegation(address provider) external returns (uint256 mill) {
        (
            DelegationPool.Pool storage pool,
            DelegationPool.Position storage position,
            RewardStream.Stream memory stream
        ) = _enter(provider, msg.sender);
        uint128 shares = position.removeExits({all: false});
        if (shares != 0) mill = pool.withdrawDown(shares);
        _leave(_ledgers[provider], pool, stream);
        if (shares == 0) return 0;

        emit DelegationWithdrawn({provider: provider, delegator: msg.sender, shares: shares, mill: mill});
        _payOut(msg.sender, mill);
    }

    /// @inheritdoc IDelegatedStake
    function claimRewards(address provider, address account) external returns (uint256 mill) {
        DelegationPool.Pool storage pool;
        DelegationPool.Position storage position;
        RewardStream.Stream memory stream;
        (pool, position, stream, mill) = _open(provider, account);
        pool.stream = stream;
        uint256 counted = position.rewards;
        if (counted != 0) position.rewards = 0;
        mill += counted;
        if (account == provider) {
            Terms storage terms = _terms[provider];
            mill += terms.rewards;
            terms.rewards = 0;
        }
        if (mill == 0) return 0;

        address recipient = account == provider ? SETTLEMENT.payoutOf(provider) : account;
        emit RewardsClaimed({provider: provider, account: account, recipient: recipient, mill: mill});
        _payOut(recipient, mill);
    }

    // ─── PROVIDERS ───

    /// @inheritdoc IDelegatedStake
    function setCommission(uint32 ppm) external {
        _registered(msg.sender);
        require(ppm <= MAX_PPM, DelegatedStake_CommissionOutOfBounds(ppm, MAX_PPM));
        Terms storage terms = _terms[msg.sender];
        uint32 current = _commissionOf(terms);
        bool rises = ppm > current;
        uint48 changesAt = rises ? _releaseAt() : block.timestamp.toUint48();

        terms.commissionPpm = rises ? current : ppm;
        terms.nextCommissionPpm = ppm;
        terms.commissionRisesAt = changesAt;
        emit CommissionChanged(msg.sender, ppm, changesAt);
    }

    // ─── MODULES ───

    /// @inheritdoc IDelegatedStake
    function reward(address provider, uint256 mill) external onlyWired(Permissions.REWARD) {
        Ledger storage ledger = _ledgers[provider];
        DelegationPool.Pool storage pool = _pools[provider][ledger.era];
        (RewardStream.Stream memory stream, ) = _accrue(provider, pool);
        Terms storage terms = _terms[provider];
        uint256 gross = _delegatorsPartDown(ledger, pool.worthDown(stream.earning), mill);
        uint256 toDelegators = gross.mulPpmDown(MAX_PPM - _commissionOf(terms));
        uint256 toProvider = mill - toDelegators;

        stream.arriving += toDelegators.toUint96();
        pool.stream = stream;
        terms.rewards += toProvider.toUint96();
        _totalHeld += mill;
        emit Rewarded({provider: provider, toProvider: toProvider, toDelegators: toDelegators});
    }

    // ─── INTERNAL: WRITE ───

    /// @dev Takes from delegated stake, last in a slash. All of it is burned: the caller must not pay it to anybody.
    function _slashDelegated(address provider, uint256 mill) internal returns (uint256 taken) {
        if (mill == 0) return 0;
        Ledger storage ledger = _ledgers[provider];
        uint32 era = ledger.era;
        DelegationPool.Pool storage pool = _pools[provider][era];
        bool isOver;
        (taken, isOver) = pool.slash(mill);
        if (taken == 0) return 0;

        if (isOver) {
            ledger.era = era + 1;
            ledger.delegated = 0;
            emit EraStarted(provider, era + 1);
        } else {
            ledger.delegated = pool.worthDown(uint256(pool.stream.earning) + pool.stream.joining).toUint96();
        }
    }

    /// @dev Begins every act of a delegator: its rewards until now are counted.
    function _enter(
        address provider,
        address delegator
    )
        private
        returns (
            DelegationPool.Pool storage pool,
            DelegationPool.Position storage position,
            RewardStream.Stream memory stream
        )
    {
        uint256 earned;
        (pool, position, stream, earned) = _open(provider, delegator);
        if (earned != 0) position.rewards += earned.toUint96();
    }

    /// @dev Brings a position and its provider's pool up to date, in the era of its shares first. The caller counts
    /// what was earned since, or pays it.
    function _open(
        address provider,
        address delegator
    )
        private
        returns (
            DelegationPool.Pool storage pool,
            DelegationPool.Position storage position,
            RewardStream.Stream memory stream,
            uint256 earned
        )
    {
        uint32 era = _ledgers[provider].era;
        pool = _pools[provider][era];
        position = _positions[provider][delegator];
        uint32 epoch = _currentEpoch();
        RewardStream.Turn memory turn;
        uint32 oldEra = position.era;
        if (oldEra != era) {
            DelegationPool.Pool storage oldPool = _pools[provider][oldEra];
            (stream, turn) = _accrue(provider, oldPool);
            oldPool.stream = stream;
            earned = position.settleDown({pool: oldPool, stream: stream, turn: turn, epoch: epoch});
        }
        (stream, turn) = _accrue(provider, pool);
        if (oldEra != era) position.restart(era, stream.index);
        else earned = position.settleDown({pool: pool, stream: stream, turn: turn, epoch: epoch});
    }

    /// @dev Ends every act of a delegator: stores the stream, and what counts for access.
    function _leave(
        Ledger storage ledger,
        DelegationPool.Pool storage pool,
        RewardStream.Stream memory stream
    ) private {
        pool.stream = stream;
        ledger.delegated = pool.worthDown(uint256(stream.earning) + stream.joining).toUint96();
    }

    function _join(
        DelegationPool.Position storage position,
        RewardStream.Stream memory stream,
        uint128 shares
    ) private {
        position.joining += shares;
        position.joinedEpoch = _currentEpoch();
        stream.joining += shares;
    }

    /// @dev Brings a stream up to date; the caller stores it. What nobody earned is the provider's.
    function _accrue(
        address provider,
        DelegationPool.Pool storage pool
    ) private returns (RewardStream.Stream memory stream, RewardStream.Turn memory turn) {
        (stream, turn) = _accrued(pool);
        if (turn.epoch != 0) pool.startIndex[turn.epoch] = turn.index;
        if (turn.unearned == 0) return (stream, turn);
        _terms[provider].rewards += turn.unearned.toUint96();
        emit RewardsUnearned(provider, turn.unearned);
    }

    // ─── INTERNAL: READ ───

    function _accrued(
        DelegationPool.Pool storage pool
    ) private view returns (RewardStream.Stream memory stream, RewardStream.Turn memory turn) {
        stream = pool.stream;
        turn = stream.accrue(_clock());
    }

    function _rewardsOf(
        address provider,
        DelegationPool.Position storage position
    ) private view returns (uint256 mill) {
        DelegationPool.Pool storage pool = _pools[provider][position.era];
        (RewardStream.Stream memory stream, RewardStream.Turn memory turn) = _accrued(pool);
        return position.rewards + position.unsettledDown(pool, stream, turn, _currentEpoch());
    }

    /// @dev What nobody earned of an era's stream since it was last brought up to date.
    function _unearnedOf(address provider, uint32 era) private view returns (uint256 mill) {
        (, RewardStream.Turn memory turn) = _accrued(_pools[provider][era]);
        return turn.unearned;
    }

    /// @dev (S3), before the commission. Its share is continuous, and no more than `k / (k + 1)`: nobody can delegate
    /// a provider's own part away. What has matured answers for nothing any more, so it has no part in it.
    function _delegatorsPartDown(
        Ledger storage ledger,
        uint256 delegated,
        uint256 mill
    ) private view returns (uint256 part) {
        if (delegated == 0) return 0;
        (uint256 thawing, uint256 matured) = ledger.thaws.sums();
        uint256 own = thawing - matured + ledger.active + ledger.bonded;
        uint256 leverage_ = _leverage;
        if (delegated < leverage_ * own) return mill.mulDivDown(delegated, own + delegated);
        return mill.mulDivDown(leverage_, leverage_ + 1);
    }

    /// @dev The whole until the provider says otherwise: whoever lends unasked takes nothing of what is another's.
    function _commissionOf(Terms storage terms) private view returns (uint32 ppm) {
        uint48 risesAt = terms.commissionRisesAt;
        if (risesAt == 0) return MAX_PPM;
        return block.timestamp < risesAt ? terms.commissionPpm : terms.nextCommissionPpm;
    }

    /// @dev Before genesis nothing streams, and the first epoch has begun for those who delegate.
    function _currentEpoch() private view returns (uint32 epoch) {
        return block.timestamp < _GENESIS_AT ? 0 : _clock().epochAtDown(block.timestamp);
    }

    function _clock() private view returns (EpochClock.Clock memory clock) {
        return EpochClock.Clock(_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH);
    }
}
