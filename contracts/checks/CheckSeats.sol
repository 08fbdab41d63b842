// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {ICheckSeats} from "./ICheckSeats.sol";

/// @title CheckSeats
/// @notice See `ICheckSeats`.
/// @dev Seats are a list that is drawn from by index; its length is kept by time, and each seat says when it began and
/// ended, so a draw about the past has one answer. A seat is free only `leaveSeconds` after it was left, when nothing
/// can be drawn any more for claims that it was drawable for: taking it again, or cutting it off, changes no draw.
contract CheckSeats is ICheckSeats, Wired, EntryPause {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @notice Least bond of a seat, MILL.
    uint96 public constant MIN_SEAT_BOND = 1e18;

    /// @notice Largest bond of a seat, MILL: checking must stay within reach.
    uint96 public constant MAX_SEAT_BOND = 10_000_000e18;

    /// @notice Seats that a draw tries for each that it looks for.
    uint256 public constant TRIES = 64;

    IStakingRegistry private immutable _STAKING;
    uint32 private immutable _LEAVE_SECONDS;

    /// @dev Ids count from 1.
    mapping(uint32 seatId => Seat seat) private _seats;
    /// @dev Length of the list by time.
    Checkpoints.Trace208 private _lengths;
    uint96 private _seatBond;
    /// @dev Free seats of the list: it does not grow while there are any.
    uint32 private _freeCount;

    /// @notice Fixes how long bonds stay, and sets the first bond.
    /// @param deployer Wires the checks, then seals
    /// @param authority Access manager of the parameters
    /// @param staking Bonds
    /// @param leaveSeconds_ How long a bond stays after its seat was left
    /// @param bond First bond of a seat, MILL
    constructor(
        address deployer,
        address authority,
        IStakingRegistry staking,
        uint32 leaveSeconds_,
        uint96 bond
    ) Wired(deployer) AccessManaged(authority) {
        _requireAddress(authority, "authority");
        _requireAddress(address(staking), "staking");
        _STAKING = staking;
        _LEAVE_SECONDS = leaveSeconds_;
        _setSeatBond(bond);
    }

    // ─── CHECKERS ───

    /// @inheritdoc ICheckSeats
    function takeSeat(uint32 seatId) external whenEntriesOpen returns (uint32 taken) {
        uint32 length = seatCount();
        taken = seatId == 0 ? length + 1 : seatId;
        Seat storage seat = _seats[taken];
        bool free = (seatId == 0 || seatId <= length) && seat.account == address(0);
        require(free, CheckSeats_NotFree(seatId, seat.account));
        (uint96 mill, uint32 freeCount) = (_seatBond, _freeCount);
        require(seatId != 0 || freeCount == 0, CheckSeats_NameFreeSeat(freeCount));

        _seats[taken] = Seat({
            account: msg.sender,
            takenAt: block.timestamp.toUint48(),
            leftAt: 0,
            bond: mill,
            pledged: mill
        });
        if (seatId == 0) _setLength(taken);
        else _freeCount = freeCount - 1;
        emit SeatTaken({seatId: taken, account: msg.sender, mill: mill});
        _STAKING.bond(msg.sender, mill);
    }

    /// @inheritdoc ICheckSeats
    function leaveSeat(uint32 seatId) external {
        Seat storage seat = _seats[seatId];
        require(seat.account == msg.sender && seat.leftAt == 0, CheckSeats_NotSeated(seatId, msg.sender));
        _leave(seatId, seat);
    }

    /// @inheritdoc ICheckSeats
    function releaseSeat(uint32 seatId) external {
        Seat memory seat = _seats[seatId];
        uint256 releaseAt = seat.leftAt == 0 ? 0 : uint256(seat.leftAt) + _LEAVE_SECONDS;
        require(releaseAt != 0 && block.timestamp >= releaseAt, CheckSeats_BondHeld(seatId, releaseAt));

        delete _seats[seatId];
        _freeCount += 1;
        emit SeatReleased({seatId: seatId, account: seat.account, mill: seat.bond});
        if (seat.bond != 0) _STAKING.unbond(seat.account, seat.bond);
    }

    /// @inheritdoc ICheckSeats
    function trimSeats(uint32 most) external {
        uint32 before = seatCount();
        uint32 length = before;
        while (length != 0 && before - length < most && _seats[length].account == address(0)) --length;
        if (length == before) return;
        _freeCount -= before - length;
        _setLength(length);
        emit SeatsTrimmed(length);
    }

    // ─── MODULES ───

    /// @inheritdoc ICheckSeats
    function slashSeat(
        uint32 seatId,
        SlashTable.Offence offence,
        uint256 most,
        address reporter
    ) external onlyWired(Permissions.JUDGE) returns (address account, uint96 mill) {
        Seat storage seat = _seats[seatId];
        account = seat.account;
        mill = most < seat.bond ? uint96(most) : seat.bond; // at most a `uint96`
        seat.bond -= mill;
        if (seat.leftAt == 0 && seat.bond < seat.pledged / 2) _leave(seatId, seat);
        if (mill == 0) return (account, 0);
        _STAKING.slashBond({offence: offence, provider: account, mill: mill, buyer: address(0), reporter: reporter});
    }

    // ─── PARAMETERS ───

    /// @inheritdoc ICheckSeats
    function setSeatBond(uint96 mill) external restricted {
        _setSeatBond(mill);
    }

    // ─── READ ───

    /// @inheritdoc ICheckSeats
    function seatOf(uint32 seatId) external view returns (Seat memory seat) {
        return _seats[seatId];
    }

    /// @inheritdoc ICheckSeats
    function seatCount() public view returns (uint32 seats) {
        return uint32(_lengths.latest()); // never more than the ids that were given
    }

    /// @inheritdoc ICheckSeats
    function freeSeatCount() external view returns (uint32 seats) {
        return _freeCount;
    }

    /// @inheritdoc ICheckSeats
    function seatCountBefore(uint48 postedAt) public view returns (uint32 seats) {
        return postedAt == 0 ? 0 : uint32(_lengths.upperLookupRecent(postedAt - 1));
    }

    /// @inheritdoc ICheckSeats
    function isDrawable(uint32 seatId, uint48 postedAt) public view returns (bool drawable) {
        Seat storage seat = _seats[seatId];
        (uint48 takenAt, uint48 leftAt) = (seat.takenAt, seat.leftAt);
        return seat.account != address(0) && takenAt < postedAt && (leftAt == 0 || leftAt >= postedAt);
    }

    /// @inheritdoc ICheckSeats
    function drawn(
        bytes32 seed,
        uint48 postedAt,
        uint8 most,
        address provider,
        address buyer
    ) external view returns (uint32[] memory seats, address[] memory accounts) {
        uint256 length = seatCountBefore(postedAt);
        if (length == 0) return (seats, accounts);
        seats = new uint32[](most);
        accounts = new address[](most);
        uint256 count = 0;
        for (uint256 i = 0; i < most * TRIES && count < most; ++i) {
            uint32 seatId = uint32(uint256(keccak256(abi.encode(seed, i))) % length) + 1; // at most `length`
            if (!isDrawable(seatId, postedAt)) continue;
            address account = _seats[seatId].account;
            if (account == provider || account == buyer || _includes(accounts, account)) continue;
            (seats[count], accounts[count]) = (seatId, account);
            ++count;
        }
        // Memory-safe: shortens the arrays to what was filled, `count <= most`.
        assembly ("memory-safe") {
            mstore(seats, count)
            mstore(accounts, count)
        }
    }

    /// @inheritdoc ICheckSeats
    function leaveSeconds() external view returns (uint32 seconds_) {
        return _LEAVE_SECONDS;
    }

    /// @inheritdoc ICheckSeats
    function seatBond() external view returns (uint96 mill) {
        return _seatBond;
    }

    // ─── INTERNAL ───

    function _leave(uint32 seatId, Seat storage seat) private {
        uint48 leftAt = block.timestamp.toUint48();
        seat.leftAt = leftAt;
        emit SeatLeft({seatId: seatId, account: seat.account, releaseAt: leftAt + _LEAVE_SECONDS});
    }

    function _includes(address[] memory accounts, address account) private pure returns (bool included) {
        for (uint256 i = 0; i < accounts.length; ++i) if (accounts[i] == account) return true;
        return false;
    }

    function _setLength(uint32 length) private {
        _lengths.push(block.timestamp.toUint48(), length);
    }

    function _setSeatBond(uint96 mill) private {
        require(mill >= MIN_SEAT_BOND && mill <= MAX_SEAT_BOND, CheckSeats_BadBond(mill, MIN_SEAT_BOND, MAX_SEAT_BOND));
        _seatBond = mill;
        emit SeatBondSet(mill);
    }
}
