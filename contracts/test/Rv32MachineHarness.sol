// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Rv32Machine} from "../verifiers/rv32/Rv32Machine.sol";
import {StepWitness} from "../verifiers/rv32/Rv32Types.sol";

/// @title Rv32MachineHarness
/// @notice Lets tests call `Rv32Machine`.
contract Rv32MachineHarness {
    /// @notice As `Rv32Machine.step`, with the gas that it used.
    function step(StepWitness calldata witness, uint256 depth) external view returns (bytes32 next, uint256 gasUsed) {
        uint256 gasBefore = gasleft();
        next = Rv32Machine.step(witness, depth);
        gasUsed = gasBefore - gasleft();
    }

    /// @notice Many steps, for tests that would otherwise call for each.
    function stepMany(StepWitness[] calldata witnesses, uint256 depth) external pure returns (bytes32[] memory next) {
        next = new bytes32[](witnesses.length);
        for (uint256 i = 0; i < witnesses.length; ++i) next[i] = Rv32Machine.step(witnesses[i], depth);
    }
}
