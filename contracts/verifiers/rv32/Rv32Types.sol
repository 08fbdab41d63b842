// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev What a step is computed from.
/// @param state The state, 176 bytes
/// @param code Leaf with the instruction; not looked at where the state has none
/// @param codeSiblings Its siblings, bottom up
/// @param data Leaf that a load or store touches; not looked at by other instructions
/// @param dataSiblings Its siblings, bottom up
struct StepWitness {
    bytes state;
    bytes32 code;
    bytes32[] codeSiblings;
    bytes32 data;
    bytes32[] dataSiblings;
}

/// @dev What shows that a run is over, and with which output.
/// @param state The last state, 176 bytes
/// @param outputRoot Root of the output
/// @param siblings Its siblings up to the memory's root
struct EndWitness {
    bytes state;
    bytes32 outputRoot;
    bytes32[] siblings;
}
