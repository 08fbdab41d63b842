// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Batch} from "../common/Batch.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {CreditPurchase} from "./CreditPurchase.sol";
import {IVoucherChannels} from "./IVoucherChannels.sol";

/// @title VoucherChannels
/// @notice See `IVoucherChannels`.
contract VoucherChannels is IVoucherChannels, EntryPause, EIP712, Batch, CreditPurchase {
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Longest notice: beyond it a provider would hold a buyer's credits for no reason.
    uint32 public constant MAX_NOTICE_SECONDS = 30 days;

    /// @notice What a buyer signs, hashed.
    bytes32 public constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint96 cumulative)");

    /// @dev Most gas that a `redeem` can use if its buyer is a key; a test measures it.
    uint256 private constant _REDEEM_GAS = 300_000;

    uint256 private constant _OPEN = 1 << uint8(ChannelStatus.Open);
    uint256 private constant _LAPSED = 1 << uint8(ChannelStatus.Lapsed);
    uint256 private constant _LIVE = _OPEN | (1 << uint8(ChannelStatus.Closing)) | _LAPSED;

    // ─── IMMUTABLES ───

    /// @notice Shortest notice: a provider must be able to redeem within it whatever the chain's state.
    uint32 public immutable MIN_NOTICE_SECONDS;

    IBurnMintSettlement private immutable _SETTLEMENT;
    IStakingRegistry private immutable _STAKING;

    // ─── STORAGE ───

    mapping(bytes32 channelId => ChannelRecord record) private _records;
    uint64 private _channelCount;

    /// @notice Fixes the contracts below and the shortest notice.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL
    /// @param settlement Credits
    /// @param staking Who is a provider
    /// @param minNoticeSeconds Shortest notice; 1 second..30 days
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        uint32 minNoticeSeconds
    ) AccessManaged(authority) EIP712("Millrace Vouchers", "1") CreditPurchase(token, settlement) {
        _requireAddress(authority, "authority");
        _requireAddress(address(token), "token");
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(staking), "staking");
        _checkNotice(minNoticeSeconds, 1);
        _SETTLEMENT = settlement;
        _STAKING = staking;
        MIN_NOTICE_SECONDS = minNoticeSeconds;
    }

    // ─── BUYER ───

    /// @inheritdoc IVoucherChannels
    function open(
        address provider,
        uint96 credits,
        uint32 noticeSeconds
    ) external whenEntriesOpen returns (bytes32 channelId) {
        require(credits != 0, VoucherChannels_ZeroCredits());
        require(provider != msg.sender, VoucherChannels_OwnChannel(provider));
        require(_STAKING.isRegistered(provider), VoucherChannels_NotRegistered(provider));
        _checkNotice(noticeSeconds, MIN_NOTICE_SECONDS);
        Channel memory channel = Channel({
            buyer: msg.sender,
            provider: provider,
            feePpm: _SETTLEMENT.feePpm(),
            noticeSeconds: noticeSeconds,
            number: ++_channelCount
        });

        channelId = keccak256(abi.encode(channel));
        _records[channelId].deposited = credits;
        emit ChannelOpened({
            channelId: channelId,
            buyer: msg.sender,
            provider: provider,
            channel: channel,
            credits: credits
        });

        _SETTLEMENT.lock(msg.sender, credits);
    }

    /// @inheritdoc IVoucherChannels
    function topUp(Channel calldata channel, uint96 credits) external {
        (bytes32 channelId, ChannelRecord storage record) = _load(channel, _LIVE);
        _checkBuyer(channel);
        require(credits != 0, VoucherChannels_ZeroCredits());

        uint96 deposited = (uint256(record.deposited) + credits).toUint96();
        record.deposited = deposited;
        record.closesAt = 0;
        emit ChannelToppedUp({channelId: channelId, credits: credits, deposited: deposited});

        _SETTLEMENT.lock(msg.sender, credits);
    }

    /// @inheritdoc IVoucherChannels
    function giveNotice(Channel calldata channel) external {
        (bytes32 channelId, ChannelRecord storage record) = _load(channel, _OPEN);
        _checkBuyer(channel);

        uint48 closesAt = (block.timestamp + channel.noticeSeconds).toUint48();
        record.closesAt = closesAt;
        emit ChannelNoticeGiven({channelId: channelId, closesAt: closesAt});
    }

    // ─── PROVIDER ───

    /// @inheritdoc IVoucherChannels
    function redeem(
        Channel calldata channel,
        uint96 cumulative,
        bytes calldata signature
    ) external returns (uint256 paid) {
        (bytes32 channelId, ChannelRecord storage record) = _load(channel, _LIVE);
        _checkProvider(channel.provider);
        (uint96 redeemed, uint96 deposited) = (record.redeemed, record.deposited);
        paid = _payable(cumulative, redeemed, deposited);
        require(paid != 0, VoucherChannels_NothingToRedeem(channelId, cumulative, redeemed, deposited));
        bool isSigned = _isSigned(channel.buyer, digestOf(channelId, cumulative), signature);
        require(isSigned, VoucherChannels_BadSignature(channelId, cumulative, channel.buyer));

        redeemed = (redeemed + paid).toUint96();
        record.redeemed = redeemed;
        emit VoucherRedeemed({channelId: channelId, cumulative: cumulative, paid: paid, redeemed: redeemed});

        _SETTLEMENT.pay(channel.buyer, channel.provider, paid, channel.feePpm);
    }

    /// @inheritdoc IVoucherChannels
    function redeemMany(Voucher[] calldata vouchers) external {
        _checkBatch(vouchers.length);
        for (uint256 i = 0; i < vouchers.length; ++i) {
            Voucher calldata item = vouchers[i];
            bytes memory call = abi.encodeCall(
                IVoucherChannels.redeem,
                (item.channel, item.cumulative, item.signature)
            );
            _tryItem(i, _REDEEM_GAS, call);
        }
    }

    // ─── BOTH ───

    /// @inheritdoc IVoucherChannels
    function close(Channel calldata channel) external {
        bool isBuyer = msg.sender == channel.buyer;
        (bytes32 channelId, ChannelRecord storage record) = _load(channel, isBuyer ? _LAPSED : _LIVE);
        if (!isBuyer) _checkProvider(channel.provider);

        uint256 rest = record.deposited - record.redeemed;
        record.isClosed = true;
        emit ChannelClosed({channelId: channelId, refunded: rest});

        if (rest != 0) _SETTLEMENT.refund(channel.buyer, rest);
    }

    // ─── READ ───

    /// @inheritdoc IVoucherChannels
    function idOf(Channel calldata channel) public pure returns (bytes32 channelId) {
        return keccak256(abi.encode(channel));
    }

    /// @inheritdoc IVoucherChannels
    function statusOf(bytes32 channelId) external view returns (ChannelStatus status) {
        return _statusOf(_records[channelId]);
    }

    /// @inheritdoc IVoucherChannels
    function recordOf(bytes32 channelId) external view returns (ChannelRecord memory record) {
        return _records[channelId];
    }

    /// @inheritdoc IVoucherChannels
    function redeemable(bytes32 channelId, uint96 cumulative) external view returns (uint256 credits) {
        ChannelRecord storage record = _records[channelId];
        return record.isClosed ? 0 : _payable(cumulative, record.redeemed, record.deposited);
    }

    /// @inheritdoc IVoucherChannels
    function digestOf(bytes32 channelId, uint96 cumulative) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, cumulative)));
    }

    /// @inheritdoc IVoucherChannels
    function channelCount() external view returns (uint64 count) {
        return _channelCount;
    }

    // ─── INTERNAL ───

    function _load(
        Channel calldata channel,
        uint256 allowed
    ) private view returns (bytes32 channelId, ChannelRecord storage record) {
        channelId = idOf(channel);
        record = _records[channelId];
        ChannelStatus status = _statusOf(record);
        require(allowed & (1 << uint8(status)) != 0, VoucherChannels_WrongStatus(channelId, status, allowed));
    }

    /// @dev The only place that says what facts and clock mean together.
    function _statusOf(ChannelRecord storage record) private view returns (ChannelStatus status) {
        if (record.deposited == 0) return ChannelStatus.None;
        if (record.isClosed) return ChannelStatus.Closed;
        uint48 closesAt = record.closesAt;
        if (closesAt == 0) return ChannelStatus.Open;
        return block.timestamp > closesAt ? ChannelStatus.Lapsed : ChannelStatus.Closing;
    }

    /// @dev The buyer's key first: once it has signed, no code that appears at its address may disown the voucher.
    function _isSigned(address buyer, bytes32 digest, bytes calldata signature) private view returns (bool isSigned) {
        (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer == buyer) return true;
        return buyer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(buyer, digest, signature);
    }

    function _checkBuyer(Channel calldata channel) private view {
        require(msg.sender == channel.buyer, VoucherChannels_NotBuyer(msg.sender, channel.buyer));
    }

    function _checkProvider(address provider) private view {
        bool isAllowed = msg.sender == provider || _STAKING.isOperator(provider, msg.sender);
        require(isAllowed, VoucherChannels_NotProvider(msg.sender, provider));
    }

    function _checkNotice(uint32 given, uint32 min) private pure {
        bool isGood = given >= min && given <= MAX_NOTICE_SECONDS;
        require(isGood, VoucherChannels_NoticeOutOfBounds(given, min, MAX_NOTICE_SECONDS));
    }

    /// @dev What a voucher is worth beyond what was paid, as far as the deposit goes.
    function _payable(uint96 cumulative, uint96 redeemed, uint96 deposited) private pure returns (uint256 credits) {
        uint256 good = Math.min(cumulative, deposited);
        return good > redeemed ? good - redeemed : 0;
    }

    function _requireAddress(address account, string memory name) private pure {
        require(account != address(0), VoucherChannels_ZeroAddress(name));
    }
}
