// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernelRegistry} from "./IKernelRegistry.sol";

/// @title KernelRegistry
/// @notice See `IKernelRegistry`.
/// @dev The scan walks the code as the EVM's own jump analysis does, byte by byte and over the data of pushes. An
/// instruction that runs is always one that this walk meets: code runs from offset 0, and jumps only to a JUMPDEST on
/// the walk.
contract KernelRegistry is IKernelRegistry {
    /// @dev Bit `n` is set if opcode `n` may occur. By line: STOP and arithmetic, comparison and bits (CLZ included),
    /// KECCAK256, CALLVALUE to CODECOPY without what lies between in other groups, POP to MSTORE8, JUMP and JUMPI,
    /// JUMPDEST, MCOPY and PUSH0, pushes, dups and swaps, RETURN, REVERT, INVALID.
    uint256 private constant _ALLOWED =
        ((1 << 0x0c) - 1) |
            (((1 << 0x0f) - 1) << 0x10) |
            (1 << 0x20) |
            (((1 << 0x06) - 1) << 0x34) |
            (((1 << 0x04) - 1) << 0x50) |
            (((1 << 0x02) - 1) << 0x56) |
            (1 << 0x5b) |
            (((1 << 0x02) - 1) << 0x5e) |
            (((1 << 0x40) - 1) << 0x60) |
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
        uint256 allowed = _ALLOWED;
        uint256 offset;
        uint256 opcode;
        bool isDelegated;
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            let code := mload(0x40)
            extcodecopy(kernel, code, 0, codeSize)
            isDelegated := eq(shr(232, mload(code)), 0xef0100)
            let next := code
            for {
                let end := add(code, codeSize)
            } lt(next, end) {} {
                opcode := byte(0, mload(next))
                if iszero(and(shr(opcode, allowed), 1)) {
                    break
                }
                // PUSH0 to PUSH32 are 0x5f to 0x7f and carry 0 to 32 bytes; below, the difference wraps to a huge
                // number.
                let pushed := sub(opcode, 0x5f)
                next := add(next, add(1, mul(pushed, lt(pushed, 33))))
            }
            offset := sub(next, code)
        }
        require(!isDelegated, KernelRegistry_DelegatedCode(kernel));
        require(offset >= codeSize, KernelRegistry_ForbiddenOpcode(offset, uint8(opcode)));
        require(offset == codeSize, KernelRegistry_TruncatedPush(codeSize));
    }
}
