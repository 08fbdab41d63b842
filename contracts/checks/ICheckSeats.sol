// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlashTable} from "../staking/SlashTable.sol";

/// @title ICheckSeats
/// @notice Seats of those who stand ready to check results. Each has the same weight in a draw and a bond of its own;
/// an account may hold several.
/// @dev A bond is locked in the staking registry. Who leaves is not drawn for claims posted later, but answers for
/// those before, so the bond stays for `leaveSeconds`, longer than any claim can last that is checked.
///
/// ```
///            takeSeat               leaveSeat, or convicted         releaseSeat
///   (free) ───────────▶ seated ──────────────────────────▶ left ──────────────────▶ (free)
/// ```
///
/// Promises:
/// - who was drawable when a claim was posted stays so for that claim: no call after it changes who can be drawn;
/// - leaving and the release of a bond work in a pause and ask for nothing but time (I4);
/// - the list never grows while a seat of it is free, and free seats at its end can be cut off: it is never longer than
///   the number of bonds that were locked for seats at one time.
interface ICheckSeats {
    // ─── TYPES ───

    /// @notice What is stored of a seat: 20 + 6 + 6, then 12 + 12 bytes.
    /// @param account Whose it is; zero when it is free
    /// @param takenAt When it was taken; drawn for claims posted later only
    /// @param leftAt When it was left; not drawn for claims posted later; zero while it is not left
    /// @param bond What still answers for it, MILL
    /// @param pledged What it was taken with, MILL
    struct Seat {
        address account;
        uint48 takenAt;
        uint48 leftAt;
        uint96 bond;
        uint96 pledged;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a seat is taken.
    /// @param seatId Seat
    /// @param account Whose it is
    /// @param mill Its bond
    event SeatTaken(uint32 indexed seatId, address indexed account, uint256 mill);

    /// @notice Emitted when a seat is left, by its account or because too little of its bond is left.
    /// @param seatId Seat
    /// @param account Whose it was
    /// @param releaseAt When its bond can be released
    event SeatLeft(uint32 indexed seatId, address indexed account, uint48 releaseAt);

    /// @notice Emitted when a seat is free again.
    /// @param seatId Seat
    /// @param account Whose it was
    /// @param mill What its account has back
    event SeatReleased(uint32 indexed seatId, address indexed account, uint256 mill);

    /// @notice Emitted when free seats at the end of the list are cut off.
    /// @param seats How many seats there are now, free ones among them
    event SeatsTrimmed(uint32 seats);

    /// @notice Emitted when the bond of seats that are taken later changes.
    /// @param mill The bond
    event SeatBondSet(uint96 mill);

    // ─── ERRORS ───

    /// @notice Thrown when a seat is not free.
    /// @param seatId Seat
    /// @param account Whose it is; zero for a seat that does not exist
    error CheckSeats_NotFree(uint32 seatId, address account);

    /// @notice Thrown when a new seat is asked for while there are free ones: name one of them.
    /// @param free How many
    error CheckSeats_NameFreeSeat(uint32 free);

    /// @notice Thrown when a seat is not the caller's, or was left.
    /// @param seatId Seat
    /// @param caller Who called
    error CheckSeats_NotSeated(uint32 seatId, address caller);

    /// @notice Thrown when a bond is released too early, or a seat has none to release.
    /// @param seatId Seat
    /// @param releaseAt When it can be; zero for a seat that nobody left
    error CheckSeats_BondHeld(uint32 seatId, uint256 releaseAt);

    /// @notice Thrown when the bond of seats is set outside its bounds.
    /// @param mill The bond
    /// @param min Least bond
    /// @param max Largest bond
    error CheckSeats_BadBond(uint96 mill, uint96 min, uint96 max);

    // ─── CHECKERS ───

    /// @notice Takes a seat. The bond comes from the caller's own active stake.
    /// @dev Emits {SeatTaken}.
    ///
    /// Requirements:
    /// - entries open;
    /// - the caller is registered in the staking registry, and its stake carries its nodes without the bond;
    /// - the seat is free, or zero for a new one at the end of the list if none is.
    /// @param seatId A free seat, or zero
    /// @return taken The seat
    function takeSeat(uint32 seatId) external returns (uint32 taken);

