// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "../common/IBatch.sol";
import {IEntryPause} from "../common/IEntryPause.sol";
import {ICreditPurchase} from "./ICreditPurchase.sol";

/// @title IVoucherChannels
/// @notice Pay by the request: a buyer locks credits towards one provider and signs, off chain, a voucher after each
/// request; every voucher says how much is owed *in all*, so the highest one is worth all of them.
///
/// ```
///  None ──open──▶ Open ──giveNotice──▶ Closing ┄┄closesAt┄┄▶ Lapsed
///                  │ ▲                  │   │                │  │
///                  │ └──────topUp───────┴───┼────────────────┘  │ close, by buyer or provider
///                  │ close, by provider     │ close, by provider│
///                  └────────────────────────┴──────────────▶ Closed
/// ```
/// The dotted edge is the clock's. `redeem` works in Open, Closing and Lapsed: until the buyer has taken the rest out,
/// a voucher is good.
///
/// What a channel stores is one slot under the hash of its terms; every call brings the terms along.
///
/// @dev Promises:
/// - a channel never pays more than was locked in it, nor more than the highest voucher that its buyer signed;
/// - a voucher counts once, for one channel of one contract on one chain; a closed channel never opens again;
/// - a provider that redeems within the notice loses nothing that it holds a voucher for;
/// - only who was a registered provider when the channel was opened can be paid, and only by redeeming itself or
///   through its operator;
/// - neither side needs the other, a price or open entries to get out what is its own.
///
/// A voucher signed by a contract (ERC-1271) is as good as the contract lets it be: its provider should redeem often. A
/// voucher signed by the buyer's key stays good when code appears at the buyer's address (EIP-7702).
///
/// Assumptions: Settlement and Staking are the protocol's own and call nobody back.
interface IVoucherChannels is IEntryPause, IBatch, ICreditPurchase {
    // ─── TYPES ───

    /// @notice What can be seen of a channel, in life order.
    enum ChannelStatus {
        /// Never opened.
        None,
        /// The provider can count on what is locked.
        Open,
        /// The buyer gave notice; the provider has until `closesAt` to redeem.
        Closing,
        /// The notice is over; the buyer can take the rest.
        Lapsed,
        /// The rest is with the buyer. Final.
        Closed
    }

    /// @notice Terms of a channel, as `ChannelOpened` emitted them. Their hash is its id.
    /// @param buyer Whose credits, and who signs
    /// @param provider Who redeems
    /// @param feePpm Settlement's fee when the channel was opened
    /// @param noticeSeconds What the buyer owes the provider before it can take the rest
    /// @param number Counted from 1, so that no two channels have the same terms
    struct Channel {
        address buyer;
        address provider;
        uint32 feePpm;
        uint32 noticeSeconds;
        uint64 number;
    }

    /// @notice What is stored of a channel: one slot.
    /// @param deposited All credits ever locked in it; zero means that it was never opened
    /// @param redeemed Credits paid out of it
    /// @param closesAt Last second of the notice; zero without one
    /// @param isClosed Whether the rest is back with the buyer
    struct ChannelRecord {
        // 12 + 12 + 6 + 1 = 31
        uint96 deposited;
        uint96 redeemed;
        uint48 closesAt;
        bool isClosed;
    }

    /// @notice One item of `redeemMany`: the arguments of `redeem`.
    /// @param channel Terms of the channel
    /// @param cumulative What the voucher says is owed in all
    /// @param signature The buyer's
    struct Voucher {
        Channel channel;
        uint96 cumulative;
        bytes signature;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a channel was opened.
    /// @param channelId The channel
    /// @param buyer Whose credits are locked
    /// @param provider Who can redeem
    /// @param channel Its terms: later calls bring them
    /// @param credits Credits locked
    event ChannelOpened(
        bytes32 indexed channelId,
        address indexed buyer,
        address indexed provider,
        Channel channel,
        uint256 credits
    );

