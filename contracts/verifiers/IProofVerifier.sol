// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IProofVerifier
/// @notice Checks that a program, run on a committed input, gives a committed output.
/// @dev Contracts of this kind are named by their buyers and pinned by code hash; whoever calls one bounds its gas and
/// believes nothing but a word that is exactly one (see `ProofCall`). A good one has no storage, no owner and answers
/// `false` to everything that is not a proof.
interface IProofVerifier {
    /// @notice Whether a proof holds.
    /// @param programHash The program, as the verifier names it
    /// @param inputRoot Commitment to the input
    /// @param outputRoot Commitment to the output
    /// @param proof The proof, in the verifier's own encoding
    /// @return isProven True if it holds
    function verify(
        bytes32 programHash,
        bytes32 inputRoot,
        bytes32 outputRoot,
        bytes calldata proof
    ) external view returns (bool isProven);
}
