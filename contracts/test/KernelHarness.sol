// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Many calls of a kernel in one, with what each cost.
contract KernelHarness {
    struct Outcome {
        bool success;
        uint256 gasUsed;
        bytes result;
    }

    function callMany(address kernel, bytes[] calldata calls) external view returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = gasleft();
            (outcomes[i].success, outcomes[i].result) = kernel.staticcall(calls[i]);
            outcomes[i].gasUsed = before - gasleft();
        }
    }
}
