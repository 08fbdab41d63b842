// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "../libraries/BinaryTree.sol";
import {IMachineVerifier} from "../IMachineVerifier.sol";
import {MachineProgram} from "../MachineTypes.sol";
import {Rv32Machine} from "./Rv32Machine.sol";
import {EndWitness, StepWitness} from "./Rv32Types.sol";

/// @title Rv32Verifier
/// @notice See `IMachineVerifier`: a RISC-V machine (RV32IM) with its input and output in its memory.
/// @dev The memory's first half is the program's: image, heap and stack. The third quarter begins as the input, the
/// fourth as zeros, and what it holds in the end is the output. The machine begins with x2 (sp) at the end of the half,
/// x10 (a0) at the input, x11 (a1) at the output, x12 (a2) the bytes of each, and all other registers zero.
///
/// Final is what has exited or trapped, and what has done `maxSteps`. Compiled without metadata, as kernels are.
contract Rv32Verifier is IMachineVerifier {
    using BinaryTree for bytes32;

    // ─── CONSTANTS ───

    /// @notice Shallowest memory: 32 KiB.
    uint8 public constant MIN_DEPTH = 10;

    /// @notice Deepest memory, 2 GiB: what interpreters can hold together with its tree.
    uint8 public constant MAX_DEPTH = 26;

    /// @dev Depth of the tree over the memory's four quarters, and where the output is among these.
    uint256 private constant _QUARTERS_DEPTH = 2;
    uint256 private constant _OUTPUT_QUARTER = 3;

    // ─── ERRORS ───

    /// @notice Thrown when a memory is shallower or deeper than a job's can be.
    /// @param depth What was given
    error Rv32Verifier_BadDepth(uint8 depth);

    /// @notice Thrown when a program may do no step.
    error Rv32Verifier_NoSteps();

    /// @notice Thrown when a state that is called final goes on.
    /// @param step Steps done
    error Rv32Verifier_NotFinal(uint256 step);

    /// @notice Thrown when an output is not in the state's memory.
    /// @param outputRoot Root of what was called the output
    error Rv32Verifier_OtherOutput(bytes32 outputRoot);

    // ─── MACHINE ───

    /// @inheritdoc IMachineVerifier
    function check(MachineProgram calldata program) external pure {
        require(program.depth >= MIN_DEPTH && program.depth <= MAX_DEPTH, Rv32Verifier_BadDepth(program.depth));
        require(program.maxSteps != 0, Rv32Verifier_NoSteps());
    }

    /// @inheritdoc IMachineVerifier
    function genesisOf(MachineProgram calldata program, bytes32 inputRoot) external pure returns (bytes32 stateHash) {
        bytes32 zeros = _zeros(program.depth - _QUARTERS_DEPTH);
        bytes32 memoryRoot = _join(program.imageRoot, _join(inputRoot, zeros));
        // At most 2^31 bytes: every address fits 32 bits.
        uint32 quarter = uint32(1) << (program.depth + 5 - 2);
        bytes memory state = bytes.concat(
            abi.encodePacked(memoryRoot, program.entry, uint64(0), uint32(0)),
            // x0 and x1, sp, x3 to x9, a0 to a2, x13 to x31.
            abi.encodePacked(uint64(0), 2 * quarter, bytes28(0), 2 * quarter, 3 * quarter, quarter, new bytes(76))
        );
        return keccak256(state);
    }

    /// @inheritdoc IMachineVerifier
    /// @dev The witness is `abi.encode(StepWitness)`.
    function stepOf(
        MachineProgram calldata program,
        bytes calldata witness
    ) external pure returns (bytes32 stateHash, bytes32 nextHash) {
        StepWitness calldata step;
        // What `abi.decode` would copy into memory: a struct with dynamic parts lies at an offset. Every access to it
        // checks that it stays within the calldata.
        assembly ("memory-safe") {
            step := add(witness.offset, calldataload(witness.offset))
        }
        stateHash = keccak256(step.state);
        nextHash =
            Rv32Machine.stepCount(step.state) < program.maxSteps ? Rv32Machine.step(step, program.depth) : stateHash;
    }

    /// @inheritdoc IMachineVerifier
    /// @dev The witness is `abi.encode(EndWitness)`.
    function endOf(
        MachineProgram calldata program,
        bytes calldata witness
    ) external pure returns (bytes32 stateHash, bytes32 outputRoot, uint64 steps) {
        EndWitness calldata end;
        // As above.
        assembly ("memory-safe") {
            end := add(witness.offset, calldataload(witness.offset))
        }
        steps = Rv32Machine.stepCount(end.state);
        bool isFinal = Rv32Machine.statusOf(end.state) != Rv32Machine.RUNNING || steps >= program.maxSteps;
        require(isFinal, Rv32Verifier_NotFinal(steps));
        outputRoot = end.outputRoot;
        bool isIn =
            end.siblings.length == _QUARTERS_DEPTH &&
                outputRoot.fold(_OUTPUT_QUARTER, end.siblings) == Rv32Machine.memoryRootOf(end.state);
        require(isIn, Rv32Verifier_OtherOutput(outputRoot));
        stateHash = keccak256(end.state);
    }

    // ─── INTERNAL ───

    /// @dev Root of a memory of zeros.
    function _zeros(uint256 depth) private pure returns (bytes32 root) {
        for (uint256 i = 0; i < depth; ++i) root = _join(root, root);
    }

    function _join(bytes32 left, bytes32 right) private pure returns (bytes32 parent) {
        return keccak256(bytes.concat(left, right));
    }
}