    /// @notice Leaves a seat. Checks that it was drawn for, or is drawn for among claims posted before, are still its.
    /// @dev Emits {SeatLeft}.
    ///
    /// Requirements:
    /// - the seat is the caller's, and not left.
    /// @param seatId Seat
    function leaveSeat(uint32 seatId) external;

    /// @notice Returns the bond of a seat to its account's active stake. Anyone may.
    /// @dev Emits {SeatReleased}.
    ///
    /// Requirements:
    /// - the seat was left `leaveSeconds` ago.
    /// @param seatId Seat
    function releaseSeat(uint32 seatId) external;

    /// @notice Cuts off free seats at the end of the list. Anyone may.
    /// @dev Emits {SeatsTrimmed}.
    /// @param most How many at most
    function trimSeats(uint32 most) external;

    // ─── MODULES ───

    /// @notice Takes some of a seat's bond, at most what is there. A seat that lost more than half of what it was
    /// taken with is left.
    /// @dev Permission JUDGE. Emits {SeatLeft} for a seat that had not been left. Never reverts on the amount.
    /// @param seatId Seat
    /// @param offence Offence; not `None`
    /// @param most Amount to take, MILL
    /// @param reporter Who is rewarded; zero for nobody
    /// @return account Whose seat it is
    /// @return mill What was taken
    function slashSeat(
        uint32 seatId,
        SlashTable.Offence offence,
        uint256 most,
        address reporter
    ) external returns (address account, uint96 mill);

    // ─── PARAMETERS ───

    /// @notice Sets the bond of seats that are taken from now on.
    /// @dev Restricted. Emits {SeatBondSet}. Requirements: `MIN_SEAT_BOND ≤ mill ≤ MAX_SEAT_BOND`.
    /// @param mill The bond
    function setSeatBond(uint96 mill) external;

    // ─── READ ───

    /// @notice A seat.
    /// @param seatId Seat
    /// @return seat All zero if it is free or does not exist
    function seatOf(uint32 seatId) external view returns (Seat memory seat);

    /// @notice How many seats there are, free ones among them; ids count from 1.
    /// @return seats Number
    function seatCount() external view returns (uint32 seats);

    /// @notice How many of them are free.
    /// @return seats Number
    function freeSeatCount() external view returns (uint32 seats);

    /// @notice How many seats a draw for a claim of some time is among.
    /// @param postedAt When the claim was posted
    /// @return seats Number just before that second
    function seatCountBefore(uint48 postedAt) external view returns (uint32 seats);

    /// @notice Whether a seat can be drawn for a claim of some time.
    /// @param seatId Seat
    /// @param postedAt When the claim was posted
    /// @return drawable Whether it was taken before and not left before
    function isDrawable(uint32 seatId, uint48 postedAt) external view returns (bool drawable);

    /// @notice Bond of a seat that is taken now.
    /// @return mill The bond
    function seatBond() external view returns (uint96 mill);

    /// @notice Seats that a value draws for a claim. Nothing that is looked at can change after the claim was posted,
    /// so whoever asks, and when, makes no difference, until `leaveSeconds` after the post.
    /// @param seed The value
    /// @param postedAt When the claim was posted
    /// @param most How many seats at most; fewer are found when `TRIES` tries for each hit seats that do not fit
    /// @param provider Account that is left out
    /// @param buyer Account that is left out
    /// @return seats Seats, of different accounts
    /// @return accounts Their accounts
    function drawn(
        bytes32 seed,
        uint48 postedAt,
        uint8 most,
        address provider,
        address buyer
    ) external view returns (uint32[] memory seats, address[] memory accounts);

    /// @notice How long a bond stays after its seat was left.
    /// @return seconds_ Duration
    function leaveSeconds() external view returns (uint32 seconds_);
}
