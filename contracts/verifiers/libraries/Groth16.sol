// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Groth16
/// @notice Checks Groth16 proofs over BN254, whatever the circuit: with `x = ic[0] + Σ inputs[i] · ic[i + 1]` a proof
/// `(a, b, c)` holds if `e(a, b) = e(alpha, beta) · e(x, gamma) · e(c, delta)`.
/// @dev Never reverts on a proof or an input, however wrong: a point off the curve, a coordinate or an input out of its
/// field and a proof of the wrong length do not hold. About 215k gas with two inputs.
library Groth16 {
    /// @notice Order of the group, and so of an input.
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice Order of the field of coordinates.
    uint256 internal constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    /// @notice Length of a proof: `a`, `b` and `c`, eight words.
    uint256 internal constant PROOF_BYTES = 256;

    /// @notice A point of the first group; zeros are its neutral one.
    /// @param x Coordinate
    /// @param y Coordinate
    struct G1 {
        uint256 x;
        uint256 y;
    }

    /// @notice A point of the second group; of each coordinate the imaginary part comes first, as precompiles take it.
    /// @param x Coordinate
    /// @param y Coordinate
    struct G2 {
        uint256[2] x;
        uint256[2] y;
    }

    /// @notice Verification key of a circuit.
    /// @param alpha As in the equation
    /// @param beta As in the equation
    /// @param gamma As in the equation
    /// @param delta As in the equation
    /// @param ic One point more than there are inputs
    struct Key {
        G1 alpha;
        G2 beta;
        G2 gamma;
        G2 delta;
        G1[] ic;
    }

    /// @dev Precompiles of EIP-196 and EIP-197.
    uint256 private constant _EC_ADD = 6;
    uint256 private constant _EC_MUL = 7;
    uint256 private constant _EC_PAIRING = 8;

    /// @notice Whether a proof holds for public inputs.
    /// @param key Key of the circuit
    /// @param inputs Public inputs, in the circuit's order
    /// @param proof `abi.encode(a, b, c)` of a `G1`, a `G2` and a `G1`
    /// @return isProven True if it holds
    function verify(
        Key memory key,
        uint256[] memory inputs,
        bytes calldata proof
    ) internal view returns (bool isProven) {
        if (proof.length != PROOF_BYTES || inputs.length + 1 != key.ic.length) return false;
        (G1 memory a, G2 memory b, G1 memory c) = abi.decode(proof, (G1, G2, G1));
        if (a.y >= Q) return false;
        (G1 memory x, bool isGood) = _combine(key.ic, inputs);
        if (!isGood) return false;
        // The negative of `a` turns the equation into a product that must be one.
        if (a.y != 0) a.y = Q - a.y;
        bytes memory left = abi.encode(a, b, key.alpha, key.beta);
        return _isOne(bytes.concat(left, abi.encode(x, key.gamma, c, key.delta)));
    }

    /// @dev `ic[0] + Σ inputs[i] · ic[i + 1]`; inputs beyond the group's order would be other inputs in disguise.
    function _combine(G1[] memory ic, uint256[] memory inputs) private view returns (G1 memory sum, bool isGood) {
        sum = ic[0];
        for (uint256 i = 0; i < inputs.length; ++i) {
            if (inputs[i] >= R) return (sum, false);
            G1 memory term;
            (term, isGood) = _call(_EC_MUL, abi.encode(ic[i + 1], inputs[i]));
            if (!isGood) return (sum, false);
            (sum, isGood) = _call(_EC_ADD, abi.encode(sum, term));
            if (!isGood) return (sum, false);
        }
        return (sum, true);
    }

    function _call(uint256 precompile, bytes memory data) private view returns (G1 memory point, bool isGood) {
        assembly ("memory-safe") {
            isGood := staticcall(gas(), precompile, add(data, 0x20), mload(data), point, 0x40)
        }
    }

    /// @dev Whether the product of the pairings of points, two by two, is one.
    function _isOne(bytes memory pairs) private view returns (bool isOne) {
        assembly ("memory-safe") {
            let isGood := staticcall(gas(), _EC_PAIRING, add(pairs, 0x20), mload(pairs), 0, 0x20)
            isOne := and(isGood, eq(mload(0), 1))
        }
    }
}
