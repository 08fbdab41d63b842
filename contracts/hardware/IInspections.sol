// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IInspections
/// @notice Who has confirmed which attributes of a node, and until when.
/// @dev Anybody can be an inspector; an order names those whose word counts for its buyer, so nothing is decided here.
/// An inspector signs `Inspection(uint64 nodeId,uint256 attributes,uint48 issuedAt,uint48 expiresAt)` (EIP-712 of this
/// chain and contract; ERC-1271 for contracts), anybody brings it on chain.
///
/// Promises:
/// - A statement counts from when it is brought until it expires, is replaced by a newer one, or is revoked.
/// - What was replaced or revoked never counts again: only statements issued later do (T-38).
/// - An inspector speaks for itself alone; neither provider nor governance can add or remove its word.
interface IInspections {
    // ─── TYPES ───

    /// @notice What an inspector signs.
    /// @param nodeId Number of the node
    /// @param attributes Bitmap of the attributes that it confirms
    /// @param issuedAt When it was signed; a newer statement replaces an older one
    /// @param expiresAt First second at which it no longer counts
    struct Statement {
        uint64 nodeId;
        uint256 attributes;
        uint48 issuedAt;
        uint48 expiresAt;
    }

    /// @notice What is kept of it.
    /// @param attributes Bitmap of the attributes that are confirmed; zero after a revocation
    /// @param issuedAt When it was signed or revoked
    /// @param expiresAt First second at which it no longer counts; zero after a revocation
    struct Inspection {
        uint256 attributes;
        uint48 issuedAt;
        uint48 expiresAt;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a statement is brought.
    /// @param nodeId Number of the node
    /// @param inspector Inspector
    /// @param attributes Bitmap of the attributes
    /// @param issuedAt When it was signed
    /// @param expiresAt First second at which it no longer counts
    event NodeInspected(
        uint64 indexed nodeId,
        address indexed inspector,
        uint256 attributes,
        uint48 issuedAt,
        uint48 expiresAt
    );

    /// @notice Emitted when an inspector takes its word back.
    /// @param nodeId Number of the node
    /// @param inspector Inspector
    event InspectionRevoked(uint64 indexed nodeId, address indexed inspector);

    // ─── ERRORS ───

    /// @notice Thrown when the deployment leaves out a contract.
    error Inspections_ZeroAddress();

    /// @notice Thrown when a node does not exist.
    error Inspections_UnknownNode(uint64 nodeId);

    /// @notice Thrown when a statement is issued in the future.
    error Inspections_NotYetIssued(uint48 issuedAt, uint256 timestamp);

    /// @notice Thrown when a statement has expired.
    error Inspections_Expired(uint48 expiresAt, uint256 timestamp);

    /// @notice Thrown when a statement is not newer than what is there.
    error Inspections_Superseded(uint64 nodeId, address inspector, uint48 issuedAt, uint48 latest);

    /// @notice Thrown when a signature is not the inspector's.
    error Inspections_WrongSignature(address inspector);

    /// @notice Thrown when more inspectors are named than allowed.
    error Inspections_TooManyInspectors(uint256 count, uint256 max);

    // ─── EVERYBODY ───

    /// @notice Brings an inspector's statement.
    /// @dev Emits {NodeInspected}. Requirements: the node exists; issued, not expired, newer than the inspector's last
    /// statement about the node and than its last revocation; signed by it.
    /// @param inspector Inspector, an account or a contract
    /// @param statement What it signed
    /// @param signature Its signature
    function bring(address inspector, Statement calldata statement, bytes calldata signature) external;

    // ─── INSPECTORS ───

    /// @notice Takes the caller's word about a node back. No statement issued until now counts again, not even one
    /// that nobody has brought yet.
    /// @dev Emits {InspectionRevoked}.
    /// @param nodeId Number of the node
    function revoke(uint64 nodeId) external;

    // ─── VIEWS ───

    /// @notice Whether named inspectors confirm attributes of a node now.
    /// @dev Requirements: at most 16 inspectors. One confirms if its statement counts and has every attribute that is
    /// asked for; none asked for means that any statement which counts will do.
    /// @param nodeId Number of the node
    /// @param attributes Bitmap of the attributes
    /// @param inspectors Inspectors
    /// @param all Whether each of them must confirm, or any one will do
    /// @return confirmed Whether they do; false for an empty list
    function isConfirmed(
        uint64 nodeId,
        uint256 attributes,
        address[] calldata inspectors,
        bool all
    ) external view returns (bool confirmed);

    /// @notice The latest word of an inspector about a node.
    /// @param nodeId Number of the node
    /// @param inspector Inspector
    /// @return inspection What is kept of it; zero if it never spoke
    function inspectionOf(uint64 nodeId, address inspector) external view returns (Inspection memory inspection);

    /// @notice What an inspector signs.
    /// @param statement Statement
    /// @return digest EIP-712 digest of this chain and contract
    function statementDigest(Statement calldata statement) external view returns (bytes32 digest);
}
