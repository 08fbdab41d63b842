// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EpochClose} from "./EpochClose.sol";
import {IBurnMintSettlement} from "./IBurnMintSettlement.sol";

/// @title Redemption
/// @notice Credits that wait for the close that prices them, (3) and (4d): a slot an account and kind, no lists.
/// @dev Credits are keyed by the epoch of their block; their rate is that of the first priced close from there on,
/// found by a binary search over the priced closes. Nothing is done at a close for any single account: a position is
/// priced when it is next touched, and no touch can change its rate.
///
/// A slot holds one key. When credits of a newer epoch arrive while the older ones are not priced, there are two cases.
/// Either all epochs before the newer one are closed: then both wait for the same close and may share a key. Or a close
/// is overdue and could price them apart: then the older ones are **set aside** under their own epoch. Sharing a key
/// there would let a provider choose between two prices by paying itself a credit after the first is known.
library Redemption {
    using Checkpoints for Checkpoints.Trace224;
    using SafeCast for uint256;

    /// @notice Credits set aside for an epoch.
    /// @param earned Credits earned.
    /// @param requested Credits requested for redemption.
    /// @param burnedShare The most MILL that `requested` can give.
    struct Aside {
        uint96 earned;
        uint96 requested;
        uint128 burnedShare;
    }

    /// @notice Credits of an epoch, in total.
    /// @param credits Earned and requested.
    /// @param fees Paid as fees.
    /// @param epoch The epoch.
    struct Tally {
        uint96 credits;
        uint96 fees;
        uint32 epoch;
    }

    /// @notice All that waits. What a payment reads and writes lies in one slot, `newest`, and so does what tells the
    /// rate of a recent epoch, the first one.
    /// @param nextEpoch First epoch that is not closed.
    /// @param ratedEpoch Last priced close.
    /// @param ratedBefore The priced close before that; zero if there is none.
    /// @param lastRate Rate of the last priced close, at most 1e45; zero if there is none.
    /// @param carriedCredits Credits of closed epochs that no close has priced.
    /// @param carriedFees Fees of closed epochs that no close has handled.
    /// @param newest Totals of the newest epoch that has any; empty once it is closed.
    /// @param overdue Totals of older epochs that were not closed when a newer one began to count.
    /// @param rates Priced closes: MILL per credit by epoch.
    /// @param positions What an account has waiting.
    /// @param asides What was set aside.
    struct Book {
        uint32 nextEpoch;
        uint32 ratedEpoch;
        uint32 ratedBefore;
        uint160 lastRate;
        uint96 carriedCredits;
        uint96 carriedFees;
        Tally newest;
        mapping(uint32 epoch => Tally) overdue;
        Checkpoints.Trace224 rates;
        mapping(address account => IBurnMintSettlement.Position) positions;
        mapping(address account => mapping(uint32 epoch => Aside)) asides;
    }

    // ─── WRITE: TOTALS ───

    /// @notice Counts credits that wait, and fees, in this block's epoch.
    /// @param book All that waits
    /// @param epoch The epoch of this block
    /// @param credits Credits earned or requested
    /// @param fees Credits of fees
    /// @return olderFees Fees that `newest` no longer holds, because a newer epoch has begun to count
    function count(
        Book storage book,
        uint32 epoch,
        uint256 credits,
        uint256 fees
    ) internal returns (uint256 olderFees) {
        Tally memory tally = book.newest;
        if (tally.epoch != epoch) {
            olderFees = tally.fees;
            if (tally.credits != 0 || olderFees != 0) book.overdue[tally.epoch] = tally;
            tally = Tally(0, 0, epoch);
        }
        tally.credits += credits.toUint96();
        tally.fees += fees.toUint96();
        book.newest = tally;
    }

    /// @notice Takes the totals of an epoch that is closed now.
    /// @param book All that waits
    /// @param epoch The epoch
    /// @return tally Its totals
    function takeTally(Book storage book, uint32 epoch) internal returns (Tally memory tally) {
        tally = tallyOf(book, epoch);
        if (book.newest.epoch == epoch) book.newest = Tally(0, 0, epoch);
        else if (tally.epoch == epoch) delete book.overdue[epoch];
    }

    /// @notice Records the rate of a priced close.
    /// @param book All that waits
    /// @param epoch The epoch closed, newer than all before
    /// @param rate MILL per credit, 27 decimals
    function addRate(Book storage book, uint32 epoch, uint256 rate) internal {
        (book.ratedBefore, book.ratedEpoch, book.lastRate) = (book.ratedEpoch, epoch, rate.toUint160());
        book.rates.push(epoch, rate.toUint224());
    }

    // ─── WRITE: ACCOUNTS ───

    /// @notice Adds a provider's earnings of this block's epoch.
    /// @param book All that waits
    /// @param account The provider
    /// @param epoch The epoch of this block
    /// @param credits Credits
    function addEarned(Book storage book, address account, uint32 epoch, uint256 credits) internal {
        IBurnMintSettlement.Position storage position = book.positions[account];
        uint256 pending = position.earned;
        if (pending != 0 && position.earnedEpoch != epoch) {
            pending = _priceEarned(book, account);
            if (pending != 0 && book.nextEpoch < epoch) {
                uint32 from = position.earnedEpoch;
                book.asides[account][from].earned += pending.toUint96();
                emit IBurnMintSettlement.SetAside(account, from, pending, 0);
                pending = 0;
            }
        }
        position.earned = (pending + credits).toUint96();
        position.earnedEpoch = epoch;
    }

    /// @notice Adds a buyer's request of this block's epoch.
    /// @param book All that waits
    /// @param account The buyer
    /// @param epoch The epoch of this block
    /// @param credits Credits
    /// @param share The most MILL they can give
    /// @return returned MILL of an older request that goes back to the bank
    function addRequested(
        Book storage book,
        address account,
        uint32 epoch,
        uint256 credits,
        uint256 share
    ) internal returns (uint256 returned) {
        IBurnMintSettlement.Position storage position = book.positions[account];
        if (position.requested != 0 && position.requestedEpoch != epoch) {
            returned = _priceRequested(book, account);
            uint256 pending = position.requested;
            if (pending != 0 && book.nextEpoch < epoch) {
                uint32 from = position.requestedEpoch;
                Aside storage aside = book.asides[account][from];
                aside.requested += pending.toUint96();
                aside.burnedShare += position.burnedShare;
                emit IBurnMintSettlement.SetAside(account, from, 0, pending);
                (position.requested, position.burnedShare) = (0, 0);
            }
        }
        position.isRequesting = true;
        position.requested = (position.requested + credits).toUint96();
        // No bank can hold more than its field: a share above that caps nothing.
        position.burnedShare = Math.min(position.burnedShare + share, type(uint96).max).toUint96();
        position.requestedEpoch = epoch;
    }

    /// @notice Prices what can be priced and takes all MILL of an account.
    /// @param book All that waits
    /// @param account The account
    /// @return mill MILL to mint
    /// @return returned MILL that goes back to the bank
    function take(Book storage book, address account) internal returns (uint256 mill, uint256 returned) {
        IBurnMintSettlement.Position storage position = book.positions[account];
        _priceEarned(book, account);
        if (position.isRequesting) returned = _priceRequested(book, account);
        mill = position.mill;
        if (mill != 0) position.mill = 0;
    }

    /// @notice Prices what was set aside for an epoch, if its close has come.
    /// @param book All that waits
    /// @param account The account
    /// @param epoch The epoch
    /// @return returned MILL that goes back to the bank
    function priceAside(Book storage book, address account, uint32 epoch) internal returns (uint256 returned) {
        uint256 rate = rateFrom(book, epoch);
        if (rate == 0) return 0;
        Aside memory aside = book.asides[account][epoch];
        if (aside.earned == 0 && aside.requested == 0) return 0;
        delete book.asides[account][epoch];
        uint256 mill;
        (mill, returned) = _cappedDown(aside.requested, aside.burnedShare, rate);
        _addMill(book, account, mill + EpochClose.redeemDown(aside.earned, rate), returned);
    }

    // ─── READ ───

    /// @notice Totals of an epoch that is not closed.
    /// @param book All that waits
    /// @param epoch The epoch
    /// @return tally Its totals; empty if there are none, and once it is closed
    function tallyOf(Book storage book, uint32 epoch) internal view returns (Tally memory tally) {
        tally = book.newest;
        if (tally.epoch != epoch) tally = book.overdue[epoch];
    }

    /// @notice Rate of the first priced close from an epoch on.
    /// @dev Almost always it is the last or there is none: one slot says so, without the search.
    /// @param book All that waits
    /// @param epoch The epoch
    /// @return rate MILL per credit, 27 decimals; zero if there is none
    function rateFrom(Book storage book, uint32 epoch) internal view returns (uint256 rate) {
        if (book.lastRate == 0 || book.ratedEpoch < epoch) return 0;
        return book.ratedBefore < epoch ? book.lastRate : book.rates.lowerLookup(epoch);
    }

    /// @notice MILL that `take` would take.
    /// @param book All that waits
    /// @param account The account
    /// @return mill MILL
    function takeable(Book storage book, address account) internal view returns (uint256 mill) {
        IBurnMintSettlement.Position memory position = book.positions[account];
        (uint256 capped, ) = _cappedDown(
            position.requested,
            position.burnedShare,
            rateFrom(book, position.requestedEpoch)
        );
        return position.mill + capped + EpochClose.redeemDown(position.earned, rateFrom(book, position.earnedEpoch));
    }

    // ─── INTERNAL ───

    /// @dev Returns the credits that could not be priced yet.
    function _priceEarned(Book storage book, address account) private returns (uint256 pending) {
        IBurnMintSettlement.Position storage position = book.positions[account];
        pending = position.earned;
        if (pending == 0) return 0;
        uint256 rate = rateFrom(book, position.earnedEpoch);
        if (rate == 0) return pending;
        position.earned = 0;
        _addMill(book, account, EpochClose.redeemDown(pending, rate), 0);
        return 0;
    }

    function _priceRequested(Book storage book, address account) private returns (uint256 returned) {
        IBurnMintSettlement.Position storage position = book.positions[account];
        uint256 pending = position.requested;
        if (pending == 0) return 0;
        uint256 rate = rateFrom(book, position.requestedEpoch);
        if (rate == 0) return 0;
        uint256 mill;
        (mill, returned) = _cappedDown(pending, position.burnedShare, rate);
        (position.requested, position.burnedShare, position.isRequesting) = (0, 0, false);
        _addMill(book, account, mill, returned);
    }

    function _addMill(Book storage book, address account, uint256 mill, uint256 returned) private {
        if (mill != 0) book.positions[account].mill = (book.positions[account].mill + mill).toUint96();
        emit IBurnMintSettlement.Priced(account, mill, returned);
    }

    /// @dev (4d) for a buyer: what it burned is the most it gets, the rest of what was reserved goes back to the bank.
    function _cappedDown(
        uint256 credits,
        uint256 share,
        uint256 rate
    ) private pure returns (uint256 mill, uint256 returned) {
        uint256 par = EpochClose.redeemDown(credits, rate);
        mill = Math.min(par, share);
        returned = par - mill;
    }
}
