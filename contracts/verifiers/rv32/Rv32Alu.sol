// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Rv32Alu
/// @notice Arithmetic of RV32IM: immediates, results of register instructions, bytes of memory.
/// @dev Values of 32 bits are held zero-extended; results may carry bits above them, which are cut where they are
/// stored. Source: The RISC-V Instruction Set Manual, volume I, RV32I 2.1 and M 2.0.
library Rv32Alu {
    uint256 private constant _MASK = 0xffffffff;

    // ─── REGISTERS ───

    /// @notice Result of an instruction of two operands.
    /// @param a First operand, 32 bits
    /// @param b Second operand, 32 bits
    /// @param function3 Which function
    /// @param function7 Which variant: 0, 1 for multiplication and division, 0x20 for SUB and SRA
    /// @return value Result, mod 2^32
    /// @return isKnown False if there is no such instruction
    function compute(
        uint256 a,
        uint256 b,
        uint256 function3,
        uint256 function7
    ) internal pure returns (uint256 value, bool isKnown) {
        if (function7 == 1) return (_multiplyOrDivide(a, b, function3) & _MASK, true);
        unchecked {
            if (function7 == 0x20) {
                if (function3 == 0) return ((a - b) & _MASK, true);
                if (function3 == 5) return (uint256(signed(a) >> (b & 31)) & _MASK, true);
                return (0, false);
            }
            if (function7 != 0) return (0, false);
        }
        return (_plain(a, b, function3) & _MASK, true);
    }

    function _plain(uint256 a, uint256 b, uint256 function3) private pure returns (uint256 value) {
        unchecked {
            if (function3 == 0) return a + b;
            if (function3 == 1) return a << (b & 31);
            if (function3 == 2) return signed(a) < signed(b) ? 1 : 0;
            if (function3 == 3) return a < b ? 1 : 0;
            if (function3 == 4) return a ^ b;
            if (function3 == 5) return a >> (b & 31);
            if (function3 == 6) return a | b;
            return a & b;
        }
    }

    /// @dev Division by zero gives all ones and the dividend as remainder; the most negative by −1 gives itself and 0.
    function _multiplyOrDivide(uint256 a, uint256 b, uint256 function3) private pure returns (uint256 value) {
        unchecked {
            if (function3 == 0) return a * b;
            if (function3 == 1) return uint256((signed(a) * signed(b)) >> 32);
            if (function3 == 2) return uint256((signed(a) * int256(b)) >> 32);
            if (function3 == 3) return (a * b) >> 32;
            // Whole numbers of 256 bits: the overflow of 32 bits is cut off, and what is left is as the manual says.
            if (function3 == 4) return b == 0 ? _MASK : uint256(signed(a) / signed(b));
            if (function3 == 5) return b == 0 ? _MASK : a / b;
            if (function3 == 6) return b == 0 ? a : uint256(signed(a) % signed(b));
            return b == 0 ? a : a % b;
        }
    }

    /// @notice The signed number that 32 bits stand for.
    /// @param value 32 bits, zero-extended
    /// @return number −2^31..2^31 − 1
    function signed(uint256 value) internal pure returns (int256 number) {
        return int256(int32(uint32(value)));
    }

    // ─── IMMEDIATES ───

    /// @notice Immediate of loads, JALR and OP-IMM, sign-extended to 256 bits.
    /// @param instruction Instruction
    /// @return value Immediate
    function immediateI(uint256 instruction) internal pure returns (uint256 value) {
        return uint256(signed(instruction) >> 20);
    }

    /// @notice Immediate of stores, sign-extended to 256 bits.
    /// @param instruction Instruction
    /// @return value Immediate
    function immediateS(uint256 instruction) internal pure returns (uint256 value) {
        return uint256((signed(instruction) >> 25) << 5) | ((instruction >> 7) & 0x1f);
    }

    /// @notice Offset of a branch, sign-extended to 256 bits.
    /// @param instruction Instruction
    /// @return value Immediate
    function immediateB(uint256 instruction) internal pure returns (uint256 value) {
        return
            uint256((signed(instruction) >> 31) << 12) |
            ((instruction << 4) & 0x800) |
            ((instruction >> 20) & 0x7e0) |
            ((instruction >> 7) & 0x1e);
    }

    /// @notice Offset of JAL, sign-extended to 256 bits.
    /// @param instruction Instruction
    /// @return value Immediate
    function immediateJ(uint256 instruction) internal pure returns (uint256 value) {
        return
            uint256((signed(instruction) >> 31) << 20) |
            (instruction & 0xff000) |
            ((instruction >> 9) & 0x800) |
            ((instruction >> 20) & 0x7fe);
    }

    // ─── MEMORY ───

    /// @notice Four bytes of a leaf as a number, the first one the lowest.
    /// @param leaf Leaf
    /// @param index Index of the first byte; bytes after the leaf's end are zero
    /// @return value The number
    function fromLittleEndian(bytes32 leaf, uint256 index) internal pure returns (uint256 value) {
        uint256 word = (uint256(leaf) << (index << 3)) >> 224;
        word = ((word & 0xff00ff00) >> 8) | ((word & 0x00ff00ff) << 8);
        return (word >> 16) | ((word & 0xffff) << 16);
    }

    /// @notice A leaf in which some bytes are those of a number, the lowest first.
    /// @param leaf Leaf
    /// @param index Index of the first byte
    /// @param size How many: 1, 2 or 4, all in the leaf
    /// @param value The number; only its low bytes count
    /// @return changed The leaf with them
    function withLittleEndian(
        bytes32 leaf,
        uint256 index,
        uint256 size,
        uint256 value
    ) internal pure returns (bytes32 changed) {
        unchecked {
            uint256 bits = size << 3;
            uint256 swapped = ((value & 0xff00ff00) >> 8) | ((value & 0x00ff00ff) << 8);
            swapped = ((swapped >> 16) & 0xffff) | ((swapped & 0xffff) << 16);
            // The low bytes of the value are now the high ones of 32 bits.
            uint256 part = swapped >> (32 - bits);
            uint256 shift = 256 - bits - (index << 3);
            uint256 mask = ((1 << bits) - 1) << shift;
            return bytes32((uint256(leaf) & ~mask) | (part << shift));
        }
    }

    /// @notice The low bytes of a number, extended to 32 bits.
    /// @param value The number
    /// @param size How many bytes: 1, 2 or 4
    /// @param isSigned Whether the highest of these bits fills those above
    /// @return extended 32 bits
    function extend(uint256 value, uint256 size, bool isSigned) internal pure returns (uint256 extended) {
        unchecked {
            uint256 up = 256 - (size << 3);
            if (isSigned) return uint256(int256(value << up) >> up) & _MASK;
            return (value << up) >> up;
        }
    }
}