    /// @notice Emitted when credits were added. A notice, if there was one, is withdrawn.
    /// @param channelId The channel
    /// @param credits Credits added
    /// @param deposited All credits ever locked in it
    event ChannelToppedUp(bytes32 indexed channelId, uint256 credits, uint256 deposited);

    /// @notice Emitted when the buyer gave notice.
    /// @param channelId The channel
    /// @param closesAt Last second before the buyer can take the rest
    event ChannelNoticeGiven(bytes32 indexed channelId, uint48 closesAt);

    /// @notice Emitted when a voucher was paid.
    /// @param channelId The channel
    /// @param cumulative What the voucher said is owed in all
    /// @param paid Credits paid now, fee included
    /// @param redeemed Credits paid in all; less than `cumulative` if the channel had no more
    event VoucherRedeemed(bytes32 indexed channelId, uint256 cumulative, uint256 paid, uint256 redeemed);

    /// @notice Emitted when a channel was closed.
    /// @param channelId The channel
    /// @param refunded Credits back with the buyer
    event ChannelClosed(bytes32 indexed channelId, uint256 refunded);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for
    error VoucherChannels_ZeroAddress(string name);

    /// @notice Thrown when no credits are given.
    error VoucherChannels_ZeroCredits();

    /// @notice Thrown when a notice is out of its bounds.
    /// @param given What was asked for
    /// @param min The least allowed
    /// @param max The most allowed
    error VoucherChannels_NoticeOutOfBounds(uint32 given, uint32 min, uint32 max);

    /// @notice Thrown when a buyer names itself: settlement pays only what another account bought.
    /// @param account Buyer and provider
    error VoucherChannels_OwnChannel(address account);

    /// @notice Thrown when the receiver has not opted in by registering as a provider.
    /// @param provider Who was named
    error VoucherChannels_NotRegistered(address provider);

    /// @notice Thrown when a channel's status does not allow the call.
    /// @param channelId The channel
    /// @param status Its status; None if no channel has these terms
    /// @param allowed Statuses that allow it: bit `s` for status `s`
    error VoucherChannels_WrongStatus(bytes32 channelId, ChannelStatus status, uint256 allowed);

    /// @notice Thrown when somebody other than the buyer calls.
    /// @param caller Who called
    /// @param buyer Who may
    error VoucherChannels_NotBuyer(address caller, address buyer);

    /// @notice Thrown when somebody other than the provider or its operator calls.
    /// @param caller Who called
    /// @param provider Who may
    error VoucherChannels_NotProvider(address caller, address provider);

    /// @notice Thrown when a voucher pays nothing: a higher one was redeemed, or the channel is empty.
    /// @param channelId The channel
    /// @param cumulative What the voucher says is owed in all
    /// @param redeemed Credits paid in all
    /// @param deposited All credits ever locked in the channel
    error VoucherChannels_NothingToRedeem(bytes32 channelId, uint96 cumulative, uint96 redeemed, uint96 deposited);

    /// @notice Thrown when the buyer did not sign the voucher.
    /// @param channelId The channel
    /// @param cumulative What the voucher says is owed in all
    /// @param buyer Who should have signed
    error VoucherChannels_BadSignature(bytes32 channelId, uint96 cumulative, address buyer);

    // ─── BUYER ───

    /// @notice Opens a channel and locks the caller's free credits in it.
    /// @dev Emits {ChannelOpened}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - `provider` is registered and not the caller;
    /// - the notice is at least `MIN_NOTICE_SECONDS` and at most `MAX_NOTICE_SECONDS`;
    /// - the caller has so many free credits, at least one atom.
    /// @param provider Who can redeem
    /// @param credits Credits to lock
    /// @param noticeSeconds What the caller will owe the provider before it can take the rest
    /// @return channelId The new channel
    function open(address provider, uint96 credits, uint32 noticeSeconds) external returns (bytes32 channelId);

