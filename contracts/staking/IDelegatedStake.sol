// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IDelegatedStake
/// @notice Stake that others lend a provider: weight for access, a part of its rewards, and a part of its slashes.
/// @dev One share pool per provider and era:
///
/// ```
///            delegate              undelegate                releaseAt, withdrawDelegation
///   wallet ───────────▶ joining ─┐        ┌─▶ undelegating ─────────────────────────▶ wallet
///                          │     ├────────┤         │
///                next epoch▼     │        │         │ cancelUndelegation: joining again
///                       earning ─┘        └─────────┘
///                 └──────────── slash: every share alike, burned ────────────┘
/// ```
///
/// Promises:
/// - Delegated MILL is paid to its delegators or burned, never to anybody else: no provider can turn it into somebody's
///   compensation or reward.
/// - Nobody shares in a provider's rewards who was not invited: its commission is the whole until it sets another.
/// - `undelegate` is never refused for what the provider's nodes need: a provider that is left without access drains.
/// - All exits and claims work in a pause, and when the provider has left (I4).
/// - Nobody but the delegator touches its shares and timers; whoever claims for another pays the other (I11).
/// - Slashed to less than a millionth of a MILL a share, a pool starts a new era: older shares are worth nothing, what
///   comes later is out of their reach (T-72); rewards until then stay theirs.
///
/// Equations, all rounded down:
/// - (S3) a reward `R` of a provider with own stake `o = active + bonded + thawing`, earning delegated stake `d`,
///   leverage `k` and commission `c` pays delegators `R · s · (1 − c)`, where `s = d / (o + d)` if `d < k · o`,
///   otherwise `s = k / (k + 1)`; the rest is the provider's. Stake that joined in the same epoch is no part of `d`,
///   thaws that have matured none of `o`.
/// - (S4) the delegators' part of what arrives in an epoch is paid out over the next, see {RewardStream}.
interface IDelegatedStake {
    // ─── TYPES ───

    /// @notice Shares on their way out.
    /// @param shares Shares
    /// @param releaseAt When they can be withdrawn
    struct Undelegation {
        uint128 shares;
        uint48 releaseAt;
    }

    /// @notice A provider's pool of the current era.
    /// @param mill What all shares are worth, MILL
    /// @param shares All shares
    /// @param earning Shares that earn
    /// @param joining Shares that earn from the next epoch on
    /// @param streaming Rewards still to be paid out in this epoch, MILL
    /// @param arriving Rewards to be paid out in the next epoch, MILL
    /// @param era Era
    struct PoolState {
        uint96 mill;
        uint128 shares;
        uint128 earning;
        uint128 joining;
        uint96 streaming;
        uint96 arriving;
        uint32 era;
    }

    /// @notice A delegator's part of a provider's pool. All zero, but for rewards, if its shares are of an older era.
    /// @param earning Shares that earn
    /// @param joining Shares that earn from the next epoch on
    /// @param undelegating Shares on their way out, matured or not
    /// @param worth What all three are worth now, MILL
    /// @param rewards Rewards that can be claimed, MILL
    struct DelegationState {
        uint128 earning;
        uint128 joining;
        uint128 undelegating;
        uint256 worth;
        uint256 rewards;
    }

    /// @notice What a provider keeps of its delegators' part of rewards.
    /// @param ppm Commission now, PPM; the whole if none was ever set
    /// @param nextPpm Commission from `changesAt` on, PPM
    /// @param changesAt When it rises; past means that it has, zero that none was ever set
    struct Commission {
        uint32 ppm;
        uint32 nextPpm;
        uint48 changesAt;
    }

    // ─── EVENTS ───

    /// @notice Emitted when MILL is delegated.
    /// @param provider Provider
    /// @param delegator Who delegated
    /// @param mill Amount, MILL
    /// @param shares Shares issued for it
    event Delegated(address indexed provider, address indexed delegator, uint256 mill, uint256 shares);

    /// @notice Emitted when shares begin to leave.
    /// @param provider Provider
    /// @param delegator Whose they are
    /// @param shares Shares
    /// @param releaseAt When they can be withdrawn
    event UndelegationStarted(address indexed provider, address indexed delegator, uint256 shares, uint48 releaseAt);

    /// @notice Emitted when shares on their way out come back.
    /// @param provider Provider
    /// @param delegator Whose they are
    /// @param shares Shares
    event UndelegationCancelled(address indexed provider, address indexed delegator, uint256 shares);

    /// @notice Emitted when matured shares are paid.
    /// @param provider Provider
    /// @param delegator Whose they were
    /// @param shares Shares
    /// @param mill Amount paid, MILL
    event DelegationWithdrawn(address indexed provider, address indexed delegator, uint256 shares, uint256 mill);

    /// @notice Emitted when a slash leaves shares worth next to nothing.
    /// @param provider Provider
    /// @param era New era
    event EraStarted(address indexed provider, uint32 era);

    /// @notice Emitted when a provider is rewarded.
    /// @param provider Provider
    /// @param toProvider Its own part and commission, MILL
    /// @param toDelegators What its delegators get over the next epoch, MILL
    event Rewarded(address indexed provider, uint256 toProvider, uint256 toDelegators);

    /// @notice Emitted when a part of a stream was paid out while no share earned, and so is the provider's.
    /// @param provider Provider
    /// @param mill Amount, MILL
    event RewardsUnearned(address indexed provider, uint256 mill);

