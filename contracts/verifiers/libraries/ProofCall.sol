// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProofVerifier} from "../IProofVerifier.sol";

/// @title ProofCall
/// @notice Asks a stranger's verifier whether a proof holds, and suffers nothing from it: a static call of bounded gas,
/// of whose answer one word is read.
library ProofCall {
    /// @notice Gas that a verifier gets: a pairing check takes a quarter of a million, the dearest proof systems a few.
    uint256 internal constant GAS = 6_000_000;

    /// @notice Gas that must be left so that a call can be given `GAS`: it gets at most 63 of 64 parts. A margin pays
    /// for encoding the call.
    uint256 internal constant GAS_NEEDED = GAS + GAS / 63 + 100_000;

    /// @notice Whether an account has code that is its own: not none, and not a pointer to another's (EIP-7702).
    /// @param account The account
    /// @return has True if so
    function hasOwnCode(address account) internal view returns (bool has) {
        if (account.code.length == 0) return false;
        bytes32 start;
        assembly ("memory-safe") {
            extcodecopy(account, 0, 0, 3)
            start := and(mload(0), shl(232, 0xffffff))
        }
        return start != bytes32(bytes3(0xef0100));
    }

    /// @notice Whether a verifier says that a proof holds: it returned at least a word, whose value is one.
    /// @param verifier The verifier
    /// @param programHash The program, as the verifier names it
    /// @param inputRoot Commitment to the input
    /// @param outputRoot Commitment to the output
    /// @param proof The proof
    /// @return holds True if so; false if it reverts, runs out of gas or answers anything else
    function verify(
        address verifier,
        bytes32 programHash,
        bytes32 inputRoot,
        bytes32 outputRoot,
        bytes calldata proof
    ) internal view returns (bool holds) {
        bytes memory data = abi.encodeCall(IProofVerifier.verify, (programHash, inputRoot, outputRoot, proof));
        uint256 limit = GAS;
        assembly ("memory-safe") {
            // Nothing is copied but the first word.
            mstore(0, 0)
            let isGood := staticcall(limit, verifier, add(data, 0x20), mload(data), 0, 0x20)
            holds := and(isGood, and(gt(returndatasize(), 0x1f), eq(mload(0), 1)))
        }
    }
}
