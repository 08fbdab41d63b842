// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Batch} from "../common/Batch.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {IInspections} from "../hardware/IInspections.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {CreditPurchase} from "./CreditPurchase.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {ILeaseOrders} from "./ILeaseOrders.sol";
import {NodeFilter} from "./NodeFilter.sol";
import {OrderBook} from "./OrderBook.sol";

/// @title LeaseOrders
/// @notice See `ILeaseOrders`.
contract LeaseOrders is OrderBook, EntryPause, CreditPurchase, Batch {
    using NodeFilter for NodeFilter.Wanted;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Gas that an item of `acceptSeats` must have had for its failure to be believed.
    uint256 public constant ACCEPT_GAS = 1_000_000;

    /// @notice The same of `startSeats`.
    uint256 public constant START_GAS = 500_000;

    /// @dev Bit of `INodeRegistry.Ask.kinds`.
    uint16 private constant _KIND_LEASE = 1 << 0;

    uint256 private constant _OPEN = 1 << uint8(SeatStatus.Open);
    uint256 private constant _READY = 1 << uint8(SeatStatus.Ready);
    uint256 private constant _RETURNED = 1 << uint8(SeatStatus.Returned);

    uint256 private constant _ACCEPTING = (1 << uint8(OrderStatus.Listed)) | (1 << uint8(OrderStatus.Filling));
    uint256 private constant _CLOSABLE = _ACCEPTING | (1 << uint8(OrderStatus.Lapsed));

    /// @notice Fixes the contracts below.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL, for purchases in the same transaction
    /// @param settlement Credits; must grant CREDIT to this contract
    /// @param staking Bonds; must grant BOND to this contract
    /// @param nodes Hardware; must grant RESERVE to this contract
    /// @param inspections Inspectors' statements
    /// @param leases Begins the leases; must grant HIRE to this contract
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        IInspections inspections,
        ILeaseMarket leases
    )
        AccessManaged(authority)
        CreditPurchase(token, settlement)
        OrderBook(settlement, staking, nodes, inspections, leases)
    {
        _requireAddress(authority, "authority");
        _requireAddress(address(token), "token");
    }

    // ─── BUYERS ───

    /// @inheritdoc ILeaseOrders
    function open(Terms calldata terms) external whenEntriesOpen returns (uint256 orderId) {
        _checkTerms(terms);
        Order memory order = Order({
            buyer: msg.sender,
            openedAt: block.timestamp.toUint48(),
            feePpm: _SETTLEMENT.feePpm(),
            terms: terms
        });
        uint256 escrow = uint256(terms.maxRate) * terms.wanted.units * terms.seats;
        escrow *= uint256(terms.leaseSeconds) + terms.fillSeconds;

        orderId = ++_orderCount;
        _hashes[orderId] = keccak256(abi.encode(order));
        emit OrderOpened({orderId: orderId, buyer: msg.sender, order: order, escrow: escrow});

        _SETTLEMENT.lock(msg.sender, escrow);
    }

    /// @inheritdoc ILeaseOrders
    function close(uint256 orderId, Order calldata order) external {
        _checkOrder(orderId, order);
        OrderStatus status = _statusOf(orderId, order);
        require(_CLOSABLE & (1 << uint8(status)) != 0, LeaseOrders_WrongStatus(orderId, status, _CLOSABLE));
        if (status != OrderStatus.Lapsed) _checkBuyer(order);

        Progress storage progress = _progress[orderId];
        progress.endedAt = block.timestamp.toUint48();
        bool isCluster = order.terms.fillSeconds != 0;
        uint256 waiting = isCluster ? progress.seatsTaken : 0;
        uint256 unbegun = isCluster ? order.terms.seats : order.terms.seats - progress.seatsTaken;
        uint256 refunded = unbegun * _capOf(order) * (uint256(order.terms.leaseSeconds) + order.terms.fillSeconds);
        uint256 paid = waiting == 0 ? 0 : _freeSeats(orderId, order, progress.firstAt);
        refunded -= paid;
        emit OrderClosed({orderId: orderId, refunded: refunded, paid: paid});

        _SETTLEMENT.refund(order.buyer, refunded);
    }

    /// @inheritdoc ILeaseOrders
    function closeSeat(uint256 orderId, Order calldata order, uint16 seat) external {
        _checkOrder(orderId, order);
        Seat storage stored = _seats[orderId][seat];
        bool isRelisted = stored.relistedAt != 0 && stored.leaseId == 0;
        // A seat that never had a lease goes with its order.
        _checkSeat(orderId, order, seat, isRelisted ? _OPEN : _RETURNED);
        bool isOver = isRelisted && block.timestamp >= _listedUntil(order, stored);
        if (!isOver) _checkBuyer(order);

        uint256 refunded = isRelisted ? _heldFor(order, stored) : _returnedOf(stored);
        stored.gone = true;
        emit SeatClosed({orderId: orderId, seat: seat, refunded: refunded});

        _SETTLEMENT.refund(order.buyer, refunded);
    }

    // ─── PROVIDERS ───

    /// @inheritdoc ILeaseOrders
    function accept(
        uint256 orderId,
        Order calldata order,
        uint16 seat,
        uint64 nodeId,
        INodeRegistry.NodeDetails calldata details
    ) external whenEntriesOpen {
        _checkOrder(orderId, order);
        _checkSeat(orderId, order, seat, _OPEN);
        Seat storage stored = _seats[orderId][seat];
        bool isRelisted = stored.relistedAt != 0;
        _checkListed(orderId, order, stored, seat);
        (address provider, uint16 classId, ) = _NODES.reserve(nodeId, order.terms.wanted.units, _KIND_LEASE);
        require(_STAKING.isOperator(provider, msg.sender), LeaseOrders_NotProvider(msg.sender, provider));
        require(provider != order.buyer, LeaseOrders_OwnOrder(provider));
        order.terms.wanted.checkFits(nodeId, classId, details, _NODES, _INSPECTIONS);

        uint256 held = _heldFor(order, stored);
        uint96 rate = _rateDown(order, stored);
        stored.nodeId = nodeId;
        stored.rate = rate;
        stored.waitedFrom = (block.timestamp - order.openedAt).toUint32();
        emit SeatTaken({orderId: orderId, seat: seat, nodeId: nodeId, provider: provider, rate: rate});
        if (!isRelisted) _countTaken(orderId, order);

        if (order.terms.pledge.bond != 0) _STAKING.bond(provider, order.terms.pledge.bond);
        if (isRelisted) {
            _begin(orderId, order, seat, held, stored.leaseSeconds, block.timestamp.toUint48());
        } else if (order.terms.fillSeconds == 0) {
            _begin(orderId, order, seat, held, order.terms.leaseSeconds, block.timestamp.toUint48());
        }
    }

    /// @inheritdoc ILeaseOrders
    function acceptSeats(Acceptance[] calldata items) external returns (uint256 accepted) {
        _checkBatch(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            Acceptance calldata item = items[i];
            bytes memory call = abi.encodeCall(
                ILeaseOrders.accept,
                (item.orderId, item.order, item.seat, item.nodeId, item.details)
            );
            if (_tryItem(i, ACCEPT_GAS, call)) ++accepted;
        }
    }

    // ─── ANYONE ───

    /// @inheritdoc ILeaseOrders
    function start(uint256 orderId, Order calldata order, uint16 seat) external {
        _checkOrder(orderId, order);
        _checkSeat(orderId, order, seat, _READY);
        uint256 held = _heldFor(order, _seats[orderId][seat]);
        _begin(orderId, order, seat, held, order.terms.leaseSeconds, _progress[orderId].filledAt);
    }

    /// @inheritdoc ILeaseOrders
    function startSeats(
        uint256 orderId,
        Order calldata order,
        uint16[] calldata seats
    ) external returns (uint256 started) {
        _checkBatch(seats.length);
        for (uint256 i = 0; i < seats.length; ++i) {
            bytes memory call = abi.encodeCall(ILeaseOrders.start, (orderId, order, seats[i]));
            if (_tryItem(i, START_GAS, call)) ++started;
        }
    }

    /// @inheritdoc ILeaseOrders
    function relist(uint256 orderId, Order calldata order, uint16 seat) external {
        _checkOrder(orderId, order);
        _checkSeat(orderId, order, seat, _RETURNED);
        Seat storage stored = _seats[orderId][seat];
        uint256 leaseId = stored.leaseId;
        uint32 leaseSeconds = _LEASES.returnedSecondsOf(leaseId);
        stored.nodeId = 0;
        stored.leaseId = 0;
        stored.relistedAt = block.timestamp.toUint48();
        stored.leaseSeconds = leaseSeconds;
        emit SeatRelisted({orderId: orderId, seat: seat, leaseId: leaseId, leaseSeconds: leaseSeconds});
    }

    // ─── INTERNAL: STEPS ───

    function _countTaken(uint256 orderId, Order calldata order) private {
        Progress storage progress = _progress[orderId];
        uint16 taken = progress.seatsTaken + 1;
        progress.seatsTaken = taken;
        if (taken == 1) progress.firstAt = block.timestamp.toUint48();
        if (taken == order.terms.seats) progress.filledAt = block.timestamp.toUint48();
    }

    /// @dev Hands a seat's units, bond and pay over to a lease; what the seat held beyond that returns.
    function _begin(
        uint256 orderId,
        Order calldata order,
        uint16 seat,
        uint256 held,
        uint32 leaseSeconds,
        uint48 startAt
    ) private {
        Seat storage stored = _seats[orderId][seat];
        uint96 rate = stored.rate;
        uint256 leaseId = _LEASES.begin(
            ILeaseMarket.HireTerms({
                buyer: order.buyer,
                startAt: startAt,
                leaseSeconds: leaseSeconds,
                nodeId: stored.nodeId,
                units: order.terms.wanted.units,
                rate: rate,
                feePpm: order.feePpm,
                locked: true,
                pledge: order.terms.pledge
            })
        );
        stored.leaseId = leaseId.toUint64();
        // held >= rate * leaseSeconds: the rate never exceeds the cap that the seat holds for.
        uint256 refunded = held - uint256(rate) * leaseSeconds;
        emit SeatStarted({orderId: orderId, seat: seat, leaseId: leaseId, refunded: refunded});

        if (refunded != 0) _SETTLEMENT.refund(order.buyer, refunded);
    }

    /// @dev Pays the seats of a cluster that did not fill for the time that they waited, and lets them go. At most
    /// `MAX_SEATS`, and none of the calls can fail for what anyone did since.
    function _freeSeats(uint256 orderId, Order calldata order, uint48 firstAt) private returns (uint256 paid) {
        uint256 endAt = Math.min(block.timestamp, uint256(firstAt) + order.terms.fillSeconds);
        for (uint16 seat = 0; seat < order.terms.seats; ++seat) {
            Seat storage stored = _seats[orderId][seat];
            uint64 nodeId = stored.nodeId;
            if (nodeId == 0) continue;
            uint256 pay = uint256(stored.rate) * (endAt - order.openedAt - stored.waitedFrom);
            paid += pay;
            address provider = _NODES.providerOf(nodeId);
            emit SeatFreed({orderId: orderId, seat: seat, provider: provider, paid: pay});

            _NODES.release(nodeId, order.terms.wanted.units);
            if (order.terms.pledge.bond != 0) _STAKING.unbond(provider, order.terms.pledge.bond);
            if (pay != 0) _SETTLEMENT.pay(order.buyer, provider, pay, order.feePpm);
        }
    }

    // ─── INTERNAL: CHECKS ───

    function _checkListed(uint256 orderId, Order calldata order, Seat storage stored, uint16 seat) private view {
        if (stored.relistedAt != 0) {
            uint256 untilAt = _listedUntil(order, stored);
            require(block.timestamp < untilAt, LeaseOrders_ListingOver(seat, untilAt));
            return;
        }
        OrderStatus status = _statusOf(orderId, order);
        require(_ACCEPTING & (1 << uint8(status)) != 0, LeaseOrders_WrongStatus(orderId, status, _ACCEPTING));
    }

    function _listedUntil(Order calldata order, Seat storage stored) private view returns (uint256 untilAt) {
        return uint256(stored.relistedAt) + order.terms.listSeconds;
    }

    function _checkBuyer(Order calldata order) private view {
        require(msg.sender == order.buyer, LeaseOrders_NotBuyer(msg.sender, order.buyer));
    }
}
