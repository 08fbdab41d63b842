// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "../common/IBatch.sol";
import {IEntryPause} from "../common/IEntryPause.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IUptimeOracle} from "../uptime/IUptimeOracle.sol";

/// @title ILeaseMarket
/// @notice Hire by the second: a buyer locks credits ahead, has a node's units, and pays for the seconds in which the
/// attestors saw the node up. Anyone can hire at a posted ask; contracts above bring leases that both sides agreed to,
/// with a promised uptime and a bond behind it.
///
/// Status is derived from facts and time:
///
/// ```
///  None ──hire, begin──▶ Running ┄┄ paidThrough ┄┄▶ Paused ┄┄ graceSeconds ┄┄▶ Ended ──settle…──▶ Settled
///                         ▲  │ │                     │  │                       ▲
///                         │  │ └──giveNotice──▶ Closing ┄┄ paidThrough ┄┄┄┄┄┄┄┄┄┤
///                         │  └──close, abandon───────┼─────────────────────────┤
///                         └──────────topUp───────────┘  close, giveNotice ─────┘
/// ```
/// `settle` changes no status but the last, unless the leaf shows a node that was dark for as long as the lease's terms
/// call abandoned: it then ends the lease. `release` frees the node's units once the paid time is over.
///
/// @dev A lease's paid time is a row of *stretches*, each an unbroken interval of seconds; a top-up after a pause
/// begins the next one. Settlement walks through them in time order, one piece (the part of a stretch within one epoch)
/// a call, so the cost of a call does not depend on the lease's length.
///
/// Promises:
/// - at every moment a lease holds exactly `rate · open seconds` of its buyer's locked credits, where a second is open
///   from its purchase until it is settled, cut or handed back: it never owes more than its escrow, and
///   paid + refunded = locked (I9);
/// - nobody's consent but the caller's own is needed to get out: either side by `giveNotice`, the buyer by `close`, a
///   bonded provider by `abandon`;
/// - nothing that is governed is read after the lease began: the fee and all terms are in the lease, the periods are
///   immutable;
/// - a bond answers for its own lease only, and every slash of it follows from a final report or from the provider's
///   own call. What the buyer gets for a missed second, refund and compensation together, is at most twice its pay, at
///   the price of the slash.
///
/// Assumptions: Settlement, StakingRegistry, NodeRegistry and UptimeOracle are the protocol's own and call nobody back.
/// Contracts wired with HIRE bring both sides' consent.
interface ILeaseMarket is IEntryPause, IBatch {
    // ─── TYPES ───

    /// @notice What can be seen of a lease, in life order.
    enum LeaseStatus {
        /// Never hired.
        None,
        /// The node is the buyer's, paid ahead.
        Running,
        /// Paid ahead until its end; one side has given notice, no top-up.
        Closing,
        /// The paid time is over; a top-up within the grace time resumes it.
        Paused,
        /// Over; part of the escrow waits for reports.
        Ended,
        /// Over, and all escrow paid or refunded. Final.
        Settled
    }

    /// @notice A lease.
    /// @param buyer Whose credits pay; zero means that the lease does not exist
    /// @param startAt First second of the current stretch
    /// @param paidThrough First second after the current stretch
    /// @param settledThrough First second that is not settled
    /// @param nodeId The hired node
    /// @param units Hired units of it
    /// @param rate Credits a second, for all units
    /// @param feePpm Settlement's fee when it began
    /// @param closed True once a side closed it, or it failed: no top-up any more
    /// @param reserved True while the node's units are held for the lease
    /// @param ordered True if an order holds its escrow: what a leaving provider does not serve goes back to it
    /// @param failed True once the provider abandoned it
    /// @param stretches Earlier stretches that had not been settled when a top-up began the next
    /// @param stretchesSettled How many of those are settled
    /// @param locked Credits that the lease still holds: its rate times its open seconds
    struct Lease {
        address buyer;
        uint48 startAt;
        uint48 paidThrough;
        uint48 settledThrough;
        uint64 nodeId;
        uint16 units;
        uint96 rate;
        uint32 feePpm;
        bool closed;
        bool reserved;
        bool ordered;
        bool failed;
        uint16 stretches;
        uint16 stretchesSettled;
        uint256 locked;
    }

