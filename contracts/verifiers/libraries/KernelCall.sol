// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITensorVerifier} from "../ITensorVerifier.sol";

/// @title KernelCall
/// @notice Calls of a kernel that neither its code nor the caller's gas can bend.
/// @dev A kernel gets exactly its limit, never less: a call that fails for want of gas would fail for everybody.
/// Return data is copied only when its size is right, so a kernel cannot make the caller pay for more.
library KernelCall {
    /// @notice Gas of a call that names ranges.
    uint256 internal constant RANGES_GAS = 100_000;

    /// @notice Gas of a call that computes.
    uint256 internal constant COMPUTE_GAS = 700_000;

    /// @dev Covers the price of the call itself and what runs between the check and the call.
    uint256 private constant MARGIN_GAS = 5_000;

    /// @notice Calls a kernel for an array.
    /// @param kernel Its address.
    /// @param data Call data.
    /// @param gasLimit What it may use.
    /// @param elementWords Words of an element of the array, 1 or 2.
    /// @param maxElements Most elements it may return.
    /// @return elements Words of the elements, one after the other.
    function callForArray(
        address kernel,
        bytes memory data,
        uint256 gasLimit,
        uint256 elementWords,
        uint256 maxElements
    ) internal view returns (bytes32[] memory elements) {
        uint256 left = gasleft();
        // A call gets at most 63/64 of what is left.
        uint256 available = left - left / 64;
        uint256 needed = gasLimit + MARGIN_GAS;
        require(available >= needed, ITensorVerifier.TensorVerifier_TooLittleGas(available, needed));

        bool success;
        // Memory-safe: the output goes to scratch space, and only to its size, then to newly allocated memory.
        assembly ("memory-safe") {
            success := staticcall(gasLimit, kernel, add(data, 32), mload(data), 0, 32)
            let size := returndatasize()
            // The canonical encoding of one array: offset 32, its length, its elements, nothing else.
            success := and(success, and(gt(size, 63), eq(mload(0), 32)))
            let maxSize := add(64, shl(5, mul(elementWords, maxElements)))
            success := and(success, iszero(gt(size, maxSize)))
            if success {
                elements := mload(0x40)
                // Skips the offset: the length lands where the length of a memory array is.
                returndatacopy(elements, 32, sub(size, 32))
                mstore(0x40, add(elements, sub(size, 32)))
                let words := shr(5, sub(size, 64))
                // The length is bounded before it is multiplied, so the product cannot wrap.
                let length := mload(elements)
                success := iszero(gt(length, maxElements))
                success := and(success, eq(shl(5, mul(length, elementWords)), sub(size, 64)))
                mstore(elements, words)
            }
        }
        require(success, ITensorVerifier.TensorVerifier_KernelFailed(kernel, bytes4(data)));
    }
}
