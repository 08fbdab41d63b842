// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Trace, Witness, WordAddress} from "./TensorTypes.sol";

/// @title ITensorVerifier
/// @notice Recomputes one word of a committed trace.
/// @dev Stateless, immutable, ownerless. Promises:
/// - for a trace that is the honest one, no witness makes `isWrong` true, short of a keccak collision;
/// - for any other trace of a program of total kernels, some witness does, made of words before the first wrong one
///   and of hashes of the committed trees;
/// - whatever the witness, `isWrong` uses at most 900,000 gas in kernels.
interface ITensorVerifier {
    /// @notice Thrown when the registry has no code.
    error TensorVerifier_NoRegistry();

    /// @notice Thrown when a word of the input is called wrong: the input is the order's.
    error TensorVerifier_InputIsGiven();

    /// @notice Thrown when a position is outside a region's tree.
    /// @param position The position.
    /// @param treeWords Words of the tree, pads included.
    error TensorVerifier_OutsideTree(uint64 position, uint256 treeWords);

    /// @notice Thrown when an operator's descriptor breaks the format: its words have no right answer.
    error TensorVerifier_BadOperator();

    /// @notice Thrown when the operator of the witness does not contain the word.
    /// @param start First word of the operator, counted from the start of the body.
    /// @param words Its words.
    /// @param word The word, counted from the start of the body.
    error TensorVerifier_OtherOperator(uint64 start, uint64 words, uint64 word);

    /// @notice Thrown when an operator is not under the program's sum root, or the lengths do not add up to the
    /// program's words.
    error TensorVerifier_NotInProgram();

    /// @notice Thrown when a lane is named that the word does not have.
    /// @param lane The lane.
    /// @param laneBits Width of a lane.
    error TensorVerifier_NoSuchLane(uint16 lane, uint16 laneBits);

    /// @notice Thrown when the kernel's address has another code than the operator names, or one that is not admitted.
    /// @param kernel The address.
    /// @param codeHash Its code hash.
    error TensorVerifier_NotTheKernel(address kernel, bytes32 codeHash);

    /// @notice Thrown when words or hashes do not fold to the region's root, by leaves of eight words.
    /// @param start First word: its word address for a range, its position in its region for the word that is shown.
    /// @param height Height of what was folded: `2^height` words, or the node over them.
    error TensorVerifier_NotInTrace(uint256 start, uint8 height);

    /// @notice Thrown when the witness has fewer or more words or siblings than the proof uses.
    error TensorVerifier_WitnessLength();

    /// @notice Thrown when a kernel names a range that has no words to be read: too large, across regions, or
    /// unaligned.
    /// @param start Word address of the first word.
    /// @param log2 Size.
    error TensorVerifier_BadRange(uint256 start, uint256 log2);

    /// @notice Thrown when a kernel reads more words than a piece may.
    /// @param words How many.
    error TensorVerifier_TooManyWords(uint256 words);

    /// @notice Thrown when a kernel fails or returns what it must not.
    /// @param kernel Its address.
    /// @param selector Which of its functions.
    error TensorVerifier_KernelFailed(address kernel, bytes4 selector);

    /// @notice Thrown when a kernel computes a lane that is wider than the operator's lanes.
    /// @param computed What it computed.
    /// @param laneBits Width of a lane.
    error TensorVerifier_LaneTooWide(bytes32 computed, uint16 laneBits);

    /// @notice Thrown when less gas is left than a kernel is promised. Try again with more.
    /// @param available Gas left for the kernel.
    /// @param needed What it is promised, and a margin.
    error TensorVerifier_TooLittleGas(uint256 available, uint256 needed);

    /// @notice Whether the committed word differs from what its kernel computes from the committed words before it,
    /// or, where nothing is computed, from zero.
    /// @dev Reverts, with one of the errors above, unless the witness shows either answer.
    /// @param trace What was committed; the caller vouches for it.
    /// @param target The word.
    /// @param witness The evidence.
    /// @return wrong True if the trace is proven wrong.
    function isWrong(
        Trace calldata trace,
        WordAddress calldata target,
        Witness calldata witness
    ) external view returns (bool wrong);
}
