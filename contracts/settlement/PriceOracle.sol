// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {FeedReader} from "./FeedReader.sol";
import {IAggregatorV3} from "./IAggregatorV3.sol";
import {IPriceOracle} from "./IPriceOracle.sol";
import {PriceHistory} from "./PriceHistory.sol";
import {PriceMedian} from "./PriceMedian.sol";

/// @title PriceOracle
/// @notice See `IPriceOracle`.
contract PriceOracle is IPriceOracle, AccessManaged {
    using Checkpoints for Checkpoints.Trace208;
    using PriceHistory for PriceHistory.Observation[];
    using SafeCast for uint256;

    /// @dev A source with the decimals it had when it was configured.
    struct Feed {
        address feed;
        uint32 heartbeatSeconds;
        uint8 decimals;
    }

    /// @dev Sources that hold together.
    struct FeedSet {
        uint32 deviationPpm;
        Feed[] feeds;
    }

    /// @notice Most sources of a price.
    uint256 public constant MAX_SOURCES = 7;
    /// @notice The deviation at least; less would stop purchases in every lively hour.
    uint32 public constant MIN_DEVIATION_PPM = 1_000;
    /// @notice The deviation at most, so that hiring oneself cannot pay even if credits are bought that much too cheap
    /// and redeemed that much too dear: `(1 + d) * (1 - φ) < 1 - d` for the least fee φ.
    uint32 public constant MAX_DEVIATION_PPM = 20_000;
    /// @notice The EMA's half-life at most.
    uint32 public constant MAX_HALF_LIFE_SECONDS = 1 days;

    uint8 private constant _WAD_DECIMALS = 18;

    uint32 private immutable _HALF_LIFE_SECONDS;
    address private immutable _SEQUENCER_FEED;
    uint32 private immutable _SEQUENCER_GRACE_SECONDS;

    FeedSet[] private _sets;
    /// @dev By the second it came into force: one more than the index of a set, so that zero means none.
    Checkpoints.Trace208 private _setNumbers;
    PriceHistory.Observation[] private _history;

    /// @notice Configures the first feeds.
    /// @param authority Access manager of `restricted` functions
    /// @param halfLife The EMA's half-life in seconds
    /// @param firstSources The feeds
    /// @param deviationPpm How far from the median a feed may be
    /// @param sequencerFeed Uptime feed of a rollup's sequencer; zero where there is none
    /// @param sequencerGraceSeconds How long prices are not used after an outage
    constructor(
        address authority,
        uint32 halfLife,
        Source[] memory firstSources,
        uint32 deviationPpm,
        address sequencerFeed,
        uint32 sequencerGraceSeconds
    ) AccessManaged(authority) {
        require(halfLife != 0 && halfLife <= MAX_HALF_LIFE_SECONDS, PriceOracle_HalfLifeOutOfBounds(halfLife));
        _HALF_LIFE_SECONDS = halfLife;
        _SEQUENCER_FEED = sequencerFeed;
        _SEQUENCER_GRACE_SECONDS = sequencerGraceSeconds;
        _setSources(firstSources, deviationPpm);
    }

    // ─── READ ───

    /// @inheritdoc IPriceOracle
    function prices() external view returns (uint256 loWad, uint256 hiWad, bool usable) {
        if (_history.length == 0 || block.timestamp < uint256(firstObservedAt()) + _HALF_LIFE_SECONDS) {
            return (0, 0, false);
        }
        (uint256 spotWad, bool good) = spot();
        return good ? _bounds(spotWad, ema()) : (0, 0, false);
    }

    /// @inheritdoc IPriceOracle
    function priceAt(
        uint48 timestamp,
        uint80[] calldata rounds
    ) external view returns (uint256 loWad, uint256 hiWad, bool usable) {
        require(timestamp < block.timestamp, PriceOracle_NotPast(timestamp));
        (uint256 spotWad, bool good) = _spotAt(timestamp, rounds);
        uint256 emaWad = _history.emaAt(timestamp, _HALF_LIFE_SECONDS);
        if (!good || emaWad == 0) return (0, 0, false);
        return _bounds(spotWad, emaWad);
    }

    /// @inheritdoc IPriceOracle
    function roundsAt(uint48 timestamp) external view returns (uint80[] memory rounds) {
        Feed[] memory feeds = _setAt(timestamp).feeds;
        bool sequenced = _SEQUENCER_FEED != address(0);
        rounds = new uint80[](sequenced ? feeds.length + 1 : feeds.length);
        for (uint256 i = 0; i < feeds.length; ++i) {
            rounds[i] = FeedReader.searchRound(feeds[i].feed, timestamp);
        }
        if (sequenced) rounds[feeds.length] = FeedReader.searchRound(_SEQUENCER_FEED, timestamp);
    }

    /// @inheritdoc IPriceOracle
    function spot() public view returns (uint256 spotWad, bool usable) {
        if (_SEQUENCER_FEED != address(0)) {
            if (!_isSequencerUp(FeedReader.latest(_SEQUENCER_FEED), block.timestamp)) return (0, false);
        }
        FeedSet memory set = _sets[_sets.length - 1];
        uint256[] memory answers = new uint256[](set.feeds.length);
        for (uint256 i = 0; i < answers.length; ++i) {
            Feed memory feed = set.feeds[i];
            answers[i] = _answerOf(feed, FeedReader.latest(feed.feed), block.timestamp);
        }
        return PriceMedian.medianDown(answers, set.deviationPpm);
    }

    /// @inheritdoc IPriceOracle
    function ema() public view returns (uint256 emaWad) {
        return _history.emaAt(block.timestamp.toUint48(), _HALF_LIFE_SECONDS);
    }

    /// @inheritdoc IPriceOracle
    function sources() external view returns (Source[] memory feeds, uint32 deviation) {
        FeedSet memory set = _sets[_sets.length - 1];
        feeds = new Source[](set.feeds.length);
        for (uint256 i = 0; i < feeds.length; ++i) {
            feeds[i] = Source(set.feeds[i].feed, set.feeds[i].heartbeatSeconds);
        }
        return (feeds, set.deviationPpm);
    }

    /// @inheritdoc IPriceOracle
    function halfLifeSeconds() external view returns (uint32 length) {
        return _HALF_LIFE_SECONDS;
    }

    /// @inheritdoc IPriceOracle
    function firstObservedAt() public view returns (uint48 timestamp) {
        return _history.length == 0 ? 0 : _history[0].observedAt;
    }

    // ─── WRITE ───

    /// @inheritdoc IPriceOracle
    function observe() external returns (uint256 spotWad) {
        bool usable;
        (spotWad, usable) = spot();
        require(usable, PriceOracle_NoUsableSpot());
        uint256 emaWad = _history.record(spotWad, _HALF_LIFE_SECONDS);
        emit Observed(spotWad, emaWad);
    }

    /// @inheritdoc IPriceOracle
    function setSources(Source[] calldata newSources, uint32 newDeviationPpm) external restricted {
        _setSources(newSources, newDeviationPpm);
    }

    // ─── INTERNAL ───

    function _bounds(uint256 spotWad, uint256 emaWad) private pure returns (uint256 loWad, uint256 hiWad, bool usable) {
        return (Math.min(spotWad, emaWad), Math.max(spotWad, emaWad), true);
    }

    /// @dev A source's answer in WAD at a time; zero if it had none that counts. Out of range is never clamped into it.
    function _answerOf(
        Feed memory feed,
        FeedReader.Round memory round,
        uint256 timestamp
    ) private pure returns (uint256 answerWad) {
        bool fresh = round.updatedAt <= timestamp && timestamp - round.updatedAt <= feed.heartbeatSeconds;
        if (!fresh || round.answer <= 0 || round.answer > int256(uint256(type(uint104).max))) return 0;
        answerWad = uint256(round.answer) * 10 ** (_WAD_DECIMALS - feed.decimals); // below 2^104 * 10^18
        return answerWad > type(uint104).max ? 0 : answerWad;
    }

    /// @dev The spot at a past time. Every round is proven, even when an earlier one already makes it unusable.
    function _spotAt(uint48 timestamp, uint80[] calldata rounds) private view returns (uint256 spotWad, bool usable) {
        FeedSet memory set = _setAt(timestamp);
        uint256[] memory answers = new uint256[](set.feeds.length);
        uint256 expected = answers.length + (_SEQUENCER_FEED == address(0) ? 0 : 1);
        require(rounds.length == expected, PriceOracle_RoundCount(rounds.length, expected));
        for (uint256 i = 0; i < answers.length; ++i) {
            Feed memory feed = set.feeds[i];
            answers[i] = _answerOf(feed, FeedReader.provenRound(feed.feed, rounds[i], timestamp), timestamp);
        }
        (spotWad, usable) = PriceMedian.medianDown(answers, set.deviationPpm);
        return _wasSequencerUp(timestamp, rounds) ? (spotWad, usable) : (0, false);
    }

    function _wasSequencerUp(uint48 timestamp, uint80[] calldata rounds) private view returns (bool up) {
        if (_SEQUENCER_FEED == address(0)) return true;
        uint80 id = rounds[rounds.length - 1];
        return _isSequencerUp(FeedReader.provenRound(_SEQUENCER_FEED, id, timestamp), timestamp);
    }

    /// @dev The feed answers 0 while the sequencer is up; `startedAt` is when that last changed, zero when unknown.
    function _isSequencerUp(FeedReader.Round memory round, uint256 timestamp) private view returns (bool up) {
        if (round.updatedAt == 0 || round.answer != 0 || round.startedAt == 0) return false;
        return timestamp >= round.startedAt && timestamp - round.startedAt >= _SEQUENCER_GRACE_SECONDS;
    }

    /// @dev The sources in force at a time; none before the first were set.
    function _setAt(uint48 timestamp) private view returns (FeedSet memory set) {
        uint208 number = _setNumbers.upperLookupRecent(timestamp);
        if (number != 0) set = _sets[number - 1];
    }

    function _setSources(Source[] memory newSources, uint32 newDeviationPpm) private {
        uint256 count = newSources.length;
        require(count >= 2 && count <= MAX_SOURCES, PriceOracle_SourceCount(count, MAX_SOURCES));
        require(
            newDeviationPpm >= MIN_DEVIATION_PPM && newDeviationPpm <= MAX_DEVIATION_PPM,
            PriceOracle_DeviationOutOfBounds(newDeviationPpm, MIN_DEVIATION_PPM, MAX_DEVIATION_PPM)
        );
        FeedSet storage set = _sets.push();
        set.deviationPpm = newDeviationPpm;
        for (uint256 i = 0; i < count; ++i) {
            Source memory source = newSources[i];
            for (uint256 j = 0; j < i; ++j) {
                require(newSources[j].feed != source.feed, PriceOracle_BadSource(source.feed));
            }
            bool good = source.feed.code.length != 0 && source.heartbeatSeconds != 0;
            require(good, PriceOracle_BadSource(source.feed));
            uint8 decimals = IAggregatorV3(source.feed).decimals();
            require(decimals <= _WAD_DECIMALS, PriceOracle_BadSource(source.feed));
            set.feeds.push(Feed(source.feed, source.heartbeatSeconds, decimals));
        }
        _setNumbers.push(block.timestamp.toUint48(), _sets.length.toUint208());
        emit SourcesSet(newSources, newDeviationPpm);
    }
}
