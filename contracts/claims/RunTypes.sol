// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MachineProgram} from "../verifiers/MachineTypes.sol";
import {RewardRule, Terms} from "./ClaimTypes.sol";

/// @dev What a provider hands in: the states of a run at equal distances, and what its last state shows.
/// @param log2 Steps between two checkpoints: 2 to the power of this
/// @param checkpoints Hashes of the states after `2^log2` steps, twice, thrice as many …; the last is final
/// @param end What shows that it is, and the output in it; in the machine's encoding
struct Run {
    uint8 log2;
    bytes32[] checkpoints;
    bytes end;
}

/// @dev A claim in full. The chain stores its hash, `keccak256(abi.encode(claim))`; callers bring the rest.
/// @param terms What it answers for; `programHash` is that of `program`
/// @param rewards How it rewards those who bring it down
/// @param nodeId Whose agent may answer beside the provider
/// @param program What was run
/// @param genesis Hash of the first state, which the chain derived
/// @param checkpointRoot Root over the pairs of neighbours among genesis and checkpoints
/// @param checkpointCount How many checkpoints
/// @param log2 As in the run
/// @param outputRoot Root of the output
struct RunClaim {
    Terms terms;
    RewardRule rewards;
    uint64 nodeId;
    MachineProgram program;
    bytes32 genesis;
    bytes32 checkpointRoot;
    uint16 checkpointCount;
    uint8 log2;
    bytes32 outputRoot;
}

/// @dev A part of a run, from one state to another, as a place in the game.
/// @param above Id of the segment that it was found in; zero between checkpoints
/// @param log2 It is `2^log2` steps long
/// @param position Index among the parts of that length
/// @param first Hash of the state before it
/// @param last Hash of the state after it
struct Segment {
    bytes32 above;
    uint8 log2;
    uint64 position;
    bytes32 first;
    bytes32 last;
}

/// @dev States before and after a segment, where its place is known from elsewhere.
/// @param first Hash of the state before it
/// @param last Hash of the state after it
struct Ends {
    bytes32 first;
    bytes32 last;
}

/// @dev What shows that a step is where a claim says. The state before it is the witness's.
/// @param step How many steps come before it
/// @param path Ends of the segments that hold it, from the checkpoints down
/// @param last State after it, as the provider has it
/// @param siblings Siblings of the pair in that segment's opening, bottom up
struct StepProof {
    uint64 step;
    Ends[] path;
    bytes32 last;
    bytes32[] siblings;
}
