// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeRegistry} from "../hardware/INodeRegistry.sol";

/// @title INodeTraits
/// @notice What buyers of results ask of a node beyond its class and its number: where it is, what it has, and who
/// confirms that. An order carries one word for it, the traits' hash, and only an acceptance shows what the word means:
/// whoever asks for nothing pays for nothing, and traits that are published once serve any number of orders.
///
/// @dev Holds no funds and stores nothing. Publishing is a log, so that providers find the traits of an order by its
/// hash; traits that nobody published are as binding, but nobody can accept what it does not know.
///
/// Promises:
/// - a hash stands for the same traits for ever: nobody can change what an order asks for;
/// - what a node says of itself is checked against its registration, an inspector's word as of the same second.
interface INodeTraits {
    // ─── TYPES ───

    /// @notice What is asked of a node.
    /// @param region ISO 3166-2 code, packed left, or the beginning of one: "DE" takes "DE-BE"; zero: anywhere
    /// @param attributes Bitmap of attributes that the node must have; zero: none
    /// @param inspectors Who must confirm the attributes, at most 16; empty: the node's own word will do
    /// @param allInspectors Whether each of them must, or any one will do
    struct Traits {
        bytes32 region;
        uint256 attributes;
        address[] inspectors;
        bool allInspectors;
    }

    // ─── EVENTS ───

    /// @notice Emitted when somebody said what a hash means.
    /// @param traitsHash The hash, as orders carry it
    /// @param traits What it means
    event TraitsPublished(bytes32 indexed traitsHash, Traits traits);

    // ─── ERRORS ───

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for
    error NodeTraits_ZeroAddress(string name);

    /// @notice Thrown when traits ask for nothing: an order says that by a hash of zero.
    error NodeTraits_NothingWanted();

    /// @notice Thrown when traits name more inspectors than an acceptance can ask.
    /// @param count What was given
    /// @param max The most allowed
    error NodeTraits_TooManyInspectors(uint256 count, uint256 max);

    /// @notice Thrown when the traits shown are not those of the hash.
    /// @param given Hash of what was shown
    /// @param wanted Hash that the order carries
    error NodeTraits_WrongTraits(bytes32 given, bytes32 wanted);

    // ─── ANYONE ───

    /// @notice Says what a hash means, for providers to find.
    /// @dev Emits {TraitsPublished}. Saying it again changes nothing.
    ///
    /// Requirements:
    /// - something is asked for;
    /// - at most 16 inspectors are named.
    /// @param traits The traits
    /// @return traitsHash Their hash
    function publish(Traits calldata traits) external returns (bytes32 traitsHash);

    // ─── READ ───

    /// @notice Reverts unless a node has the traits of a hash.
    /// @dev Reverts with an error of {NodeFilter} that says what is amiss.
    /// @param traitsHash The hash
    /// @param nodeId The node
    /// @param traits What the hash means
    /// @param details What the node says of itself; read only if a region or attributes are asked for
    function check(
        bytes32 traitsHash,
        uint64 nodeId,
        Traits calldata traits,
        INodeRegistry.NodeDetails calldata details
    ) external view;

    /// @notice The word that stands for traits in an order.
    /// @param traits The traits
    /// @return traitsHash `keccak256(abi.encode(traits))`
    function hashOf(Traits calldata traits) external pure returns (bytes32 traitsHash);
}