    /// @notice Emitted when rewards are paid.
    /// @param provider Provider by which they were earned
    /// @param account Whose they are: a delegator, or the provider
    /// @param recipient Where they went: the account itself, or the provider's payout account
    /// @param mill Amount, MILL
    event RewardsClaimed(address indexed provider, address indexed account, address recipient, uint256 mill);

    /// @notice Emitted when a provider sets its commission.
    /// @param provider Provider
    /// @param ppm Commission, PPM
    /// @param changesAt From when it holds
    event CommissionChanged(address indexed provider, uint32 ppm, uint48 changesAt);

    // ─── ERRORS ───

    /// @notice Thrown when less is delegated than allowed.
    error DelegatedStake_TooLittle(uint256 mill, uint256 min);

    /// @notice Thrown when a number of shares is zero.
    error DelegatedStake_ZeroShares();

    /// @notice Thrown when a delegator has fewer shares than are to leave.
    error DelegatedStake_TooFewShares(address provider, address delegator, uint256 held, uint256 shares);

    /// @notice Thrown when a delegator has as many exits under way as it may have.
    error DelegatedStake_TooManyUndelegations(address provider, address delegator, uint256 max);

    /// @notice Thrown when no shares are on their way out.
    error DelegatedStake_NothingUndelegating(address provider, address delegator);

    /// @notice Thrown when a commission is more than the whole.
    error DelegatedStake_CommissionOutOfBounds(uint32 ppm, uint32 max);

    // ─── DELEGATORS ───

    /// @notice Delegates to a provider. It counts for access at once, and earns from the next epoch on.
    /// @dev Emits {Delegated}. Requirements: entries open; `provider` registered; at least 1 MILL; allowance and
    /// balance of at least `mill`.
    /// @param provider Provider
    /// @param mill Amount, MILL
    /// @return shares Shares issued for it
    function delegate(address provider, uint256 mill) external returns (uint256 shares);

    /// @notice Begins to take shares out. They give no weight and earn nothing from now on, share in slashes until they
    /// are withdrawn, and can be withdrawn after the thaw period of now.
    /// @dev Emits {UndelegationStarted}. Requirements: the caller has as many shares, apart from those that leave
    /// already; fewer than 8 exits under way. Shares that do not earn yet go first.
    /// @param provider Provider
    /// @param shares Shares; not zero
    function undelegate(address provider, uint256 shares) external;

    /// @notice Returns all shares of the caller that are on their way out, matured or not. They earn from the next
    /// epoch on.
    /// @dev Emits {UndelegationCancelled}. Requirements: there are some.
    /// @param provider Provider
    function cancelUndelegation(address provider) external;

    /// @notice Pays the caller what its matured shares are worth. Pays zero, and emits nothing, when none has matured
    /// or their era is over; asks for nothing but time.
    /// @dev Emits {DelegationWithdrawn}.
    /// @param provider Provider
    /// @return mill Amount paid, MILL
    function withdrawDelegation(address provider) external returns (uint256 mill);

    /// @notice Pays the rewards of a delegator of a provider, or of the provider itself, to whom they belong. Anybody
    /// may call. Pays zero, and emits nothing, when there are none.
    /// @dev Emits {RewardsClaimed}, {RewardsUnearned} if some of a stream fell to the provider. The provider's go to
    /// its payout account, see {IBurnMintSettlement}.
    /// @param provider Provider
    /// @param account Whose rewards
    /// @return mill Amount paid, MILL
    function claimRewards(address provider, address account) external returns (uint256 mill);

    // ─── PROVIDERS ───

    /// @notice Sets what the caller keeps of its delegators' part of rewards: less at once, more after the thaw period
    /// of now, so that whoever does not agree is out before. Replaces a rise that has not come yet.
    /// @dev Emits {CommissionChanged}. Requirements: registered; at most the whole.
    /// @param ppm Commission, PPM
    function setCommission(uint32 ppm) external;

    // ─── MODULES ───

    /// @notice Shares a reward between a provider and its delegators (S3). The MILL has been transferred in.
    /// @dev Permission REWARD. Emits {Rewarded}, {RewardsUnearned} if some of a stream fell to the provider.
    /// @param provider Provider
    /// @param mill Amount, MILL
    function reward(address provider, uint256 mill) external;

    // ─── VIEWS ───

    /// @notice Whether somebody's stake counts for a provider beside its own. Without it, a reward is all its own and
    /// needs no sharing.
    /// @param provider Provider
    /// @return has Whether it does
    function hasDelegators(address provider) external view returns (bool has);

    /// @notice A provider's pool, up to date.
    /// @param provider Provider
    /// @return pool Pool
    function poolOf(address provider) external view returns (PoolState memory pool);

    /// @notice A delegator's part of a provider's pool, up to date.
    /// @param provider Provider
    /// @param delegator Delegator
    /// @return delegation Part
    function delegationOf(
        address provider,
        address delegator
    ) external view returns (DelegationState memory delegation);

    /// @notice A delegator's exits of the current era, oldest first.
    /// @param provider Provider
    /// @param delegator Delegator
    /// @return undelegations Exits, at most 8
    function undelegationsOf(
        address provider,
        address delegator
    ) external view returns (Undelegation[] memory undelegations);

    /// @notice What `claimRewards` would pay.
    /// @param provider Provider
    /// @param account Delegator, or the provider
    /// @return mill Amount, MILL
    function rewardsOf(address provider, address account) external view returns (uint256 mill);

    /// @notice A provider's commission.
    /// @param provider Provider
    /// @return commission Commission
    function commissionOf(address provider) external view returns (Commission memory commission);
}