    /// @notice Locks more credits, and withdraws a notice.
    /// @dev Emits {ChannelToppedUp}.
    ///
    /// Requirements:
    /// - the caller is the buyer;
    /// - the status is Open, Closing or Lapsed;
    /// - the caller has so many free credits, at least one atom.
    /// @param channel Terms of the channel
    /// @param credits Credits to add
    function topUp(Channel calldata channel, uint96 credits) external;

    /// @notice Announces that the caller will take the rest after the channel's notice.
    /// @dev Emits {ChannelNoticeGiven}.
    ///
    /// Requirements:
    /// - the caller is the buyer;
    /// - the status is Open.
    /// @param channel Terms of the channel
    function giveNotice(Channel calldata channel) external;

    // ─── PROVIDER ───

    /// @notice Pays the provider what a voucher is worth beyond all earlier ones, as far as the channel's credits go.
    /// What is missing can be redeemed with the same voucher after a top-up.
    /// @dev Emits {VoucherRedeemed}. Never paused, needs no price, and no registration any more.
    ///
    /// Requirements:
    /// - the caller is the provider or its operator;
    /// - the status is Open, Closing or Lapsed;
    /// - the voucher pays something;
    /// - the buyer signed it: `Voucher(bytes32 channelId,uint96 cumulative)`, EIP-712, see `digestOf`.
    /// @param channel Terms of the channel
    /// @param cumulative What the voucher says is owed in all, credits, fee included
    /// @param signature By the buyer's key, or whatever its contract takes (ERC-1271)
    /// @return paid Credits paid, fee included
    function redeem(
        Channel calldata channel,
        uint96 cumulative,
        bytes calldata signature
    ) external returns (uint256 paid);

    /// @notice Redeems vouchers of many channels. One that pays nothing is told by an event and stops no other.
    /// @dev Emits what `redeem` does, or {ItemFailed}. Requirements: 1..64 items, and gas for each (see `IBatch`); a
    /// buyer's contract that burns all gas it is given makes its item fail, at the cost of that item's gas; one that
    /// needs more than that is redeemed by itself.
    /// @param vouchers The arguments of each `redeem`
    function redeemMany(Voucher[] calldata vouchers) external;

    // ─── BOTH ───

    /// @notice Gives the rest of a channel back to its buyer. A provider redeems first.
    /// @dev Emits {ChannelClosed}. Never paused.
    ///
    /// Requirements:
    /// - the caller is the provider or its operator, and the status is Open, Closing or Lapsed; or
    /// - the caller is the buyer, and the status is Lapsed.
    /// @param channel Terms of the channel
    function close(Channel calldata channel) external;

    // ─── READ ───

    /// @notice Hash of a channel's terms: its id.
    /// @param channel Terms
    /// @return channelId `keccak256(abi.encode(channel))`
    function idOf(Channel calldata channel) external pure returns (bytes32 channelId);

    /// @notice Where a channel stands now.
    /// @param channelId The channel
    /// @return status None for an unknown id
    function statusOf(bytes32 channelId) external view returns (ChannelStatus status);

    /// @notice What is stored of a channel.
    /// @param channelId The channel
    /// @return record All zero for an unknown id
    function recordOf(bytes32 channelId) external view returns (ChannelRecord memory record);

    /// @notice What a voucher would pay now, its signature aside.
    /// @param channelId The channel
    /// @param cumulative What the voucher says is owed in all
    /// @return credits Credits, fee included; zero if the channel is closed or unknown
    function redeemable(bytes32 channelId, uint96 cumulative) external view returns (uint256 credits);

    /// @notice What a buyer signs for a voucher.
    /// @param channelId The channel
    /// @param cumulative What is owed in all
    /// @return digest EIP-712 digest of this chain and contract
    function digestOf(bytes32 channelId, uint96 cumulative) external view returns (bytes32 digest);

    /// @notice How many channels were opened; the last one's number.
    /// @return count Number of channels
    function channelCount() external view returns (uint64 count);
}
