// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IPriceOracle
/// @notice One safe price of MILL in USD, out of at least two independent feeds.
/// @dev What we assume of a feed: it is an `IAggregatorV3`, its `updatedAt` never falls from a round to the next, and
/// rounds once published do not change. What we do not assume: that it answers, is fresh, or is right.
///
/// The **spot** is the median of the live feeds (mean of the middle two when even). A feed is live when it answers, its
/// answer is above zero, not from the future, and no older than the feed's heartbeat. The spot is usable when more than
/// half of all configured feeds, and at least two, are live *and* within `deviationPpm` of the median: the price then
/// lies within the deviation of an honest feed unless half of the feeds lie together.
///
/// The **EMA** decides together with the spot: `lo = min(spot, ema)`, `hi = max(spot, ema)`. An observation counts only
/// for the time after it: `ema += (lastSpot - ema) * (1 - 2^(-dt/h))`, then `lastSpot = spot`. So whoever moves a feed
/// for one block moves neither bound in that block's favour.
interface IPriceOracle {
    /// @notice A feed as configured.
    /// @param feed The `IAggregatorV3` that answers in USD per MILL.
    /// @param heartbeatSeconds How old an answer may be.
    struct Source {
        address feed;
        uint32 heartbeatSeconds;
    }

    /// @notice Emitted when a spot was recorded into the EMA.
    /// @param spotWad The spot, in USD per MILL.
    /// @param emaWad The EMA at this moment, before this spot counts.
    event Observed(uint256 spotWad, uint256 emaWad);

    /// @notice Emitted when the feeds were replaced; times before keep the feeds they had.
    /// @param sources The feeds in force from now on.
    /// @param deviationPpm How far from the median a feed may be.
    event SourcesSet(Source[] sources, uint32 deviationPpm);

    /// @notice Thrown when there are fewer than two or too many feeds.
    /// @param count How many were given.
    /// @param max How many are possible.
    error PriceOracle_SourceCount(uint256 count, uint256 max);

    /// @notice Thrown when a feed is zero, given twice, has no heartbeat or more than 18 decimals.
    /// @param feed The feed.
    error PriceOracle_BadSource(address feed);

    /// @notice Thrown when the deviation is out of its bounds.
    /// @param given What was given.
    /// @param min The least possible.
    /// @param max The most possible.
    error PriceOracle_DeviationOutOfBounds(uint32 given, uint32 min, uint32 max);

    /// @notice Thrown when the EMA's half-life is out of its bounds.
    /// @param given What was given, in seconds.
    error PriceOracle_HalfLifeOutOfBounds(uint32 given);

    /// @notice Thrown when a spot is to be observed while none is usable.
    error PriceOracle_NoUsableSpot();

    /// @notice Thrown when not exactly one round is named per feed (and one for the sequencer feed, where there is
    /// one).
    /// @param given How many were named.
    /// @param expected How many are needed.
    error PriceOracle_RoundCount(uint256 given, uint256 expected);

    /// @notice Thrown when a named round was not the feed's round at that time, and the feed had one.
    /// @param feed The feed.
    /// @param round The round that was named.
    /// @param timestamp The time asked for.
    error PriceOracle_WrongRound(address feed, uint80 round, uint48 timestamp);

    /// @notice Thrown when so little gas is left that a feed could fail for that alone.
    error PriceOracle_TooLittleGas();

    /// @notice Thrown when a price of the future, or of this very second, is asked for: its rounds may still change.
    /// @param timestamp The time asked for.
    error PriceOracle_NotPast(uint48 timestamp);

    // ─── READ ───

    /// @notice The prices now, for a purchase.
    /// @return loWad The lower of spot and EMA, in USD per MILL; zero if not usable.
    /// @return hiWad The higher of spot and EMA, in USD per MILL; zero if not usable.
    /// @return usable Whether the spot is usable and the EMA has a half-life of history.
    function prices() external view returns (uint256 loWad, uint256 hiWad, bool usable);

    /// @notice The prices at a past time, proven by the feeds' rounds: the caller has no choice.
    /// @dev For each feed the named round `r` must satisfy `updatedAt(r) <= timestamp < updatedAt(r + 1)`; where no `r
    /// + 1` exists yet, `r` must be the last. A feed that is provably without an answer for `timestamp` (dead, not yet
    /// begun, or stale) is left out, whatever round is named.
    ///
    /// Requirements:
    /// - `timestamp` lies in the past;
    /// - one round per feed that was configured at `timestamp`, in their order; then one of the sequencer feed, if any.
    /// @param timestamp The time, in seconds.
    /// @param rounds The feeds' rounds, as `roundsAt` returns them.
    /// @return loWad The lower of spot and EMA, in USD per MILL; zero if not usable.
    /// @return hiWad The higher of spot and EMA, in USD per MILL; zero if not usable.
    /// @return usable Whether the spot at `timestamp` is usable and was preceded by an observation.
    function priceAt(
        uint48 timestamp,
        uint80[] calldata rounds
    ) external view returns (uint256 loWad, uint256 hiWad, bool usable);

    /// @notice The rounds that `priceAt` wants. A search, meant for calls off chain.
    /// @param timestamp The time, in seconds.
    /// @return rounds One per feed, then one of the sequencer feed, if any; zero where none was found.
    function roundsAt(uint48 timestamp) external view returns (uint80[] memory rounds);

    /// @notice The spot now.
    /// @return spotWad USD per MILL; zero if not usable.
    /// @return usable Whether enough feeds are live and agree.
    function spot() external view returns (uint256 spotWad, bool usable);

    /// @notice The EMA now.
    /// @return emaWad USD per MILL; zero before the first observation.
    function ema() external view returns (uint256 emaWad);

    /// @notice The feeds now in force.
    /// @return feeds The feeds, in the order in which rounds are named.
    /// @return deviation How far from the median a feed may be, in PPM.
    function sources() external view returns (Source[] memory feeds, uint32 deviation);

    /// @notice The EMA's half-life.
    /// @return length Seconds.
    function halfLifeSeconds() external view returns (uint32 length);

    /// @notice The first observation.
    /// @return timestamp Seconds; zero if there was none.
    function firstObservedAt() external view returns (uint48 timestamp);

    // ─── WRITE ───

    /// @notice Records the spot. Anyone, as often as they like.
    /// @dev Emits {Observed}. Requirements: the spot is usable.
    /// @return spotWad The spot that was recorded, in USD per MILL.
    function observe() external returns (uint256 spotWad);

    /// @notice Replaces the feeds, from now on.
    /// @dev Emits {SourcesSet}.
    ///
    /// Requirements:
    /// - `restricted`;
    /// - at least two different feeds, each with a heartbeat and at most 18 decimals;
    /// - the deviation is within its bounds.
    /// @param newSources The feeds.
    /// @param newDeviationPpm How far from the median a feed may be.
    function setSources(Source[] calldata newSources, uint32 newDeviationPpm) external;
}
