// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITaskBook} from "./ITaskBook.sol";

/// @title IProofMarket
/// @notice Pay for a proven result: as `ITaskMarket`, but the provider shows a proof, a verifier that the buyer named
/// checks it, and the provider is paid in the same transaction. Nothing can be challenged, so nothing waits.
///
/// ```
///  None ──open──▶ Listed ──accept──▶ Accepted ──acknowledge──▶ Working ──submit──▶ Finalized
///                  ▲   ┊                ┊                       ┊
///                  │   ┊ expiresAt      ┊ ackSeconds            ┊ workSeconds
///                  │   ▼                ▼                       ▼
///                  │ Expired      Unacknowledged             Overdue
///                  │                    │                       │
///                  └──────release───────┴───────────────────────┘
///
///  Listed, Expired, Unacknowledged, Overdue ──cancel──▶ Cancelled
/// ```
/// The terms' `programHash` stands for a `ProofProgram`: `keccak256(abi.encode(program))`. The claim's times have no
/// meaning here and must be zero.
///
/// @dev Promises:
/// - a task is paid only after code of the pinned hash at the pinned address has answered exactly "true";
/// - a verifier can neither use more than `VERIFIER_GAS`, nor burden its caller with what it returns, nor change state;
/// - those of `ITaskMarket` about the escrow, about what is governed, and about the two ends.
///
/// What a verifier accepts is the buyer's choice. A provider accepts tasks only of verifiers that it knows, by their
/// code hash: against one that refuses good proofs it would be late, and lose part of its bond.
interface IProofMarket is ITaskBook {
    // ─── TYPES ───

    /// @notice What is to be proven, and by what. Only its hash is in the order.
    /// @param verifier An `IProofVerifier`
    /// @param codeHash Hash of its code, which is looked at again with every proof
    /// @param programHash The program, as the verifier names it
    struct ProofProgram {
        address verifier;
        bytes32 codeHash;
        bytes32 programHash;
    }

    // ─── EVENTS ───

    /// @notice Emitted before `TaskOpened`, with what its `programHash` stands for.
    /// @param taskId The task
    /// @param program What is to be proven
    event ProgramNamed(uint256 indexed taskId, ProofProgram program);

    /// @notice Emitted when a proof was accepted; `TaskFinalized` follows.
    /// @param taskId The task
    /// @param attempt Number of the attempt
    /// @param outputRoot Root of the result
    event ResultProven(uint256 indexed taskId, uint8 attempt, bytes32 outputRoot);

    // ─── ERRORS ───

    /// @notice Thrown when a program is not the one that an order names.
    /// @param given Hash of the given program
    /// @param ordered The order's `programHash`
    error ProofMarket_WrongProgram(bytes32 given, bytes32 ordered);

    /// @notice Thrown when a verifier's code is not the pinned one.
    /// @param verifier The verifier
    /// @param codeHash Hash of its code; zero if the account does not exist
    /// @param pinned The program's `codeHash`
    error ProofMarket_WrongCode(address verifier, bytes32 codeHash, bytes32 pinned);

    /// @notice Thrown when a verifier is named that has no code of its own: an account's key can delegate to any code
    /// (EIP-7702).
    /// @param verifier The verifier
    error ProofMarket_NoCode(address verifier);

    /// @notice Thrown when too little gas is left to give the verifier all that it may use.
    /// @param gasLeft What is left
    /// @param gasNeeded What is needed
    error ProofMarket_TooLittleGas(uint256 gasLeft, uint256 gasNeeded);

    /// @notice Thrown when the verifier did not answer "true".
    /// @param taskId The task
    /// @param verifier The verifier
    error ProofMarket_NotProven(uint256 taskId, address verifier);

    // ─── BUYER ───

    /// @notice Opens a task and locks its `maxPrice` from the caller's free credits.
    /// @dev Emits {ProgramNamed} and {TaskOpened}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the terms are within their bounds, `windowSeconds` and `responseSeconds` zero;
    /// - `program` hashes to the terms' `programHash`, and its verifier has the code of that hash;
    /// - the caller has `maxPrice` free credits.
    /// @param terms What the caller wants
    /// @param program What is to be proven
    /// @return taskId The new task's id
    function open(TaskTerms calldata terms, ProofProgram calldata program) external returns (uint256 taskId);

    // ─── PROVIDER ───

    /// @notice Shows a proof and is paid: the price of the acceptance to the provider, the rest to the buyer, the bond
    /// back, the node free.
    /// @dev Emits {ResultProven} and {TaskFinalized}.
    ///
    /// Requirements:
    /// - the status is Working;
    /// - the caller is the node's provider, its operator or its agent;
    /// - `program` is the order's, its verifier's code is still the pinned one, and says that the proof holds;
    /// - `VERIFIER_GAS` is left for it.
    /// @param taskId The task
    /// @param order Its order
    /// @param program What is to be proven
    /// @param outputRoot Root of the result
    /// @param proof In the verifier's encoding
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        ProofProgram calldata program,
        bytes32 outputRoot,
        bytes calldata proof
    ) external;

    // ─── READ ───

    /// @notice Whether a proof would be accepted now, in an order of this program and input.
    /// @param program What is to be proven
    /// @param inputRoot Root of the input
    /// @param outputRoot Root of the result
    /// @param proof In the verifier's encoding
    /// @return isProven True if it would
    function isProven(
        ProofProgram calldata program,
        bytes32 inputRoot,
        bytes32 outputRoot,
        bytes calldata proof
    ) external view returns (bool isProven);

    /// @notice What an order's `programHash` is for a program.
    /// @param program What is to be proven
    /// @return programHash `keccak256(abi.encode(program))`
    function programHashOf(ProofProgram calldata program) external pure returns (bytes32 programHash);
}
