// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IKernelRegistry
/// @notice Which code hashes are kernels: code that can answer in one way only.
/// @dev Anyone may admit a kernel, nobody can refuse or remove one. Admission says that the code is pure, not that it
/// is right or total: that is between a buyer and the provider that accepts its program. Once admitted, always
/// admitted.
interface IKernelRegistry {
    /// @notice Emitted when a code hash is admitted, once for each.
    /// @param codeHash `EXTCODEHASH` of the kernel.
    /// @param kernel An address that has this code.
    /// @param codeSize Size of the code in bytes.
    event KernelAdmitted(bytes32 indexed codeHash, address indexed kernel, uint256 codeSize);

    /// @notice Thrown when an account has no code.
    /// @param kernel The account.
    error KernelRegistry_NoCode(address kernel);

    /// @notice Thrown when an account runs the code of another (EIP-7702), which it can change.
    /// @param kernel The account.
    error KernelRegistry_DelegatedCode(address kernel);

    /// @notice Thrown when code contains an opcode outside the allow-list. A metadata trailer does.
    /// @param offset Where, in bytes from the start of the code.
    /// @param opcode Which.
    error KernelRegistry_ForbiddenOpcode(uint256 offset, uint8 opcode);

    /// @notice Thrown when code ends within the data of a push.
    /// @param codeSize Size of the code in bytes.
    error KernelRegistry_TruncatedPush(uint256 codeSize);

    /// @notice Admits the code of an account as a kernel.
    /// @dev Emits {KernelAdmitted}, unless the code was admitted before: then nothing happens. Up to 100 gas a byte.
    ///
    /// Requirements:
    /// - `kernel` has code of its own;
    /// - every instruction is arithmetic, comparison, bitwise, KECCAK256, call data, memory, code copy, CALLVALUE
    ///   (zero in every static call), jump, push, dup, swap, pop, STOP, RETURN, REVERT or INVALID. No state, no calls,
    ///   no environment, no gas, no time.
    /// @param kernel The account.
    /// @return codeHash Its code hash.
    function admit(address kernel) external returns (bytes32 codeHash);

    /// @notice Whether a code hash is admitted. Once true, always true.
    /// @param codeHash `EXTCODEHASH` of a kernel.
    /// @return admitted True after `admit`.
    function isAdmitted(bytes32 codeHash) external view returns (bool admitted);
}
