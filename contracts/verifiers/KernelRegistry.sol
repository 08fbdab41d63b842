// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernelRegistry} from "./IKernelRegistry.sol";

/// @title KernelRegistry
/// @notice See `IKernelRegistry`.
/// @dev The scan walks the code as the EVM's own jump analysis does, byte by byte and over the data of pushes. An
/// instruction that runs is always one that this walk meets: code runs from offset 0, and jumps only to a JUMPDEST on
/// the walk.
contract KernelRegistry is IKernelRegistry {
    /// @dev Bit `n` is set if opcode `n` may occur; the pushes with data, 0x60 to 0x7f, are told apart in the scan. By
    /// line: STOP and arithmetic, comparison and bits up to CLZ, KECCAK256, CALLVALUE to CODECOPY, POP to MSTORE8,
    /// JUMP and JUMPI, JUMPDEST, MCOPY and PUSH0, dups and swaps, RETURN, REVERT, INVALID.
    uint256 private constant _PLAIN =
        ((1 << 0x0c) - 1) |
            (((1 << 0x0f) - 1) << 0x10) |
            (1 << 0x20) |
            (((1 << 0x06) - 1) << 0x34) |
            (((1 << 0x04) - 1) << 0x50) |
            (((1 << 0x02) - 1) << 0x56) |
            (1 << 0x5b) |
            (((1 << 0x02) - 1) << 0x5e) |
            (((1 << 0x20) - 1) << 0x80) |
            (1 << 0xf3) |
            (1 << 0xfd) |
            (1 << 0xfe);

    /// @inheritdoc IKernelRegistry
    mapping(bytes32 codeHash => bool admitted) public isAdmitted;

    /// @inheritdoc IKernelRegistry
    function admit(address kernel) external returns (bytes32 codeHash) {
        codeHash = kernel.codehash;
        if (isAdmitted[codeHash]) return codeHash;

        uint256 codeSize = kernel.code.length;
        require(codeSize != 0, KernelRegistry_NoCode(kernel));
        _scan(kernel, codeSize);

        isAdmitted[codeHash] = true;
        emit KernelAdmitted(codeHash, kernel, codeSize);
    }

    /// @dev Reverts unless every instruction is on the allow-list.
    function _scan(address kernel, uint256 codeSize) private view {
        uint256 plain = _PLAIN;
        uint256 offset;
        uint256 opcode;
        bool isDelegated;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            let code := mload(0x40)
            extcodecopy(kernel, code, 0, codeSize)
            isDelegated := eq(shr(232, mload(code)), 0xef0100)
            let end := add(code, codeSize)
            // An opcode that is not allowed stops the inner loop at the end, so that it need not look for it.
            mstore8(end, 0x0c)
            let next := code
            for {} 1 {} {
                for {} and(shr(byte(0, mload(next)), plain), 1) {} {
                    next := add(next, 1)
                }
                if eq(next, end) {
                    break
                }
                opcode := byte(0, mload(next))
                // PUSH1 to PUSH32 are 0x60 to 0x7f; for opcodes below, the difference wraps to a huge number.
                let pushed := sub(opcode, 0x5f)
                if gt(pushed, 32) {
                    break
                }
                next := add(next, add(pushed, 1))
                if gt(next, end) {
                    break
                }
            }
            offset := sub(next, code)
        }
        require(!isDelegated, KernelRegistry_DelegatedCode(kernel));
        require(offset >= codeSize, KernelRegistry_ForbiddenOpcode(offset, uint8(opcode)));
        require(offset == codeSize, KernelRegistry_TruncatedPush(codeSize));
    }
}
