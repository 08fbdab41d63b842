// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {CreditPurchase} from "./CreditPurchase.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {IQuoteDesk} from "./IQuoteDesk.sol";

/// @title QuoteDesk
/// @notice See `IQuoteDesk`.
contract QuoteDesk is IQuoteDesk, EntryPause, CreditPurchase, EIP712 {
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Type of what is signed.
    bytes32 public constant QUOTE_TYPEHASH = keccak256(
        "Quote(address provider,address buyer,uint64 nodeId,uint16 units,uint16 minUnits,uint96 ratePerUnit,"
        "uint32 minSeconds,uint32 maxSeconds,uint96 bondPerUnit,uint32 uptimePpm,uint32 penaltyPpm,"
        "uint16 darkSlots,uint256 nonce,uint48 expiresAt)"
    );

    // ─── IMMUTABLES ───

    IBurnMintSettlement private immutable _SETTLEMENT;
    IStakingRegistry private immutable _STAKING;
    INodeRegistry private immutable _NODES;
    ILeaseMarket private immutable _LEASES;

    // ─── STORAGE ───

    mapping(address provider => mapping(uint256 wordIndex => uint256 bits)) private _cancelled;
    mapping(address provider => mapping(uint256 nonce => uint16 units)) private _unitsUsed;

    /// @notice Fixes the contracts below.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL, for purchases in the same transaction
    /// @param settlement For the fee in force, and purchases
    /// @param staking For who acts for a provider
    /// @param nodes For who owns a node
    /// @param leases Begins the leases; must grant HIRE to this contract
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        ILeaseMarket leases
    ) AccessManaged(authority) CreditPurchase(token, settlement) EIP712("Millrace Quotes", "1") {
        _requireAddress(authority, "authority");
        _requireAddress(address(token), "token");
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(staking), "staking");
        _requireAddress(address(nodes), "nodes");
        _requireAddress(address(leases), "leases");
        _SETTLEMENT = settlement;
        _STAKING = staking;
        _NODES = nodes;
        _LEASES = leases;
    }

    // ─── BUYERS ───

    /// @inheritdoc IQuoteDesk
    function take(
        Quote calldata quote,
        uint16 units,
        uint32 leaseSeconds,
        address signer,
        bytes calldata signature
    ) external whenEntriesOpen returns (uint256 leaseId) {
        _checkQuote(quote, units, leaseSeconds);
        _checkSignature(quote, signer, signature);

        uint16 used = _unitsUsed[quote.provider][quote.nonce] + units;
        _unitsUsed[quote.provider][quote.nonce] = used;
        leaseId = _LEASES.begin(
            ILeaseMarket.HireTerms({
                buyer: msg.sender,
                startAt: block.timestamp.toUint48(),
                leaseSeconds: leaseSeconds,
                nodeId: quote.nodeId,
                units: units,
                rate: (uint256(quote.ratePerUnit) * units).toUint96(),
                feePpm: _SETTLEMENT.feePpm(),
                locked: false,
                pledge: ILeaseMarket.Pledge({
                    bond: (uint256(quote.bondPerUnit) * units).toUint96(),
                    uptimePpm: quote.uptimePpm,
                    penaltyPpm: quote.penaltyPpm,
                    darkSlots: quote.darkSlots
                })
            })
        );
        emit QuoteTaken({
            provider: quote.provider,
            nonce: quote.nonce,
            leaseId: leaseId,
            buyer: msg.sender,
            units: units,
            unitsUsed: used
        });
    }

    // ─── PROVIDERS ───

    /// @inheritdoc IQuoteDesk
    function cancel(address provider, uint256 wordIndex, uint256 mask) external {
        require(_actsFor(provider, msg.sender), QuoteDesk_NotProvider(msg.sender, provider));
        _cancelled[provider][wordIndex] |= mask;
        emit QuotesCancelled(provider, wordIndex, mask);
    }

    // ─── READ ───

    /// @inheritdoc IQuoteDesk
    function quoteDigest(Quote calldata quote) external view returns (bytes32 digest) {
        return _digest(quote);
    }

    /// @inheritdoc IQuoteDesk
    function isCancelled(address provider, uint256 nonce) public view returns (bool cancelled) {
        return (_cancelled[provider][nonce >> 8] >> (nonce & 0xff)) & 1 == 1;
    }

    /// @inheritdoc IQuoteDesk
    function unitsUsed(address provider, uint256 nonce) external view returns (uint16 units) {
        return _unitsUsed[provider][nonce];
    }

    // ─── INTERNAL ───

    function _checkQuote(Quote calldata quote, uint16 units, uint32 leaseSeconds) private view {
        address provider = quote.provider;
        require(block.timestamp < quote.expiresAt, QuoteDesk_Expired(quote.expiresAt));
        require(!isCancelled(provider, quote.nonce), QuoteDesk_Cancelled(provider, quote.nonce));
        bool isFor = quote.buyer == address(0) || quote.buyer == msg.sender;
        require(isFor, QuoteDesk_NotBuyer(msg.sender, quote.buyer));
        address owner = _NODES.providerOf(quote.nodeId);
        require(provider == owner, QuoteDesk_NotProvidersNode(quote.nodeId, provider, owner));

        uint16 used = _unitsUsed[provider][quote.nonce];
        // Another quote of this nonce may have given more than this one ever could.
        uint16 left = quote.units > used ? quote.units - used : 0;
        uint16 min = quote.minUnits < left ? quote.minUnits : left;
        bool fits = units != 0 && units >= min && units <= left;
        require(fits, QuoteDesk_UnitsOutOfBounds(units, min, left));
        bool lasts = leaseSeconds >= quote.minSeconds && leaseSeconds <= quote.maxSeconds;
        require(lasts, QuoteDesk_SecondsOutOfBounds(leaseSeconds, quote.minSeconds, quote.maxSeconds));
    }

    function _checkSignature(Quote calldata quote, address signer, bytes calldata signature) private view {
        require(_actsFor(quote.provider, signer), QuoteDesk_NotSigner(signer, quote.provider));
        bytes32 digest = _digest(quote);
        bool isSigned = SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature);
        require(isSigned, QuoteDesk_BadSignature(signer, digest));
    }

    function _digest(Quote calldata quote) private view returns (bytes32 digest) {
        // All members are of static size, so the struct encodes to its members in order: what EIP-712 hashes.
        return _hashTypedDataV4(keccak256(abi.encode(QUOTE_TYPEHASH, quote)));
    }

    function _actsFor(address provider, address account) private view returns (bool allowed) {
        return _STAKING.isOperator(provider, account);
    }

    function _requireAddress(address account, string memory name) private pure {
        require(account != address(0), QuoteDesk_ZeroAddress(name));
    }
}
