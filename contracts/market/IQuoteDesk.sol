// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEntryPause} from "../common/IEntryPause.sol";

/// @title IQuoteDesk
/// @notice Offers that providers sign off chain. Whoever a quote is for takes it, and has a lease at its terms.
///
/// @dev A quote is EIP-712 typed data, signed by the provider or its operator: by a key or a contract (ERC-1271). It is
/// bound to this chain and contract, to the node, to one buyer or to any, and to a nonce of the provider's.
///
/// Promises:
/// - a quote gives at most its `units` in all, however often it is shown, and what is taken by one quote of a nonce is
///   gone from all of them: together they give no more than the largest of them (T-38, T-39);
/// - a cancelled nonce is cancelled for ever; so is what it could still have given;
/// - nobody but who it names can take a quote (T-43), and a buyer gets exactly what the quote says.
interface IQuoteDesk is IEntryPause {
    // ─── TYPES ───

    /// @notice An offer.
    /// @param provider Who offers: the node's provider
    /// @param buyer Who may take it; zero: anyone
    /// @param nodeId The node
    /// @param units Units that it gives in all
    /// @param minUnits Least units to take at once, unless fewer are left
    /// @param ratePerUnit Credits a unit-second
    /// @param minSeconds Shortest lease
    /// @param maxSeconds Longest lease
    /// @param bondPerUnit MILL that the provider bonds for each unit
    /// @param uptimePpm See `ILeaseMarket.Pledge`
    /// @param penaltyPpm See `ILeaseMarket.Pledge`
    /// @param darkSlots See `ILeaseMarket.Pledge`
    /// @param nonce Number of the provider's choice, to cancel it by
    /// @param expiresAt First second at which it can no longer be taken
    struct Quote {
        address provider;
        address buyer;
        uint64 nodeId;
        uint16 units;
        uint16 minUnits;
        uint96 ratePerUnit;
        uint32 minSeconds;
        uint32 maxSeconds;
        uint96 bondPerUnit;
        uint32 uptimePpm;
        uint32 penaltyPpm;
        uint16 darkSlots;
        uint256 nonce;
        uint48 expiresAt;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a quote was taken.
    /// @param provider Who offered
    /// @param nonce Its nonce
    /// @param leaseId The new lease
    /// @param buyer Who took it
    /// @param units Units taken
    /// @param unitsUsed Units of the nonce taken so far
    event QuoteTaken(
        address indexed provider,
        uint256 indexed nonce,
        uint256 indexed leaseId,
        address buyer,
        uint16 units,
        uint16 unitsUsed
    );

    /// @notice Emitted when nonces were cancelled.
    /// @param provider Whose
    /// @param wordIndex The nonces are `256 · wordIndex + i` for each set bit `i`
    /// @param mask The bits
    event QuotesCancelled(address indexed provider, uint256 indexed wordIndex, uint256 mask);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for
    error QuoteDesk_ZeroAddress(string name);

    /// @notice Thrown when a quote can no longer be taken.
    /// @param expiresAt First second at which it could not
    error QuoteDesk_Expired(uint48 expiresAt);

    /// @notice Thrown when a quote's nonce is cancelled.
    /// @param provider Whose
    /// @param nonce The nonce
    error QuoteDesk_Cancelled(address provider, uint256 nonce);

    /// @notice Thrown when a quote is for somebody else.
    /// @param caller Who called
    /// @param buyer Who may take it
    error QuoteDesk_NotBuyer(address caller, address buyer);

    /// @notice Thrown when a quote is of another provider's node.
    /// @param nodeId The node
    /// @param given Provider that the quote names
    /// @param expected The node's provider
    error QuoteDesk_NotProvidersNode(uint64 nodeId, address given, address expected);

    /// @notice Thrown when too few or too many units are taken.
    /// @param units What was asked for
    /// @param min The least
    /// @param left What the nonce has left
    error QuoteDesk_UnitsOutOfBounds(uint16 units, uint16 min, uint16 left);

    /// @notice Thrown when a lease would be too short or too long.
    /// @param leaseSeconds What was asked for
    /// @param min The least
    /// @param max The most
    error QuoteDesk_SecondsOutOfBounds(uint32 leaseSeconds, uint32 min, uint32 max);

    /// @notice Thrown when a signer may not offer for a provider.
    /// @param signer Who signed
    /// @param provider For whom
    error QuoteDesk_NotSigner(address signer, address provider);

    /// @notice Thrown when a signature is not the signer's, or not of this quote, chain and contract.
    /// @param signer Who should have signed
    /// @param digest What should have been signed
    error QuoteDesk_BadSignature(address signer, bytes32 digest);

    /// @notice Thrown when somebody else cancels a provider's quotes.
    /// @param caller Who called
    /// @param provider Who may, beside its operator
    error QuoteDesk_NotProvider(address caller, address provider);

    // ─── BUYERS ───

    /// @notice Takes a quote: locks the caller's credits, bonds the provider's stake and begins a lease.
    /// @dev Emits {QuoteTaken}, and what `ILeaseMarket.begin` emits.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the quote is neither expired nor cancelled, of the provider's own node, and for the caller or for anyone;
    /// - units are within what the nonce has left, and `minUnits` at least, or all that is left; seconds within bounds;
    /// - `signer` is the provider or its operator, and signed;
    /// - what `ILeaseMarket.begin` requires: the node takes leases and has the units free, the provider can bond, the
    ///   caller has the credits and is not the provider.
    /// @param quote The quote
    /// @param units Units to take
    /// @param leaseSeconds Time to pay ahead
    /// @param signer Who signed
    /// @param signature Its signature, or what its contract takes for one
    /// @return leaseId The new lease
    function take(
        Quote calldata quote,
        uint16 units,
        uint32 leaseSeconds,
        address signer,
        bytes calldata signature
    ) external returns (uint256 leaseId);

    // ─── PROVIDERS ───

    /// @notice Cancels a provider's quotes of up to 256 nonces. Never paused.
    /// @dev Emits {QuotesCancelled}.
    ///
    /// Requirements:
    /// - the caller is the provider or its operator.
    /// @param provider Whose
    /// @param wordIndex The nonces are `256 · wordIndex + i` for each set bit `i`
    /// @param mask The bits
    function cancel(address provider, uint256 wordIndex, uint256 mask) external;

    // ─── READ ───

    /// @notice What a signer signs.
    /// @param quote The quote
    /// @return digest EIP-712 digest
    function quoteDigest(Quote calldata quote) external view returns (bytes32 digest);

    /// @notice Whether a nonce is cancelled. Once true, always true.
    /// @param provider Whose
    /// @param nonce The nonce
    /// @return cancelled True if so
    function isCancelled(address provider, uint256 nonce) external view returns (bool cancelled);

    /// @notice Units taken of a nonce. Never falls.
    /// @param provider Whose
    /// @param nonce The nonce
    /// @return units Units
    function unitsUsed(address provider, uint256 nonce) external view returns (uint16 units);
}
