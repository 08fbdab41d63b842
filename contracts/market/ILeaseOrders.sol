// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "../common/IBatch.sol";
import {IEntryPause} from "../common/IEntryPause.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {NodeFilter} from "./NodeFilter.sol";

/// @title ILeaseOrders
/// @notice Orders for leases: a buyer says what it wants and the most it pays, the offered rate climbs, and the first
/// provider that accepts a seat with a node that fits gets it. Seats begin one by one, or all together or not at all.
///
/// ```
///  None ──open──▶ Listed ──accept──▶ Filled                        (fillSeconds = 0: each seat begins at once)
///                  │ └──accept──▶ Filling ──accept──▶ Filled       (fillSeconds > 0: a cluster, all or nothing)
///                  ┆               ┆ fill window
///                  ┆ listSeconds   ▼
///                  └┄┄┄┄┄┄┄┄┄┄▶ Lapsed ──close──▶ Ended            (close: the buyer also while Listed or Filling)
/// ```
/// and each seat:
/// ```
///  Open ──accept──▶ Leased ┄┄ provider leaves ┄┄▶ Returned ──relist──▶ Open (the rest of its time, at most its rate)
///   │ └─accept──▶ Held ┄┄ cluster filled ┄┄▶ Ready ──start──▶ Leased    │
///   └──close──▶ Gone ◀──closeSeat───────────────────────────────────────┘
/// ```
///
/// @dev Terms are calldata, hashed into the order and told in full by {OrderOpened}. No bids are stored.
///
/// Promises:
/// - an order holds exactly what its seats can still cost: `escrowOf`; what a seat does not need returns at once;
/// - a cluster that does not fill costs the buyer no more than its filled seats' rates for the time that they waited,
///   at most an hour's; providers get that, their bond and their units back;
/// - what a provider leaves unserved returns to its seat with its escrow: anyone puts it back on the market, at no more
///   than the seat's rate, and the buyer takes it off for good, before or after, as long as nobody took it;
/// - leaving is never paused, and needs nobody else: the buyer by `close` and `closeSeat`, anyone once a listing is
///   over.
interface ILeaseOrders is IEntryPause, IBatch {
    // ─── TYPES ───

    /// @notice What can be seen of an order, in life order.
    enum OrderStatus {
        /// Never opened.
        None,
        /// Seats can be accepted.
        Listed,
        /// A cluster with at least one seat taken, inside its fill window.
        Filling,
        /// Not filled in time.
        Lapsed,
        /// All seats taken.
        Filled,
        /// Closed: seats that had not begun are gone.
        Ended
    }

    /// @notice What can be seen of a seat, in life order.
    enum SeatStatus {
        /// On offer.
        Open,
        /// Taken, waiting for the rest of the cluster.
        Held,
        /// Taken, its cluster is full: `start` begins its lease.
        Ready,
        /// It has a lease.
        Leased,
        /// Its lease is over, and its provider left time unserved.
        Returned,
        /// Its escrow went back to the buyer.
        Gone
    }

    /// @notice What a buyer wants.
    /// @param wanted Which nodes
    /// @param seats Leases wanted, 1 to 16
    /// @param startRate Credits a unit-second at first
    /// @param maxRate Credits a unit-second at most
    /// @param rampSeconds Time in which the rate climbs
    /// @param leaseSeconds Time of each lease
    /// @param listSeconds How long seats can be accepted, at most 30 days; again so long when one is relisted
    /// @param fillSeconds Zero: seats begin one by one. Else, from the first seat on, the time in which all must be
    /// taken, at most an hour
    /// @param pledge What a provider promises for each seat
    /// @param workloadHash Hash of what shall run; free, for the provider
    /// @param dataUri Where more is said; at most 256 bytes
    struct Terms {
        NodeFilter.Wanted wanted;
        uint16 seats;
        uint96 startRate;
        uint96 maxRate;
        uint32 rampSeconds;
        uint32 leaseSeconds;
        uint32 listSeconds;
        uint32 fillSeconds;
        ILeaseMarket.Pledge pledge;
        bytes32 workloadHash;
        string dataUri;
    }

