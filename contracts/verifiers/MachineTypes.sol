// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev What a machine runs. With an input it fixes every state of a run. Jobs name it by
/// `keccak256(abi.encode(program))`.
/// @param codeHash Hash of the code of the verifier: which machine it is
/// @param imageRoot Root of the memory that the program and its data occupy before the first step
/// @param maxSteps A machine that still runs after so many steps is stopped
/// @param entry Address of the first instruction
/// @param depth Depth of the memory's tree, over leaves of 32 bytes
struct MachineProgram {
    bytes32 codeHash;
    bytes32 imageRoot;
    uint64 maxSteps;
    uint32 entry;
    uint8 depth;
}
