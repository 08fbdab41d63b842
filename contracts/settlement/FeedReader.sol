// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAggregatorV3} from "./IAggregatorV3.sol";
import {IPriceOracle} from "./IPriceOracle.sol";

/// @title FeedReader
/// @notice Reads feeds that may be dead, malformed or hostile, and proves which of their rounds held at a time.
/// @dev A read never reverts for what the feed does: who could make a price unreadable could stop every purchase. It
/// gets a fixed amount of gas, and the caller must bring it: else too little gas would make a live feed look dead.
library FeedReader {
    /// @notice What a read may use. A proxied aggregator needs under 40,000.
    uint256 internal constant FEED_GAS = 150_000;

    /// @notice Phases of a proxy that `searchRound` looks back over.
    uint256 internal constant MAX_PHASES_BACK = 4;

    uint256 private constant PHASE_SHIFT = 64;
    uint256 private constant WORDS_LENGTH = 5 * 32;

    /// @notice An answer of a feed.
    /// @param id The round.
    /// @param answer What was answered.
    /// @param startedAt When the round began.
    /// @param updatedAt When it was answered; zero if there is no such round.
    struct Round {
        uint80 id;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
    }

    // ─── READ ───

    /// @notice The last round.
    /// @param feed The feed
    /// @return round The round; all zero if there is none
    function latest(address feed) internal view returns (Round memory round) {
        return _read(feed, abi.encodeCall(IAggregatorV3.latestRoundData, ()));
    }

    /// @notice A round.
    /// @param feed The feed
    /// @param id The round
    /// @return round The round; all zero if there is none
    function roundOf(address feed, uint256 id) internal view returns (Round memory round) {
        if (id > type(uint80).max) return round;
        return _read(feed, abi.encodeCall(IAggregatorV3.getRoundData, (uint80(id))));
    }

    // ─── PROVE ───

    /// @notice The round that held at a time, if the named one is it; reverts if the feed had another.
    /// @dev A proxy numbers rounds `phase << 64 | n`; when its aggregator is replaced, the phase before ends without a
    /// next round, and its last one holds until the first of the next phase that has one.
    /// @param feed The feed
    /// @param id The round named
    /// @param timestamp The time
    /// @return round The round; all zero if the feed is dead or had not begun
    function provenRound(address feed, uint80 id, uint48 timestamp) internal view returns (Round memory round) {
        Round memory last = latest(feed);
        if (last.updatedAt == 0) return last;
        round = roundOf(feed, id);
        if (_isFirst(id) && round.updatedAt > timestamp) return Round(0, 0, 0, 0);
        bool held = round.updatedAt != 0 && round.updatedAt <= timestamp && _heldUntil(feed, id, last.id) > timestamp;
        require(held, IPriceOracle.PriceOracle_WrongRound(feed, id, timestamp));
    }

    /// @dev When the round after this one was written; never, if this is the last. No proxy says when it changed its
    /// aggregator, and the new one may have answered for long before: a phase begins with its first round, and ends all
    /// before it, so that two rounds never hold at once and the caller has no choice.
    function _heldUntil(address feed, uint80 id, uint80 lastId) private view returns (uint256 timestamp) {
        uint256 phase = id >> PHASE_SHIFT;
        uint256 lastPhase = lastId >> PHASE_SHIFT;
        timestamp = roundOf(feed, uint256(id) + 1).updatedAt;
        if (timestamp == 0) {
            if (id != lastId && phase >= lastPhase) return 0; // beyond the last round
            timestamp = type(uint256).max;
        }
        // As many as `searchRound` looks back over, and more than a proxy changes while an epoch waits for its close.
        for (uint256 ahead = 0; ahead < MAX_PHASES_BACK && phase < lastPhase; ++ahead) {
            ++phase;
            uint256 begunAt = roundOf(feed, (phase << PHASE_SHIFT) | 1).updatedAt;
            if (begunAt != 0) timestamp = Math.min(timestamp, begunAt);
        }
    }

    /// @dev Whether no round can have come before. Feeds without a proxy have phase 0, proxies begin with 1.
    function _isFirst(uint80 id) private pure returns (bool first) {
        return uint64(id) == 1 && id >> PHASE_SHIFT <= 1;
    }

    // ─── SEARCH ───

    /// @notice The round that held at a time, for `provenRound`.
    /// @param feed The feed
    /// @param timestamp The time
    /// @return id The round; the feed's first if it had not begun, zero if none was found
    function searchRound(address feed, uint48 timestamp) internal view returns (uint80 id) {
        Round memory last = latest(feed);
        if (last.updatedAt == 0) return 0;
        uint256 phase = last.id >> PHASE_SHIFT;
        for (uint256 back = 0; back < MAX_PHASES_BACK; ++back) {
            uint256 found = _searchPhase(feed, phase << PHASE_SHIFT, timestamp);
            if (found != 0) return uint80(found);
            if (phase <= 1) return uint80((phase << PHASE_SHIFT) | 1);
            --phase;
        }
    }

    /// @dev Highest round of a phase written by `timestamp`: doubling up, then halving down; zero if there is none.
    function _searchPhase(address feed, uint256 base, uint48 timestamp) private view returns (uint256 id) {
        uint256 low = 0;
        uint256 high = 1;
        while (_isBy(feed, base | high, timestamp)) {
            low = high;
            high <<= 1;
        }
        while (high - low > 1) {
            uint256 middle = (low + high) >> 1;
            if (_isBy(feed, base | middle, timestamp)) low = middle;
            else high = middle;
        }
        return low == 0 ? 0 : base | low;
    }

    function _isBy(address feed, uint256 id, uint48 timestamp) private view returns (bool by) {
        uint256 updatedAt = roundOf(feed, id).updatedAt;
        return updatedAt != 0 && updatedAt <= timestamp;
    }

    // ─── CALL ───

    function _read(address feed, bytes memory data) private view returns (Round memory round) {
        // A call gets at most 63/64 of what is left; twice its gas leaves the caller enough to go on, too.
        require(gasleft() > 2 * FEED_GAS, IPriceOracle.PriceOracle_TooLittleGas());
        uint256[5] memory words;
        bool success;
        // Only as much of the answer is copied as a round has: a longer one costs us nothing.
        assembly ("memory-safe") {
            success := staticcall(FEED_GAS, feed, add(data, 0x20), mload(data), words, WORDS_LENGTH)
            success := and(success, iszero(lt(returndatasize(), WORDS_LENGTH)))
        }
        if (!success || words[3] == 0) return round;
        return Round({id: uint80(words[0]), answer: int256(words[1]), startedAt: words[2], updatedAt: words[3]});
    }
}