    /// @notice An order: terms, and what was fixed at its opening.
    /// @param buyer Whose credits pay
    /// @param openedAt When
    /// @param feePpm Settlement's fee then
    /// @param terms The terms
    struct Order {
        address buyer;
        uint48 openedAt;
        uint32 feePpm;
        Terms terms;
    }

    /// @notice What is stored of an order beside its hash: one slot.
    /// @param seatsTaken Seats accepted for the first time
    /// @param firstAt When the first was
    /// @param filledAt When the last was; zero: not yet
    /// @param endedAt When it was closed; zero: not
    struct Progress {
        uint16 seatsTaken;
        uint48 firstAt;
        uint48 filledAt;
        uint48 endedAt;
    }

    /// @notice What is stored of a seat: one slot, and one more once it was relisted or is gone.
    /// @param nodeId The node that took it; zero: none
    /// @param leaseId Its lease; zero: none
    /// @param rate Credits a second, for all units, that it was taken at: the most that it can cost again
    /// @param waitedFrom When it was taken, in seconds since the order was opened
    /// @param relistedAt When it was relisted; zero: never
    /// @param leaseSeconds What was left to serve then
    /// @param gone True once its escrow went back
    struct Seat {
        // 8 + 8 + 12 + 4 = 32
        uint64 nodeId;
        uint64 leaseId;
        uint96 rate;
        uint32 waitedFrom;
        // 6 + 4 + 1 = 11
        uint48 relistedAt;
        uint32 leaseSeconds;
        bool gone;
    }

    /// @notice A seat to accept, in a batch.
    /// @param orderId The order
    /// @param order What it is
    /// @param seat The seat
    /// @param nodeId The node
    /// @param details What the node says of itself, if the order asks for a region or attributes
    struct Acceptance {
        uint256 orderId;
        Order order;
        uint16 seat;
        uint64 nodeId;
        INodeRegistry.NodeDetails details;
    }

    // ─── EVENTS ───

    /// @notice Emitted when an order was opened.
    /// @param orderId The order, counted from 1
    /// @param buyer Whose
    /// @param order All of it
    /// @param escrow Credits locked
    event OrderOpened(uint256 indexed orderId, address indexed buyer, Order order, uint256 escrow);

    /// @notice Emitted when a seat was taken.
    /// @param orderId The order
    /// @param seat The seat
    /// @param nodeId The node
    /// @param provider Its provider
    /// @param rate Credits a second, for all units
    event SeatTaken(uint256 indexed orderId, uint16 indexed seat, uint64 indexed nodeId, address provider, uint96 rate);

    /// @notice Emitted when a seat's lease began.
    /// @param orderId The order
    /// @param seat The seat
    /// @param leaseId The lease
    /// @param refunded Credits that the seat no longer needs
    event SeatStarted(uint256 indexed orderId, uint16 indexed seat, uint256 indexed leaseId, uint256 refunded);

    /// @notice Emitted when a seat that waited in vain was paid and freed.
    /// @param orderId The order
    /// @param seat The seat
    /// @param provider Who waited
    /// @param paid Credits, fee included
    event SeatFreed(uint256 indexed orderId, uint16 indexed seat, address indexed provider, uint256 paid);

    /// @notice Emitted when the rest of a seat's time is on offer again.
    /// @param orderId The order
    /// @param seat The seat
    /// @param leaseId The lease that ended
    /// @param leaseSeconds Time left to serve
    event SeatRelisted(uint256 indexed orderId, uint16 indexed seat, uint256 indexed leaseId, uint32 leaseSeconds);

    /// @notice Emitted when a seat's escrow went back to the buyer.
    /// @param orderId The order
    /// @param seat The seat
    /// @param refunded Credits
    event SeatClosed(uint256 indexed orderId, uint16 indexed seat, uint256 refunded);

