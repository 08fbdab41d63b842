// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Run} from "../claims/RunTypes.sol";
import {MachineProgram} from "../verifiers/MachineTypes.sol";
import {IClaimMarket} from "./IClaimMarket.sol";

/// @title IMachineMarket
/// @notice Pay for a run of any program: as `ITaskMarket`, with its diagram, but the work is a program in machine code,
/// and what is claimed are its states. `IRunClaims` judges it.
///
/// The terms' `programHash` stands for a `MachineProgram`: `keccak256(abi.encode(program))`; their `inputRoot` for the
/// quarter of its memory that begins as the input. A run that has exited, trapped or used up its steps is a result:
/// the program is the buyer's, and so is what it does.
///
/// @dev Promises: those of `ITaskMarket`. Assumptions: too, with RunClaims for ResultClaims.
interface IMachineMarket is IClaimMarket {
    // ─── EVENTS ───

    /// @notice Emitted before `TaskOpened`, with what its `programHash` stands for.
    /// @param taskId The task
    /// @param program What is to be run
    event MachineProgramNamed(uint256 indexed taskId, MachineProgram program);

    /// @notice Emitted when a run was claimed; {RunPosted} of RunClaims has the rest.
    /// @param taskId The task
    /// @param attempt Number of the attempt
    /// @param claimId Its claim at RunClaims: `taskId * 256 + attempt`
    event RunSubmitted(uint256 indexed taskId, uint8 attempt, uint256 indexed claimId);

    // ─── ERRORS ───

    /// @notice Thrown when a program is not the one that an order names.
    /// @param given Hash of the given program
    /// @param ordered The order's `programHash`
    error MachineMarket_WrongProgram(bytes32 given, bytes32 ordered);

    // ─── BUYER ───

    /// @notice Opens a task and locks its `maxPrice` from the caller's free credits.
    /// @dev Emits {MachineProgramNamed} and {TaskOpened}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the terms are within their bounds (see {TaskMarket_TermOutOfBounds}), the claim's windows within those of
    ///   RunClaims;
    /// - `program` hashes to the terms' `programHash`, and RunClaims can decide about it;
    /// - the caller has `maxPrice` free credits.
    /// @param terms What the caller wants
    /// @param program What is to be run
    /// @return taskId The new task's id
    function open(TaskTerms calldata terms, MachineProgram calldata program) external returns (uint256 taskId);

    // ─── PROVIDER ───

    /// @notice Claims a result.
    /// @dev Emits {RunSubmitted}. Reverts as `IRunClaims.post` does.
    ///
    /// Requirements:
    /// - the status is Working;
    /// - the caller is the node's provider, its operator or its agent;
    /// - the program is the order's, and the run ends in a final state of it.
    /// @param taskId The task
    /// @param order Its order
    /// @param program What was run
    /// @param run What is claimed
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        MachineProgram calldata program,
        Run calldata run
    ) external;
}
