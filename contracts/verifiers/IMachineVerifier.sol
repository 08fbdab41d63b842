// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MachineProgram} from "./MachineTypes.sol";

/// @title IMachineVerifier
/// @notice A machine, as the chain knows it: its first state, one step, and what its last state says.
/// @dev A state is known by a hash; what a witness is, each machine says. What a verifier promises to the games over
/// it:
/// - every answer depends on the arguments alone: its code passed `KernelRegistry`;
/// - the step is total: each state has exactly one next one, and only a witness that does not belong to its state
///   reverts;
/// - a state that is final steps to itself.
interface IMachineVerifier {
    /// @notice Reverts unless there can be a machine for a program.
    /// @param program The program
    function check(MachineProgram calldata program) external pure;

    /// @notice The state before the first step. Nobody claims it: it follows from the job.
    /// @param program The program
    /// @param inputRoot Root of the input
    /// @return stateHash Hash of the state
    function genesisOf(MachineProgram calldata program, bytes32 inputRoot) external pure returns (bytes32 stateHash);

    /// @notice The state after a step.
    /// @param program The program
    /// @param witness What the step is computed from
    /// @return stateHash Hash of the state before
    /// @return nextHash Hash of the state after
    function stepOf(
        MachineProgram calldata program,
        bytes calldata witness
    ) external pure returns (bytes32 stateHash, bytes32 nextHash);

    /// @notice A final state, when it was reached, and its output. Reverts if the state is not final.
    /// @param program The program
    /// @param witness What shows the state and the output in it
    /// @return stateHash Hash of the state
    /// @return outputRoot Root of the output
    /// @return steps Steps done when it was reached
    function endOf(
        MachineProgram calldata program,
        bytes calldata witness
    ) external pure returns (bytes32 stateHash, bytes32 outputRoot, uint64 steps);
}