    /// @notice Emitted when an order was closed.
    /// @param orderId The order
    /// @param refunded Credits of seats that had not begun
    /// @param paid Credits to providers that waited
    event OrderClosed(uint256 indexed orderId, uint256 refunded, uint256 paid);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for
    error LeaseOrders_ZeroAddress(string name);

    /// @notice Thrown when a term is out of its bounds.
    /// @param name Which term
    /// @param value What was given
    /// @param min The least allowed
    /// @param max The most allowed
    error LeaseOrders_TermOutOfBounds(string name, uint256 value, uint256 min, uint256 max);

    /// @notice Thrown when what was given is not the order.
    /// @param orderId The order
    /// @param given Hash of what was given
    /// @param expected Hash of the order; zero for an unknown id
    error LeaseOrders_WrongOrder(uint256 orderId, bytes32 given, bytes32 expected);

    /// @notice Thrown when an order's status does not allow the call.
    /// @param orderId The order
    /// @param status Its status
    /// @param allowed Statuses that allow it: bit `s` for status `s`
    error LeaseOrders_WrongStatus(uint256 orderId, OrderStatus status, uint256 allowed);

    /// @notice Thrown when a seat's status does not allow the call.
    /// @param orderId The order
    /// @param seat The seat
    /// @param status Its status
    /// @param allowed Statuses that allow it: bit `s` for status `s`
    error LeaseOrders_WrongSeatStatus(uint256 orderId, uint16 seat, SeatStatus status, uint256 allowed);

    /// @notice Thrown when an order has no such seat.
    /// @param seat What was given
    /// @param seats How many it has, counted from 0
    error LeaseOrders_NoSuchSeat(uint16 seat, uint16 seats);

    /// @notice Thrown when a relisted seat's listing is over.
    /// @param seat The seat
    /// @param untilAt First second at which it was
    error LeaseOrders_ListingOver(uint16 seat, uint256 untilAt);

    /// @notice Thrown when somebody else acts for the buyer.
    /// @param caller Who called
    /// @param buyer Who may
    error LeaseOrders_NotBuyer(address caller, address buyer);

    /// @notice Thrown when somebody else acts for a node's provider.
    /// @param caller Who called
    /// @param provider Who may, beside its operator
    error LeaseOrders_NotProvider(address caller, address provider);

    /// @notice Thrown when a provider would serve itself.
    /// @param account Buyer and provider
    error LeaseOrders_OwnOrder(address account);

    // ─── BUYERS ───

    /// @notice Opens an order and locks the most that it can cost: its seats at the greatest rate, for the lease and
    /// for the wait of a cluster.
    /// @dev Emits {OrderOpened}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the terms are within their bounds, the pledge is sound;
    /// - the caller has the free credits.
    /// @param terms The terms
    /// @return orderId The new order's id
    function open(Terms calldata terms) external returns (uint256 orderId);

    /// @notice Closes an order: what was not taken, or waited in vain, is gone. Seats that wait are paid for it and
    /// freed, the rest of the escrow returns. Leases that began go on.
    /// @dev Emits {OrderClosed}, and {SeatFreed} for each seat that waited.
    ///
    /// Requirements:
    /// - the status is Lapsed; or Listed or Filling, and the caller is the buyer.
    /// @param orderId The order
    /// @param order What it is
    function close(uint256 orderId, Order calldata order) external;

    /// @notice Gives back the escrow of a seat whose provider left, relisted or not.
    /// @dev Emits {SeatClosed}.
    ///
    /// Requirements:
    /// - the seat is Returned, or Open again;
    /// - the caller is the buyer, or the seat's new listing is over.
    /// @param orderId The order
    /// @param order What it is
    /// @param seat The seat
    function closeSeat(uint256 orderId, Order calldata order, uint16 seat) external;

    // ─── PROVIDERS ───