    /// @notice What both sides agreed to, brought by a contract wired with HIRE.
    /// @param buyer Whose credits pay
    /// @param startAt First second: this block's, or an earlier one from which the caller held the node
    /// @param leaseSeconds Time to pay ahead, at least a slot
    /// @param nodeId The node
    /// @param units Units of it
    /// @param rate Credits a second, for all units
    /// @param feePpm Settlement's fee for the lease
    /// @param locked True if the caller holds credits, units and bond already, and takes back what the provider leaves
    /// unserved; else they are locked, reserved and bonded here
    /// @param pledge The provider's pledge
    struct HireTerms {
        address buyer;
        uint48 startAt;
        uint32 leaseSeconds;
        uint64 nodeId;
        uint16 units;
        uint96 rate;
        uint32 feePpm;
        bool locked;
        Pledge pledge;
    }

    /// @notice What a provider promises, and what stands behind it. All zero: nothing.
    /// @param bond MILL locked for the lease from the provider's own active stake; what is left of it, once it runs
    /// @param uptimePpm Promised part of each piece's seconds, PPM
    /// @param penaltyPpm Of the pay of each second missed beyond that, what the bond pays, PPM; four fifths go to the
    /// buyer, on top of the refund
    /// @param darkSlots So many whole slots down in a row, within an epoch, are abandonment; zero: never
    struct Pledge {
        uint96 bond;
        uint32 uptimePpm;
        uint32 penaltyPpm;
        uint16 darkSlots;
    }

    /// @notice An unbroken interval of paid time.
    /// @param startAt First second
    /// @param endAt First second after
    struct Stretch {
        uint48 startAt;
        uint48 endAt;
    }

    /// @notice The next part of a lease to settle: one stretch's seconds within one epoch.
    /// @param epoch The epoch
    /// @param fromAt First second
    /// @param toAt First second after; equal to `fromAt` when nothing is left to settle
    struct Piece {
        uint32 epoch;
        uint48 fromAt;
        uint48 toAt;
    }

    /// @notice A piece to settle by its leaf, in a batch.
    /// @param leaseId The lease
    /// @param leaf The node's leaf
    /// @param proof Its Merkle proof
    struct Settlement {
        uint256 leaseId;
        IUptimeOracle.Leaf leaf;
        bytes32[] proof;
    }

    /// @notice The market's immutable periods.
    /// @param graceSeconds How long a paused lease can be resumed; at most 30 days
    /// @param noticeSeconds How long a lease goes on after notice, if paid; a slot at least, at most 30 days
    /// @param reportTimeoutSeconds After an epoch's end, how long pay waits for a report to be posted; 1 s..30 days
    /// @param leafTimeoutSeconds After an epoch's end, how long pay waits for the node's leaf of a final report, or for
    /// any report once the buyer objected; at least the report timeout, at most 365 days
    struct Periods {
        uint32 graceSeconds;
        uint32 noticeSeconds;
        uint32 reportTimeoutSeconds;
        uint32 leafTimeoutSeconds;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a node was hired.
    /// @param leaseId The lease, counted from 1
    /// @param buyer Whose credits pay
    /// @param nodeId The hired node
    /// @param provider Who is paid
    /// @param units Hired units
    /// @param rate Credits a second, for all units
    /// @param feePpm Fee in force for the lease
    /// @param startAt First second
    /// @param paidThrough First second after the paid time
    event LeaseHired(
        uint256 indexed leaseId,
        address indexed buyer,
        uint64 indexed nodeId,
        address provider,
        uint16 units,
        uint96 rate,
        uint32 feePpm,
        uint48 startAt,
        uint48 paidThrough
    );

    /// @notice Emitted with the above when a lease does not come from a posted ask.
    /// @param leaseId The lease
    /// @param ordered True if an order holds its escrow
    /// @param pledge The provider's pledge
    event LeasePledged(uint256 indexed leaseId, bool ordered, Pledge pledge);

    /// @notice Emitted when time was added.
    /// @param leaseId The lease
    /// @param credits Locked for it: a whole number of seconds' rate
    /// @param startAt First second of the current stretch: this block's after a pause
    /// @param paidThrough First second after the paid time
    event LeaseToppedUp(uint256 indexed leaseId, uint256 credits, uint48 startAt, uint48 paidThrough);

