// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProgramHeader, Region} from "../verifiers/TensorTypes.sol";

/// @dev Where a claim stands; derived from facts and time.
///
/// ```
/// None ──post──> Open ──window over, nothing pending, every path's time to point over──> Final
///                  └──prove, or timeout of a branch──> Slashed
/// ```
/// Final and Slashed are the ends: no call leaves them.
enum ClaimState {
    None,
    Open,
    Final,
    Slashed
}

/// @dev Where a branch stands. Once opened, always opened.
enum BranchStatus {
    None,
    Pending,
    Opened
}

/// @dev What a claim answers for; fixed by the task.
/// @param programHash Program, as `TensorProgram.hash` gives it
/// @param inputRoot Root of the input region
/// @param provider Who made the claim and answers for it
/// @param buyer Who is compensated if it is wrong
/// @param bond What it answers with, MILL
/// @param windowSeconds How long anyone may begin a path after the claim is posted
/// @param responseSeconds How long the provider has to open a branch, and challengers to go on after it
struct Terms {
    bytes32 programHash;
    bytes32 inputRoot;
    address provider;
    address buyer;
    uint96 bond;
    uint32 windowSeconds;
    uint32 responseSeconds;
}

/// @dev A claim in full. The chain stores its hash, `keccak256(abi.encode(claim))`; callers bring the rest.
struct Claim {
    Terms terms;
    ProgramHeader header;
    bytes32 bodyRoot;
    bytes32 outputRoot;
}

/// @dev A node of a committed tree, as a place in the game. Equal hashes elsewhere are other branches.
/// @param region Body or output
/// @param height Height over the words: the region's depth, or a multiple of 5 below it
/// @param position Index among the nodes of that height
/// @param hash The node
struct BranchKey {
    Region region;
    uint8 height;
    uint64 position;
    bytes32 hash;
}

/// @dev What is stored of a claim: 32 bytes, then 6 + 6 + 4 + 4 + 5 + 1 = 26.
/// @param commitment Hash of the claim; zero means that there is none
/// @param windowEndsAt Last second at which a path can begin
/// @param quietAt Last second at which an opened path can go on; at least `windowEndsAt`; grows only
/// @param responseSeconds As in the terms
/// @param pending Branches that wait for the provider
/// @param bondGwei Bond of a branch of this claim, in 10^9 wei; fixed when the claim was posted
/// @param isSlashed Whether the claim was proven wrong or left unanswered
struct ClaimRecord {
    bytes32 commitment;
    uint48 windowEndsAt;
    uint48 quietAt;
    uint32 responseSeconds;
    uint32 pending;
    uint40 bondGwei;
    bool isSlashed;
}

/// @dev What is stored of a branch: 20 + 5 + 6 + 1 = 32 bytes.
/// @param owner Who pointed at it first
/// @param bondGwei Its bond in 10^9 wei; zero after it was withdrawn
/// @param clockAt Pending: last second for the provider to open it. Opened: when that was
/// @param status Where it stands
struct Branch {
    address owner;
    uint40 bondGwei;
    uint48 clockAt;
    BranchStatus status;
}