    /// @notice Takes a seat with a node, at the rate of this second. Its units are reserved and its bond locked; the
    /// lease begins at once, or with the last seat of a cluster.
    /// @dev Emits {SeatTaken}, and {SeatStarted} if it begins.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the order is Listed or Filling and the seat Open; or the seat is relisted and its listing not over;
    /// - the caller is the node's provider or its operator, and not the buyer;
    /// - the node fits, is eligible, takes leases and has the units free; the provider can bond.
    /// @param orderId The order
    /// @param order What it is
    /// @param seat The seat
    /// @param nodeId The node
    /// @param details What the node says of itself, if the order asks for a region or attributes
    function accept(
        uint256 orderId,
        Order calldata order,
        uint16 seat,
        uint64 nodeId,
        INodeRegistry.NodeDetails calldata details
    ) external;

    /// @notice Takes many seats, of one order or of several; one that fails does not stop the rest.
    /// @dev Emits what `accept` emits, and {ItemFailed} for each that fails. Requirements: 1 to 64 items, each with
    /// enough gas to be believed.
    /// @param items The seats
    /// @return accepted How many were taken
    function acceptSeats(Acceptance[] calldata items) external returns (uint256 accepted);

    // ─── ANYONE ───

    /// @notice Begins the lease of a seat whose cluster is full, from the second at which it was filled.
    /// @dev Emits {SeatStarted}. Never paused. Requirements: the seat is Ready.
    /// @param orderId The order
    /// @param order What it is
    /// @param seat The seat
    function start(uint256 orderId, Order calldata order, uint16 seat) external;

    /// @notice Begins the leases of many seats of an order; one that fails does not stop the rest.
    /// @dev Emits what `start` emits, and {ItemFailed} for each that fails. Requirements: 1 to 64 items, each with
    /// enough gas to be believed.
    /// @param orderId The order
    /// @param order What it is
    /// @param seats The seats
    /// @return started How many began
    function startSeats(
        uint256 orderId,
        Order calldata order,
        uint16[] calldata seats
    ) external returns (uint256 started);

    /// @notice Puts what a provider left unserved back on the market, with its escrow: the rate climbs again, to that
    /// at which the seat was taken.
    /// @dev Emits {SeatRelisted}. Requirements: the seat is Returned.
    /// @param orderId The order
    /// @param order What it is
    /// @param seat The seat
    function relist(uint256 orderId, Order calldata order, uint16 seat) external;

    // ─── READ ───

    /// @notice What an order's status is now.
    /// @param orderId The order
    /// @param order What it is; another than the order's reverts
    /// @return status The status
    function statusOf(uint256 orderId, Order calldata order) external view returns (OrderStatus status);

    /// @notice What a seat's status is now.
    /// @param orderId The order
    /// @param order What it is; another than the order's reverts
    /// @param seat The seat
    /// @return status The status
    function seatStatusOf(uint256 orderId, Order calldata order, uint16 seat) external view returns (SeatStatus status);

    /// @notice What a seat that is Open pays now, credits a second, for all units.
    /// @param orderId The order
    /// @param order What it is; another than the order's reverts
    /// @param seat The seat
    /// @return rate The rate
    function rateOf(uint256 orderId, Order calldata order, uint16 seat) external view returns (uint96 rate);

    /// @notice Credits that an order holds: those of seats that have no lease, and those of time that providers leave
    /// unserved. Leases hold the rest.
    /// @param orderId The order
    /// @param order What it is; another than the order's reverts
    /// @return credits Credits
    function escrowOf(uint256 orderId, Order calldata order) external view returns (uint256 credits);

    /// @notice Hash of an order; zero for an unknown id.
    /// @param orderId The order
    /// @return orderHash `keccak256(abi.encode(order))`
    function hashOf(uint256 orderId) external view returns (bytes32 orderHash);

    /// @notice What is stored of an order.
    /// @param orderId The order
    /// @return progress The slot
    function progressOf(uint256 orderId) external view returns (Progress memory progress);

    /// @notice What is stored of a seat.
    /// @param orderId The order
    /// @param seat The seat
    /// @return stored The slots
    function seatOf(uint256 orderId, uint16 seat) external view returns (Seat memory stored);

    /// @notice How many orders were opened; the last one's id.
    /// @return count Number of orders
    function orderCount() external view returns (uint256 count);
}