    /// @notice Emitted when a lease was closed.
    /// @param leaseId The lease
    /// @param caller The buyer, the provider, or whoever settled by a leaf that shows an abandoned node
    /// @param paidThrough First second after the paid time, now final
    /// @param refunded Credits of time that will not be used, back with the buyer
    /// @param returned Credits of time that the provider leaves unserved, back with the order
    event LeaseClosed(
        uint256 indexed leaseId,
        address indexed caller,
        uint48 paidThrough,
        uint256 refunded,
        uint256 returned
    );

    /// @notice Emitted when a buyer objected to being charged for an epoch without a report.
    /// @param leaseId The lease
    /// @param epoch The epoch
    event LeaseObjected(uint256 indexed leaseId, uint32 indexed epoch);

    /// @notice Emitted when a lease's bond was slashed.
    /// @param leaseId The lease
    /// @param provider Whose bond
    /// @param offence UptimeBelowPromise or LeaseAbandoned
    /// @param mill MILL taken
    /// @param toBuyer MILL of it that becomes the buyer's credits
    event LeaseSlashed(
        uint256 indexed leaseId,
        address indexed provider,
        SlashTable.Offence offence,
        uint256 mill,
        uint256 toBuyer
    );

    /// @notice Emitted when what was left of a lease's bond went back.
    /// @param leaseId The lease
    /// @param provider Whose it is
    /// @param mill MILL
    event LeaseUnbonded(uint256 indexed leaseId, address indexed provider, uint256 mill);

    /// @notice Emitted when the node's units became free.
    /// @param leaseId The lease
    /// @param nodeId The node
    /// @param units Freed units
    event LeaseReleased(uint256 indexed leaseId, uint64 indexed nodeId, uint16 units);

    /// @notice Emitted when a piece was settled.
    /// @param leaseId The lease
    /// @param epoch The epoch
    /// @param fromAt First second of the piece
    /// @param toAt First second after it
    /// @param upSeconds Seconds of it that are paid
    /// @param paid Credits, fee included
    /// @param refunded Credits back with the buyer
    event LeaseSettled(
        uint256 indexed leaseId,
        uint32 indexed epoch,
        uint48 fromAt,
        uint48 toAt,
        uint256 upSeconds,
        uint256 paid,
        uint256 refunded
    );

    // ─── ERRORS ───

    /// @notice Thrown when a period is out of its bounds.
    /// @param name Which period
    /// @param value What was given, seconds
    /// @param min The least allowed
    /// @param max The most allowed
    error LeaseMarket_PeriodOutOfBounds(string name, uint256 value, uint256 min, uint256 max);

    /// @notice Thrown when no units are asked for.
    error LeaseMarket_NoUnits();

    /// @notice Thrown when a hire is shorter or longer than the ask allows, or shorter than a slot.
    /// @param leaseSeconds What was asked for
    /// @param minSeconds The least
    /// @param maxSeconds The most
    error LeaseMarket_SecondsOutOfBounds(uint32 leaseSeconds, uint32 minSeconds, uint32 maxSeconds);

    /// @notice Thrown when a node's ask is above what the buyer is ready to pay.
    /// @param ratePerUnit The ask, credits a unit-second
    /// @param maxRatePerUnit The buyer's limit
    error LeaseMarket_RateAboveMax(uint96 ratePerUnit, uint96 maxRatePerUnit);

    /// @notice Thrown when a node asks nothing: such a lease would have no end.
    /// @param nodeId The node
    error LeaseMarket_RateZero(uint64 nodeId);

    /// @notice Thrown when a provider hires its own node: settlement pays only what another account bought.
    /// @param account Buyer and provider
    error LeaseMarket_OwnNode(address account);

    /// @notice Thrown when a lease's status does not allow the call.
    /// @param leaseId The lease
    /// @param status Its status
    /// @param allowed Statuses that allow it: bit `s` for status `s`
    error LeaseMarket_WrongStatus(uint256 leaseId, LeaseStatus status, uint256 allowed);

