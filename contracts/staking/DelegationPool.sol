// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Units} from "../common/Units.sol";
import {IDelegatedStake} from "./IDelegatedStake.sol";
import {RewardStream} from "./RewardStream.sol";

/// @title DelegationPool
/// @notice Delegated stake of a provider in one era: MILL, the shares of it, and who holds them.
/// @dev Shares on their way out stay in the pool, so a slash reaches everybody by taking from one number, and no queue
/// is touched. Every conversion is rounded down, in favour of those who stay.
///
/// A share never falls below `1 / DUST_DIVISOR` MILL: a slash that would take it there takes the rest too and ends the
/// era. Hence a pool with shares has MILL, deposits never divide by zero (T-71), and there are at most `DUST_DIVISOR`
/// times as many shares as units of MILL (T-26).
library DelegationPool {
    using RewardStream for RewardStream.Stream;
    using SafeCast for uint256;
    using Units for uint256;

    /// @notice Most exits that a delegator can have under way at once.
    uint256 internal constant MAX_UNDELEGATIONS = 8;

    /// @notice Shares to a unit of MILL at which an era ends.
    uint256 internal constant DUST_DIVISOR = 1_000_000;

    /// @notice Storage of a pool.
    /// @param mill What all shares are worth, MILL
    /// @param shares All shares: earning, joining and on their way out
    /// @param stream Rewards
    /// @param startIndex Index of the stream at the start of each epoch in which shares began to earn
    struct Pool {
        // slot 1: 12 + 16 = 28 bytes
        uint96 mill;
        uint128 shares;
        // slots 2 to 4
        RewardStream.Stream stream;
        mapping(uint32 epoch => uint256 index) startIndex;
    }

    /// @notice Storage of a delegator's part of a pool.
    /// @param earning Shares that earn
    /// @param joining Shares that earn from the epoch after `joinedEpoch` on
    /// @param era Era of all shares here
    /// @param joinedEpoch Epoch in which the joining shares came
    /// @param exitCount Entries of `exits` in use
    /// @param rewards Rewards until `index`, MILL; survive an era
    /// @param index Index until which rewards are counted
    /// @param exits Shares on their way out, oldest first
    struct Position {
        // slot 1: 16 + 16 = 32 bytes
        uint128 earning;
        uint128 joining;
        // slot 2: 4 + 4 + 1 + 12 = 21 bytes
        uint32 era;
        uint32 joinedEpoch;
        uint8 exitCount;
        uint96 rewards;
        // slot 3
        uint256 index;
        // slots 4 to 11
        IDelegatedStake.Undelegation[MAX_UNDELEGATIONS] exits;
    }

    // ─── POOL ───

    /// @notice Adds MILL and issues shares for it.
    /// @param pool Pool
    /// @param mill Amount, MILL; not zero
    /// @return shares New shares, rounded down
    function depositDown(Pool storage pool, uint256 mill) internal returns (uint128 shares) {
        (uint256 held, uint256 all) = (pool.mill, pool.shares);
        shares = (all == 0 ? mill : mill.mulDivDown(all, held)).toUint128();
        pool.mill = (held + mill).toUint96();
        pool.shares = (all + shares).toUint128();
    }

    /// @notice Takes shares out and pays what they are worth.
    /// @param pool Pool
    /// @param shares Shares; no more than there are
    /// @return mill Amount, MILL, rounded down
    function withdrawDown(Pool storage pool, uint256 shares) internal returns (uint256 mill) {
        mill = worthDown(pool, shares);
        pool.mill -= mill.toUint96();
        pool.shares -= shares.toUint128();
    }

    /// @notice Takes MILL from all shares alike, and ends the era when they are worth next to nothing.
    /// @param pool Pool
    /// @param mill Amount to take, MILL
    /// @return taken Amount taken, MILL: less if there is not that much, more by the dust of an era that ends
    /// @return isOver Whether the era ends
    function slash(Pool storage pool, uint256 mill) internal returns (uint256 taken, bool isOver) {
        uint256 held = pool.mill;
        if (held == 0 || mill == 0) return (0, false);
        uint256 left = Math.saturatingSub(held, mill);
        isOver = left * DUST_DIVISOR < pool.shares;
        if (isOver) left = 0;

        pool.mill = left.toUint96();
        taken = held - left;
    }

    /// @notice What shares are worth.
    /// @param pool Pool
    /// @param shares Shares; no more than there are
    /// @return mill Amount, MILL, rounded down
    function worthDown(Pool storage pool, uint256 shares) internal view returns (uint256 mill) {
        return shares == 0 ? 0 : shares.mulDivDown(pool.mill, pool.shares);
    }

    /// @notice Index of a stream when shares that joined began to earn.
    /// @param pool Pool
    /// @param turn What the stream was just brought up to date with, which need not be stored yet
    /// @param epoch First epoch in which they earn, not later than the stream's
    /// @return index Index
    function startIndexOf(
        Pool storage pool,
        RewardStream.Turn memory turn,
        uint32 epoch
    ) internal view returns (uint256 index) {
        return epoch == turn.epoch ? turn.index : pool.startIndex[epoch];
    }

    // ─── POSITION ───

    /// @notice Takes a delegator's rewards up to now, and lets its joining shares earn if their time has come.
    /// @param position Position
    /// @param pool Pool of its era
    /// @param stream Rewards of that pool, up to date
    /// @param turn What it was brought up to date with
    /// @param epoch Epoch of the stream
    /// @return mill Rewards since the last time, MILL, rounded down; the caller counts or pays them
    function settleDown(
        Position storage position,
        Pool storage pool,
        RewardStream.Stream memory stream,
        RewardStream.Turn memory turn,
        uint32 epoch
    ) internal returns (uint256 mill) {
        mill = unsettledDown(position, pool, stream, turn, epoch);
        if (position.joining != 0 && position.joinedEpoch < epoch) {
            position.earning += position.joining;
            position.joining = 0;
        }
        position.index = stream.index;
    }

    /// @notice Rewards of a delegator that are not counted yet.
    /// @param position Position
    /// @param pool Pool of its era
    /// @param stream Rewards of that pool, up to date
    /// @param turn What it was brought up to date with
    /// @param epoch Epoch of the stream
    /// @return mill Amount, MILL, rounded down
    function unsettledDown(
        Position storage position,
        Pool storage pool,
        RewardStream.Stream memory stream,
        RewardStream.Turn memory turn,
        uint32 epoch
    ) internal view returns (uint256 mill) {
        mill = RewardStream.earnedDown(position.earning, position.index, stream.index);
        uint32 joinedEpoch = position.joinedEpoch;
        if (position.joining == 0 || joinedEpoch >= epoch) return mill;
        uint256 fromIndex = startIndexOf(pool, turn, joinedEpoch + 1);
        mill += RewardStream.earnedDown(position.joining, fromIndex, stream.index);
    }

    /// @notice Begins a position anew in another era: the old shares are worth nothing, rewards stay.
    /// @param position Position
    /// @param era New era
    /// @param index Index of its stream
    function restart(Position storage position, uint32 era, uint256 index) internal {
        position.earning = 0;
        position.joining = 0;
        position.exitCount = 0;
        position.era = era;
        position.index = index;
    }

    /// @notice Adds an exit.
    /// @param position Position
    /// @param shares Shares on their way out
    /// @param releaseAt When they can be withdrawn
    function pushExit(Position storage position, uint128 shares, uint48 releaseAt) internal {
        uint8 count = position.exitCount;
        position.exits[count] = IDelegatedStake.Undelegation({shares: shares, releaseAt: releaseAt});
        position.exitCount = count + 1;
    }

    /// @notice Removes exits: those that have matured, or all.
    /// @param position Position
    /// @param all Whether to remove those that have not matured too
    /// @return shares Shares of those removed
    function removeExits(Position storage position, bool all) internal returns (uint128 shares) {
        uint8 count = position.exitCount;
        uint8 kept;
        for (uint8 i = 0; i < count; ++i) {
            IDelegatedStake.Undelegation memory exit_ = position.exits[i];
            if (all || block.timestamp >= exit_.releaseAt) {
                shares += exit_.shares;
            } else {
                if (kept != i) position.exits[kept] = exit_;
                ++kept;
            }
        }
        for (uint8 i = kept; i < count; ++i) delete position.exits[i];
        if (kept != count) position.exitCount = kept;
    }
}
