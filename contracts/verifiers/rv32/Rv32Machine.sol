// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "../libraries/BinaryTree.sol";
import {Rv32Alu} from "./Rv32Alu.sol";
import {StepWitness} from "./Rv32Types.sol";

/// @title Rv32Machine
/// @notice One step of a RISC-V machine (RV32IM, unprivileged), as the chain checks it.
/// @dev A state is 176 bytes, and its hash is their keccak256:
///
/// | bytes | what | |
/// |---|---|---|
/// | 0..31 | memory root | binary keccak tree over leaves of 32 bytes, used raw |
/// | 32..35 | pc | big-endian, as all that follows |
/// | 36..43 | step | steps done |
/// | 44..47 | status | 0 running, 1 exited, 2 trapped |
/// | 48..175 | x0 … x31 | |
///
/// The memory is `2^(depth + 5)` bytes from address 0; code and data share it, little-endian as RISC-V has it.
///
/// The step is total: every state has exactly one next state, and no instruction reverts. An exited or trapped state
/// steps to itself. A trap (an instruction that is none of RV32IM, a misaligned or outlying address, EBREAK, any
/// ECALL but exit) changes nothing but status and step. `ECALL` with a7 = 93 exits with a0 as its code. Only a witness
/// that does not belong to the state reverts.
///
/// Source: The RISC-V Instruction Set Manual, volume I, RV32I 2.1 and M 2.0.
library Rv32Machine {
    using BinaryTree for bytes32;

    // ─── CONSTANTS ───

    /// @notice Length of a state.
    uint256 internal constant STATE_BYTES = 176;

    /// @notice Status of a machine that runs.
    uint256 internal constant RUNNING = 0;

    /// @notice Status after exit; its code is x10.
    uint256 internal constant EXITED = 1;

    /// @notice Status after a trap.
    uint256 internal constant TRAPPED = 2;

    /// @notice Deepest memory: all that 32 bits address.
    uint256 internal constant MAX_DEPTH = 27;

    uint256 private constant _PC = 32;
    uint256 private constant _STEP = 36;
    uint256 private constant _STATUS = 44;
    uint256 private constant _REGISTERS = 48;

    uint256 private constant _LOAD = 0x03;
    uint256 private constant _FENCE = 0x0f;
    uint256 private constant _OP_IMMEDIATE = 0x13;
    uint256 private constant _AUIPC = 0x17;
    uint256 private constant _STORE = 0x23;
    uint256 private constant _OP = 0x33;
    uint256 private constant _LUI = 0x37;
    uint256 private constant _BRANCH = 0x63;
    uint256 private constant _JALR = 0x67;
    uint256 private constant _JAL = 0x6f;
    uint256 private constant _SYSTEM = 0x73;

    /// @dev Immediate of LUI and AUIPC.
    uint256 private constant _UPPER = 0xfffff000;

    uint256 private constant _A7 = 17;
    uint256 private constant _EXIT_CALL = 93;

    // ─── ERRORS ───

    /// @notice Thrown when a state has another length than a state has.
    /// @param length Its length
    error Rv32Machine_BadState(uint256 length);

    /// @notice Thrown when a memory is deeper than 32 bits address.
    /// @param depth What was given
    error Rv32Machine_TooDeep(uint256 depth);

    /// @notice Thrown when a leaf with its siblings does not fold to the memory root.
    /// @param leafIndex Which leaf of the memory was to be shown
    error Rv32Machine_BadProof(uint256 leafIndex);

    // ─── STEP ───

    /// @notice Hash of the state after this one.
    /// @param witness The state, and the leaves of its memory that the step reads
    /// @param depth Depth of the memory's tree; at most `MAX_DEPTH`
    /// @return next Hash of the next state
    function step(StepWitness calldata witness, uint256 depth) internal pure returns (bytes32 next) {
        _checkState(witness.state);
        require(depth <= MAX_DEPTH, Rv32Machine_TooDeep(depth));
        uint256 machine = _load(witness.state);
        if (_word(machine, _STATUS) != RUNNING) return _hash(machine);

        _countStep(machine);
        uint256 pc = _word(machine, _PC);
        if (_isOutside(pc, 4, depth)) return _trap(machine);
        _checkLeaf(machine, witness.code, pc >> 5, witness.codeSiblings, depth);
        _execute(machine, Rv32Alu.fromLittleEndian(witness.code, pc & 31), witness, depth);
        return _hash(machine);
    }

    // ─── STATES ───

    /// @notice Root of a state's memory.
    /// @param state The state
    /// @return root The root
    function memoryRootOf(bytes calldata state) internal pure returns (bytes32 root) {
        _checkState(state);
        return bytes32(state);
    }

    /// @notice Steps that a state comes after.
    /// @param state The state
    /// @return count How many
    function stepCount(bytes calldata state) internal pure returns (uint64 count) {
        _checkState(state);
        return uint64(bytes8(state[_STEP:]));
    }

    /// @notice Status of a state.
    /// @param state The state
    /// @return status `RUNNING`; everything else stands still
    function statusOf(bytes calldata state) internal pure returns (uint256 status) {
        _checkState(state);
        return uint32(bytes4(state[_STATUS:]));
    }

    function _checkState(bytes calldata state) private pure {
        require(state.length == STATE_BYTES, Rv32Machine_BadState(state.length));
    }

    // ─── INSTRUCTIONS ───

    /// @dev Carries out one instruction on the copy of the state.
    function _execute(uint256 machine, uint256 instruction, StepWitness calldata witness, uint256 depth) private pure {
        uint256 opcode = instruction & 0x7f;
        if (opcode == _SYSTEM) return _setStatus(machine, _isExit(machine, instruction) ? EXITED : TRAPPED);

        uint256 nextPc;
        bool isDone;
        unchecked {
            if (opcode == _BRANCH || opcode == _JAL || opcode == _JALR)
                (nextPc, isDone) = _transfer(machine, instruction);
            else (nextPc, isDone) = (_word(machine, _PC) + 4, _work(machine, instruction, witness, depth));
        }
        if (isDone) _setWord(machine, _PC, nextPc);
        else _setStatus(machine, TRAPPED);
    }

    /// @dev Instructions after which the next one follows; false if it traps.
    function _work(
        uint256 machine,
        uint256 instruction,
        StepWitness calldata witness,
        uint256 depth
    ) private pure returns (bool isDone) {
        uint256 opcode = instruction & 0x7f;
        if (opcode == _LOAD || opcode == _STORE) return _access(machine, instruction, witness, depth);
        // FENCE does nothing here: there is one hart, and nothing between it and its memory.
        if (opcode == _FENCE) return _function3(instruction) == 0;

        uint256 value;
        if (opcode == _OP || opcode == _OP_IMMEDIATE) (value, isDone) = _compute(machine, instruction);
        else if (opcode == _LUI) (value, isDone) = (instruction & _UPPER, true);
        else if (opcode == _AUIPC) (value, isDone) = (_word(machine, _PC) + (instruction & _UPPER), true);
        if (isDone) _setRegister(machine, instruction, value);
    }

    /// @dev Branches and jumps; false if it traps. A misaligned target traps before anything is written.
    function _transfer(uint256 machine, uint256 instruction) private pure returns (uint256 nextPc, bool isDone) {
        uint256 opcode = instruction & 0x7f;
        uint256 pc = _word(machine, _PC);
        unchecked {
            if (opcode == _BRANCH) {
                bool isTaken;
                (isTaken, isDone) = _branch(machine, instruction);
                nextPc = isTaken ? pc + Rv32Alu.immediateB(instruction) : pc + 4;
                return (nextPc, isDone && nextPc & 3 == 0);
            }
            if (opcode == _JAL) nextPc = pc + Rv32Alu.immediateJ(instruction);
            else nextPc = (_register(machine, instruction >> 15) + Rv32Alu.immediateI(instruction)) & ~uint256(1);
            isDone = nextPc & 3 == 0 && (opcode == _JAL || _function3(instruction) == 0);
            if (isDone) _setRegister(machine, instruction, pc + 4);
        }
    }

    function _isExit(uint256 machine, uint256 instruction) private pure returns (bool isExit) {
        return instruction == _SYSTEM && _register(machine, _A7) == _EXIT_CALL;
    }

    function _compute(uint256 machine, uint256 instruction) private pure returns (uint256 value, bool isKnown) {
        uint256 a = _register(machine, instruction >> 15);
        uint256 function3 = _function3(instruction);
        uint256 function7 = instruction >> 25;
        if (instruction & 0x7f == _OP)
            return Rv32Alu.compute(a, _register(machine, instruction >> 20), function3, function7);

        uint256 b = Rv32Alu.immediateI(instruction) & 0xffffffff;
        // Only shifts have variants; the immediate of all others reaches into where these are named.
        if (function3 & 3 != 1) return Rv32Alu.compute(a, b, function3, 0);
        if (function7 == 1) return (0, false);
        return Rv32Alu.compute(a, b & 31, function3, function7);
    }

    function _branch(uint256 machine, uint256 instruction) private pure returns (bool isTaken, bool isKnown) {
        uint256 a = _register(machine, instruction >> 15);
        uint256 b = _register(machine, instruction >> 20);
        uint256 function3 = _function3(instruction);
        if (function3 == 2 || function3 == 3) return (false, false);
        if (function3 < 2) isTaken = a == b;
        else if (function3 < 6) isTaken = Rv32Alu.signed(a) < Rv32Alu.signed(b);
        else isTaken = a < b;
        // Odd functions are the opposite of the even ones.
        return (isTaken != (function3 & 1 == 1), true);
    }

    /// @dev A load or store; false if it traps.
    function _access(
        uint256 machine,
        uint256 instruction,
        StepWitness calldata witness,
        uint256 depth
    ) private pure returns (bool done) {
        bool isStore = instruction & 0x7f == _STORE;
        uint256 function3 = _function3(instruction);
        // Width 8 does not exist in 32 bits; loads have unsigned twins of byte and half.
        if (function3 & 3 == 3 || function3 > (isStore ? 2 : 5)) return false;
        uint256 size = 1 << (function3 & 3);
        uint256 memoryAddress;
        unchecked {
            uint256 offset = isStore ? Rv32Alu.immediateS(instruction) : Rv32Alu.immediateI(instruction);
            memoryAddress = (_register(machine, instruction >> 15) + offset) & 0xffffffff;
        }
        if (_isOutside(memoryAddress, size, depth)) return false;
        _checkLeaf(machine, witness.data, memoryAddress >> 5, witness.dataSiblings, depth);

        if (isStore) _store(machine, memoryAddress, size, _register(machine, instruction >> 20), witness);
        else {
            uint256 value = Rv32Alu.fromLittleEndian(witness.data, memoryAddress & 31);
            _setRegister(machine, instruction, Rv32Alu.extend(value, size, function3 < 4));
        }
        return true;
    }

    /// @dev The siblings of the leaf as it was are those of the leaf as it is now.
    function _store(
        uint256 machine,
        uint256 memoryAddress,
        uint256 size,
        uint256 value,
        StepWitness calldata witness
    ) private pure {
        bytes32 leaf = Rv32Alu.withLittleEndian(witness.data, memoryAddress & 31, size, value);
        bytes32 root = leaf.fold(memoryAddress >> 5, witness.dataSiblings);
        assembly ("memory-safe") {
            mstore(machine, root)
        }
    }

    // ─── REGISTERS ───

    /// @dev A copy of the state in memory, with room to read whole words to its end.
    function _load(bytes calldata state) private pure returns (uint256 machine) {
        assembly ("memory-safe") {
            machine := mload(0x40)
            mstore(0x40, add(machine, 224))
            calldatacopy(machine, state.offset, 176)
        }
    }

    function _hash(uint256 machine) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(machine, 176)
        }
    }

    function _word(uint256 machine, uint256 offset) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(224, mload(add(machine, offset)))
        }
    }

    function _setWord(uint256 machine, uint256 offset, uint256 value) private pure {
        assembly ("memory-safe") {
            let place := add(machine, offset)
            mstore(place, or(shl(224, value), shr(32, shl(32, mload(place)))))
        }
    }

    function _register(uint256 machine, uint256 index) private pure returns (uint256 value) {
        return _word(machine, _REGISTERS + ((index & 31) << 2));
    }

    /// @dev Writes the register that bits 7 to 11 name; x0 stays what it is.
    function _setRegister(uint256 machine, uint256 instruction, uint256 value) private pure {
        uint256 index = (instruction >> 7) & 31;
        if (index != 0) _setWord(machine, _REGISTERS + (index << 2), value);
    }

    function _setStatus(uint256 machine, uint256 status) private pure {
        _setWord(machine, _STATUS, status);
    }

    function _trap(uint256 machine) private pure returns (bytes32 next) {
        _setStatus(machine, TRAPPED);
        return _hash(machine);
    }

    /// @dev Counts mod 2^64.
    function _countStep(uint256 machine) private pure {
        assembly ("memory-safe") {
            let place := add(machine, _STEP)
            let word := mload(place)
            mstore(place, or(shl(192, add(shr(192, word), 1)), shr(64, shl(64, word))))
        }
    }

    function _function3(uint256 instruction) private pure returns (uint256 function3) {
        return (instruction >> 12) & 7;
    }

    // ─── MEMORY ───

    /// @dev Whether an access is misaligned or leaves the memory. Aligned accesses never leave their leaf.
    function _isOutside(uint256 memoryAddress, uint256 size, uint256 depth) private pure returns (bool isOutside) {
        unchecked {
            return memoryAddress & (size - 1) != 0 || memoryAddress >> (depth + 5) != 0;
        }
    }

    function _checkLeaf(
        uint256 machine,
        bytes32 leaf,
        uint256 leafIndex,
        bytes32[] calldata siblings,
        uint256 depth
    ) private pure {
        bytes32 root;
        assembly ("memory-safe") {
            root := mload(machine)
        }
        bool isIn = siblings.length == depth && leaf.fold(leafIndex, siblings) == root;
        require(isIn, Rv32Machine_BadProof(leafIndex));
    }
}
