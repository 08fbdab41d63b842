// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";

/// @title UptimeReport
/// @notice Hash and signatures of a report.
library UptimeReport {
    /// @notice EIP-712 type of a report.
    bytes32 internal constant TYPEHASH = keccak256(
        "Report(uint32 epoch,bytes32 root,bytes32 evidenceRoot,uint32 nodeCount,uint96 totalPoints,bytes32 dataHash,"
        "bytes32 previousReport,bytes32 registryDigest,bytes32 configDigest,uint32 consensusVersion)"
    );

    /// @notice Bytes of an ERC-2098 signature.
    uint256 internal constant SIGNATURE_BYTES = 64;

    /// @notice EIP-712 struct hash of a report.
    /// @param report The report
    /// @return reportHash The hash
    function hash(IUptimeOracle.Report calldata report) internal pure returns (bytes32 reportHash) {
        // A struct of value types only: its encoding is the encoding of its fields one after the other.
        return keccak256(abi.encode(TYPEHASH, report));
    }

    /// @notice Checks that each seat of a bitmap signed a digest. Bits cannot repeat, so neither can signers (T-59).
    /// @param digest The digest
    /// @param keys Key of each seat
    /// @param signers Bit i: seat i signed
    /// @param signatures One signature per bit, in order of seats
    /// @return count Number of signatures
    function checkSignatures(
        bytes32 digest,
        address[] storage keys,
        uint32 signers,
        bytes calldata signatures
    ) internal view returns (uint256 count) {
        uint256 seats = keys.length;
        bool fits = uint256(signers) >> seats == 0;
        for (uint256 seat = 0; fits && seat < seats; ++seat) {
            if ((signers >> seat) & 1 == 0) continue;
            uint256 end = (count + 1) * SIGNATURE_BYTES;
            fits = end <= signatures.length;
            // A seat is below 32.
            if (fits) checkSignature(digest, keys[seat], uint8(seat), signatures[end - SIGNATURE_BYTES:end]);
            ++count;
        }
        fits = fits && count * SIGNATURE_BYTES == signatures.length;
        require(fits, IUptimeOracle.UptimeOracle_BadBitmap(signers, signatures.length));
    }

    /// @notice Checks that a key signed a digest.
    /// @param digest The digest
    /// @param key The key
    /// @param seat Its seat, for the error
    /// @param signature 64 bytes as of ERC-2098; a high `s` has no encoding there, so a signature has one form only
    function checkSignature(bytes32 digest, address key, uint8 seat, bytes calldata signature) internal pure {
        // A failed recovery yields zero, which must not pass for a seat (X-14).
        bool valid = key != address(0) && signerOf(digest, signature) == key;
        require(valid, IUptimeOracle.UptimeOracle_WrongSigner(seat, key));
    }

    /// @notice The key that signed a digest.
    /// @param digest The digest
    /// @param signature 64 bytes as of ERC-2098
    /// @return signer The key; zero when the signature belongs to nobody
    function signerOf(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        if (signature.length != SIGNATURE_BYTES) return address(0);
        (signer, , ) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
    }
}