    /// @notice Thrown when somebody else acts for the buyer.
    /// @param caller Who called
    /// @param buyer Who may
    error LeaseMarket_NotBuyer(address caller, address buyer);

    /// @notice Thrown when somebody who is neither side acts for one.
    /// @param caller Who called
    /// @param buyer Who may
    /// @param provider Who may
    error LeaseMarket_NotParty(address caller, address buyer, address provider);

    /// @notice Thrown when somebody else acts for the provider.
    /// @param caller Who called
    /// @param provider Who may
    error LeaseMarket_NotProvider(address caller, address provider);

    /// @notice Thrown when a lease would begin in the future, or before the protocol.
    /// @param startAt What was given
    /// @param genesisAt The earliest
    error LeaseMarket_StartOutOfBounds(uint48 startAt, uint48 genesisAt);

    /// @notice Thrown when a share of a pledge is above one, its dark slots are more than an epoch's, or nothing is
    /// bonded behind an uptime.
    /// @param pledge The pledge
    error LeaseMarket_UnsoundPledge(Pledge pledge);

    /// @notice Thrown when a lease has no bond: its provider leaves by notice.
    /// @param leaseId The lease
    error LeaseMarket_NoBond(uint256 leaseId);

    /// @notice Thrown when a bond still answers for something, or there is none.
    /// @param leaseId The lease
    /// @param status Its status: the bond is free once it is Settled
    /// @param bond What is bonded, MILL
    error LeaseMarket_NothingToUnbond(uint256 leaseId, LeaseStatus status, uint96 bond);

    /// @notice Thrown when an objection comes too late, or is to an epoch of which nothing is left to settle.
    /// @param leaseId The lease
    /// @param epoch The epoch
    /// @param first First epoch that can be objected to
    /// @param last Last one
    /// @param untilAt First second at which the epoch can no longer be objected to
    error LeaseMarket_NoObjection(uint256 leaseId, uint32 epoch, uint32 first, uint32 last, uint48 untilAt);

    /// @notice Thrown when a top-up does not buy a slot of time.
    /// @param credits What was offered
    /// @param minCredits The price of a slot
    error LeaseMarket_TopUpTooSmall(uint256 credits, uint256 minCredits);

    /// @notice Thrown when a lease was resumed as often as can be counted.
    /// @param leaseId The lease
    error LeaseMarket_NoStretchesLeft(uint256 leaseId);

    /// @notice Thrown when the paid time is not over, or the units are free already.
    /// @param leaseId The lease
    /// @param paidThrough First second at which the units can be freed
    error LeaseMarket_NothingToRelease(uint256 leaseId, uint48 paidThrough);

    /// @notice Thrown when every paid second is settled.
    /// @param leaseId The lease
    error LeaseMarket_NothingToSettle(uint256 leaseId);

    /// @notice Thrown when an epoch is not the one that the lease has to settle next.
    /// @param leaseId The lease
    /// @param given The given epoch
    /// @param expected The epoch to settle
    error LeaseMarket_WrongEpoch(uint256 leaseId, uint32 given, uint32 expected);

    /// @notice Thrown when a leaf is another node's.
    /// @param leaseId The lease
    /// @param given The leaf's node
    /// @param expected The lease's node
    error LeaseMarket_WrongNode(uint256 leaseId, uint64 given, uint64 expected);

    /// @notice Thrown when a piece is settled without a leaf too early, or while a posted report is not final.
    /// @param epoch The epoch
    /// @param finalAt When its posted report is final; zero means that none is posted
    /// @param unreportedAt First second at which pay can be released without a leaf
    error LeaseMarket_ReportAwaited(uint32 epoch, uint48 finalAt, uint48 unreportedAt);

    // ─── BUYER ───

    /// @notice Hires units of a node at its posted ask and locks the pay for the given time.
    /// @dev Emits {LeaseHired}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the ask is at most `maxRatePerUnit` and not zero; the time is within the ask's bounds and at least a slot;
    /// - the node is active, has the units free and takes leases, its provider has access and is not the caller;
    /// - the caller has the free credits.
    /// @param nodeId The node
    /// @param units Units of it
    /// @param leaseSeconds Time to pay ahead
    /// @param maxRatePerUnit The most to pay, credits a unit-second: a changed ask cannot surprise
    /// @return leaseId The new lease's id
    function hire(
        uint64 nodeId,
        uint16 units,
        uint32 leaseSeconds,
        uint96 maxRatePerUnit
    ) external returns (uint256 leaseId);

