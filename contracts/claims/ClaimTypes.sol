// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProgramHeader, Region} from "../verifiers/TensorTypes.sol";

/// @dev Where a claim stands; derived from facts and time.
///
/// ```
/// None ──post──> Open ──window over, nothing pending, every path's time to point over──> Final
///                  └──prove, or timeout of a branch or of a chunk──> Slashed
/// ```
/// Final and Slashed are the ends: no call leaves them.
enum ClaimState {
    None,
    Open,
    Final,
    Slashed
}

/// @dev Where a question to the provider stands: a branch that was pointed at, or a chunk that was demanded. Once
/// answered, always answered.
enum BranchStatus {
    None,
    Pending,
    Opened,
    Demanded,
    Delivered
}

/// @dev What a claim answers for; fixed by the task.
/// @param programHash Program, as `TensorProgram.hash` gives it
/// @param inputRoot Root of the input region
/// @param provider Who made the claim and answers for it
/// @param buyer Who is compensated if it is wrong
/// @param bond What it answers with, MILL
/// @param windowSeconds How long anyone may begin a path after the claim is posted
/// @param responseSeconds How long the provider has to open a branch, and challengers to go on after it
/// @param isPrivate Whether only the buyer and the checkers it names may point and demand
struct Terms {
    bytes32 programHash;
    bytes32 inputRoot;
    address provider;
    address buyer;
    uint96 bond;
    uint32 windowSeconds;
    uint32 responseSeconds;
    bool isPrivate;
}

/// @dev How a fallen claim rewards those who brought the evidence; copied into each claim when it is posted.
/// @param cap Most that one claim pays them together, MILL
/// @param moveRefund What one pointer is refunded before anything is shared, MILL: what its gas is worth
struct RewardRule {
    uint96 cap;
    uint96 moveRefund;
}

/// @dev A claim in full. The chain stores its hash, `keccak256(abi.encode(claim))`; callers bring the rest.
struct Claim {
    Terms terms;
    RewardRule rewards;
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

/// @dev What is stored of a claim: 32 bytes, then 6 + 6 + 4 + 4 + 5 + 1 + 1 + 1 + 1 = 29.
/// @param commitment Hash of the claim; zero means that there is none
/// @param windowEndsAt Last second at which a path can be committed to, and a chunk demanded
/// @param quietAt Last second at which a path can begin or go on; later than `windowEndsAt`; grows only
/// @param responseSeconds As in the terms
/// @param pending Questions that wait for the provider
/// @param bondGwei Bond of a branch of this claim when none is pending, in 10^9 wei; fixed when the claim was posted
/// @param demands Chunks demanded by others than the buyer that wait for the provider
/// @param buyerDemands Chunks demanded by the buyer that wait for the provider
/// @param isPrivate As in the terms
/// @param isSlashed Whether the claim was proven wrong or left unanswered
struct ClaimRecord {
    bytes32 commitment;
    uint48 windowEndsAt;
    uint48 quietAt;
    uint32 responseSeconds;
    uint32 pending;
    uint40 bondGwei;
    uint8 demands;
    uint8 buyerDemands;
    bool isPrivate;
    bool isSlashed;
}

/// @dev What is stored of a question: 20 + 5 + 6 + 1 = 32 bytes.
/// @param owner Who asked it first
/// @param bondGwei Its bond, or the fee of a chunk, in 10^9 wei; zero after it was withdrawn
/// @param clockAt Last second for the provider to answer; once answered, when that was
/// @param status Where it stands
struct Branch {
    address owner;
    uint40 bondGwei;
    uint48 clockAt;
    BranchStatus status;
}

/// @dev A commitment that was made before, and is now shown.
/// @param lane Where the account keeps it
/// @param salt What hid it
struct Reveal {
    uint256 lane;
    bytes32 salt;
}