    /// @notice Adds as many whole seconds as the credits buy, at the lease's own rate; a paused lease resumes.
    /// @dev Emits {LeaseToppedUp}. `paidThrough` becomes `max(now, paidThrough) + credits / rate`. If the units were
    /// freed during the pause they are reserved again, which fails when somebody else has them.
    ///
    /// Requirements:
    /// - the status is Running or Paused;
    /// - the caller is the buyer and has the free credits;
    /// - the credits buy at least a slot.
    /// @param leaseId The lease
    /// @param credits The most to lock
    /// @return locked What was locked: the whole seconds' rate
    function topUp(uint256 leaseId, uint256 credits) external returns (uint256 locked);

    /// @notice Ends a lease now. The current stretch is paid to this second, but for one slot at least; the rest
    /// returns at once.
    /// @dev Emits {LeaseClosed}, and {LeaseReleased} when the units were still reserved.
    ///
    /// Requirements:
    /// - the status is Running, Closing or Paused;
    /// - the caller is the buyer.
    /// @param leaseId The lease
    function close(uint256 leaseId) external;

    /// @notice Says no, ahead of the report timeout, to paying for an epoch of which no report stands: the pay then
    /// waits until the longer leaf timeout for a report to come, and without one covers only slots with a receipt.
    /// While a report is posted that may still fall, there is time until the leaf timeout.
    /// @dev Emits {LeaseObjected}. Saying it again changes nothing.
    ///
    /// Requirements:
    /// - the caller is the buyer;
    /// - part of the epoch is paid and not settled;
    /// - the epoch's report timeout is not over, or its leaf timeout while a report is posted and not final.
    /// @param leaseId The lease
    /// @param epoch The epoch
    function objectTo(uint256 leaseId, uint32 epoch) external;

    // ─── BOTH SIDES ───

    /// @notice Ends a lease after the notice period. What is paid beyond it returns at once: to the buyer, or to the
    /// order, if there is one and the provider leaves.
    /// @dev Emits {LeaseClosed}.
    ///
    /// Requirements:
    /// - the status is Running or Paused;
    /// - the caller is the buyer, or the node's provider or its operator.
    /// @param leaseId The lease
    function giveNotice(uint256 leaseId) external;

    // ─── PROVIDER ───

    /// @notice Ends a lease now, at the cost of the notice period's pay (at most the pay of what is left), from what is
    /// left of the bond and no more.
    /// @dev Emits {LeaseSlashed}, {LeaseClosed}, and {LeaseReleased}.
    ///
    /// Requirements:
    /// - the status is Running or Closing;
    /// - the caller is the node's provider or its operator;
    /// - the lease has a bond left.
    /// @param leaseId The lease
    function abandon(uint256 leaseId) external;

    // ─── MODULES ───

    /// @notice Begins a lease that both sides agreed to.
    /// @dev Emits {LeaseHired} and {LeasePledged}. Not paused: the contracts above
    /// have their own entries, and what was filled before a pause must begin.
    ///
    /// Requirements:
    /// - the caller is wired with HIRE;
    /// - units, rate and seconds are not zero, a slot at least; shares are at most one; it does not start in the
    ///   future; a promised uptime has a bond;
    /// - the buyer is not the node's provider;
    /// - unless `locked`: what `hire` requires of node and credits, and the provider can bond.
    /// @param terms The terms
    /// @return leaseId The new lease's id
    function begin(HireTerms calldata terms) external returns (uint256 leaseId);

    // ─── ANYONE ───

    /// @notice Settles the next piece by the node's leaf of a final report: seconds in slots attested up, as they stand
    /// after all corrections, are paid, the others return to the buyer. A pledge is judged by the same leaf.
    /// @dev Emits {LeaseSettled}; {LeaseSlashed} if the piece is below the pledge, or the node was dark; {LeaseClosed}
    /// and {LeaseReleased} if it was dark while the lease runs; {LeaseUnbonded} with the last piece.
    ///
    /// Requirements:
    /// - a piece is left to settle, and the leaf is of its epoch and the lease's node;
    /// - the leaf is proven by that epoch's final report, and no challenge to it is open.
    /// @param leaseId The lease
    /// @param leaf The node's leaf
    /// @param proof Its Merkle proof
    function settle(uint256 leaseId, IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) external;

    /// @notice Settles many pieces, of one lease or of several; one that fails does not stop the rest.
    /// @dev Emits what `settle` emits, and {ItemFailed} for each that fails.
    ///
    /// Requirements:
    /// - there are 1 to 64 items;
    /// - an item that fails was given enough gas to be believed.
    /// @param items The pieces, those of one lease in time order
    /// @return settled How many were settled
    function settleMany(Settlement[] calldata items) external returns (uint256 settled);

    /// @notice Pays the next piece without a leaf: in full when no report was posted in time, or nobody brought the
    /// node's leaf of a final one; when the buyer objected and no report came, the slots of which a receipt was shown
    /// in `UptimeReceipts`.
    /// @dev Emits {LeaseSettled}. A report that is posted but not final holds the pay; a buyer's objection holds it
    /// until the leaf timeout.
    ///
    /// Requirements:
    /// - a piece is left to settle, and is of the given epoch;
    /// - the report timeout is over, none is posted and the buyer did not object; or the leaf timeout is over, and a
    ///   report that is posted is final.
    /// @param leaseId The lease
    /// @param epoch The epoch that the caller means
    function settleUnreported(uint256 leaseId, uint32 epoch) external;

    /// @notice Frees the node's units once the paid time is over. A paused lease can still be resumed if they stay
    /// free.
    /// @dev Emits {LeaseReleased}.
    ///
    /// Requirements:
    /// - the paid time is over, and the units are reserved.
    /// @param leaseId The lease
    function release(uint256 leaseId) external;

    /// @notice Gives the provider what is left of the bond of a lease that was settled before it was over.
    /// @dev Emits {LeaseUnbonded}. The last settlement does the same where it comes later.
    ///
    /// Requirements:
    /// - the status is Settled, and something is bonded.
    /// @param leaseId The lease
    function releaseBond(uint256 leaseId) external;

    // ─── READ ───

    /// @notice What a lease's status is now.
    /// @param leaseId The lease
    /// @return status None for an unknown id
    function statusOf(uint256 leaseId) external view returns (LeaseStatus status);

    /// @notice All about a lease but its pledge.
    /// @param leaseId The lease
    /// @return lease All zero for an unknown id
    function leaseOf(uint256 leaseId) external view returns (Lease memory lease);

    /// @notice What a lease's provider promised; `bond` is what is left of it.
    /// @param leaseId The lease
    /// @return pledge All zero if nothing
    function pledgeOf(uint256 leaseId) external view returns (Pledge memory pledge);

    /// @notice Time of an ordered lease that its provider left unserved; its credits stay locked for the order.
    /// @param leaseId The lease
    /// @return returnedSeconds Seconds
    function returnedSecondsOf(uint256 leaseId) external view returns (uint32 returnedSeconds);

    /// @notice Whether a buyer objected to paying for an epoch without a report.
    /// @param leaseId The lease
    /// @param epoch The epoch
    /// @return objected True if so
    function hasObjected(uint256 leaseId, uint32 epoch) external view returns (bool objected);

    /// @notice An earlier stretch that a pause ended before it was settled.
    /// @param leaseId The lease
    /// @param index Below the lease's `stretches`
    /// @return stretch Zero for an unknown index
    function stretchOf(uint256 leaseId, uint16 index) external view returns (Stretch memory stretch);

    /// @notice The piece that the next settlement covers, as far as is known now: a running lease's can still be cut by
    /// `close`.
    /// @param leaseId The lease
    /// @return piece Empty (`fromAt = toAt`) when nothing is left
    function nextPieceOf(uint256 leaseId) external view returns (Piece memory piece);

    /// @notice How many leases were hired; the last one's id.
    /// @return count Number of leases
    function leaseCount() external view returns (uint256 count);

    /// @notice The market's periods.
    /// @return all The periods
    function periods() external view returns (Periods memory all);
}
