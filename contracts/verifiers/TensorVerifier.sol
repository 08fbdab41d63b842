// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "./IKernel.sol";
import {IKernelRegistry} from "./IKernelRegistry.sol";
import {ITensorVerifier} from "./ITensorVerifier.sol";
import {KernelCall} from "./libraries/KernelCall.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {TensorProgram} from "./libraries/TensorProgram.sol";
import {TraceTree} from "./libraries/TraceTree.sol";
import {Mode, Operator, ProgramHeader, Region, Trace, Witness, WordAddress} from "./TensorTypes.sol";

/// @title TensorVerifier
/// @notice See `ITensorVerifier`.
/// @dev One path of code for direct and for interactive proofs. `docs/claims-format.md` gives every encoding.
contract TensorVerifier is ITensorVerifier {
    /// @notice Most words of one range, as a power of two.
    uint256 public constant MAX_RANGE_LOG2 = 8;

    /// @notice Most words that one piece reads.
    uint256 public constant MAX_READ_WORDS = 576;

    /// @notice Most ranges that `reads` names.
    uint256 public constant MAX_RANGES = 8;

    /// @notice Which kernels are pure.
    IKernelRegistry public immutable KERNELS;

    /// @dev The piece that is recomputed.
    /// @param index Index in its operator
    /// @param lane Lane, 0 in piece mode
    /// @param firstWord Word address of its first word: from there on everything reads as zero
    struct Piece {
        uint64 index;
        uint16 lane;
        uint256 firstWord;
    }

    /// @dev How much of the witness is used up.
    struct Cursor {
        uint256 words;
        uint256 siblings;
    }

    /// @notice Binds the verifier to a registry for ever.
    /// @param kernels Which kernels are pure.
    constructor(IKernelRegistry kernels) {
        require(address(kernels).code.length != 0, TensorVerifier_NoRegistry());
        KERNELS = kernels;
    }

    /// @inheritdoc ITensorVerifier
    function isWrong(
        Trace calldata trace,
        WordAddress calldata target,
        Witness calldata witness
    ) external view returns (bool wrong) {
        Region region = target.region;
        require(region != Region.Input, TensorVerifier_InputIsGiven());
        uint64 position = target.position;
        uint64 regionWords = TensorProgram.wordsOf(trace.header, region);
        uint8 depth = TensorProgram.depthOf(regionWords);
        // An empty body has no tree, so its root has no meaning and nothing in it can be wrong.
        uint256 treeWords = regionWords == 0 ? 0 : 1 << depth;
        require(position < treeWords, TensorVerifier_OutsideTree(position, treeWords));

        if (position >= regionWords) return _isWrongPad(trace, target, witness, depth);

        (uint64 start, uint64 offset) = _locate(trace.header, target, witness);
        if (offset >= witness.operator.usedWords) return _isWrongPad(trace, target, witness, depth);

        Piece memory piece;
        uint8 height = witness.operator.pieceLog2;
        piece.index = offset >> height;
        piece.firstWord = uint256(trace.header.inWords) + start + (uint256(piece.index) << height);

        if (witness.operator.mode == Mode.Piece) {
            uint256 used = _checkShown(trace, target, witness, height, depth);
            bytes32[] memory words = _compute(trace, witness, piece, used, 1 << height);
            return (height == 0 ? words[0] : TraceTree.rootOfMemory(words)) != witness.shown;
        }
        piece.lane = target.lane;
        return _isWrongLane(trace, target, witness, piece, depth);
    }

    // ─── THE THREE KINDS OF WORD ───

    /// @dev What nothing computes is zero: words past the region's end, and an operator's unused words.
    function _isWrongPad(
        Trace calldata trace,
        WordAddress calldata target,
        Witness calldata witness,
        uint8 depth
    ) private pure returns (bool) {
        uint256 used = _checkShown(trace, target, witness, 0, depth);
        require(witness.words.length == 0 && witness.siblings.length == used, TensorVerifier_WitnessLength());
        return witness.shown != 0;
    }

    function _isWrongLane(
        Trace calldata trace,
        WordAddress calldata target,
        Witness calldata witness,
        Piece memory piece,
        uint8 depth
    ) private view returns (bool) {
        uint16 laneBits = witness.operator.laneBits;
        // Lanes fill the word, so this also bounds the shift below: (lane + 1) · laneBits ≤ 256.
        require((uint256(piece.lane) + 1) * laneBits <= 256, TensorVerifier_NoSuchLane(piece.lane, laneBits));
        uint256 used = _checkShown(trace, target, witness, 0, depth);

        uint256 computed = uint256(_compute(trace, witness, piece, used, 1)[0]);
        uint256 mask = type(uint256).max >> (256 - laneBits);
        require(computed <= mask, TensorVerifier_LaneTooWide(bytes32(computed), laneBits));
        uint256 shift = 256 - (uint256(piece.lane) + 1) * laneBits;
        return (uint256(witness.shown) >> shift) & mask != computed;
    }

    // ─── WHERE THE WORD IS ───

    /// @dev The first word of the witness's operator, counted from the start of the body, and the word, counted from
    /// there.
    function _locate(
        ProgramHeader calldata header,
        WordAddress calldata target,
        Witness calldata witness
    ) private pure returns (uint64 start, uint64 offset) {
        Operator calldata operator = witness.operator;
        bool found;
        (found, start) = SumTree.find(header, operator, witness.operatorIndex, witness.sumPath);
        require(found, TensorVerifier_NotInProgram());
        // Operators to the left are not in the witness: if one of them is odd, no piece of this one need lie in one
        // region.
        require(
            start % TensorProgram.BLOCK_WORDS == 0 && TensorProgram.isWellFormed(operator),
            TensorVerifier_BadOperator()
        );

        uint64 word = target.region == Region.Output ? header.bodyWords + target.position : target.position;
        require(
            word >= start && word - start < operator.words,
            TensorVerifier_OtherOperator(start, operator.words, word)
        );
        offset = word - start;
    }

    /// @dev `shown` is in the trace, at a height over the word: its siblings are the first ones of the witness.
    function _checkShown(
        Trace calldata trace,
        WordAddress calldata target,
        Witness calldata witness,
        uint8 height,
        uint8 depth
    ) private pure returns (uint256 used) {
        used = TraceTree.siblingsOf(height, depth);
        require(witness.siblings.length >= used, TensorVerifier_WitnessLength());
        bytes32 root = TraceTree.fold(witness.shown, height, target.position >> height, witness.siblings[:used]);
        require(root == _rootOf(trace, target.region), TensorVerifier_NotInTrace(target.position, height));
    }

    function _rootOf(Trace calldata trace, Region region) private pure returns (bytes32) {
        if (region == Region.Input) return trace.inputRoot;
        return region == Region.Body ? trace.bodyRoot : trace.outputRoot;
    }

    // ─── WHAT IT SHOULD BE ───

    /// @dev Recomputes a piece. `used` siblings of the witness were those of `shown`.
    function _compute(
        Trace calldata trace,
        Witness calldata witness,
        Piece memory piece,
        uint256 used,
        uint256 resultWords
    ) private view returns (bytes32[] memory result) {
        address kernel = _kernelOf(witness);
        bytes calldata params = witness.operator.params;
        Cursor memory cursor = Cursor({words: 0, siblings: used});

        bytes32[] memory words = KernelCall.callForArray(
            kernel,
            abi.encodeCall(IKernel.first, (params, piece.index, piece.lane)),
            KernelCall.RANGES_GAS,
            2,
            1
        );
        words = _read(trace, witness, cursor, piece.firstWord, words, new bytes32[](0));

        bytes32[] memory ranges = KernelCall.callForArray(
            kernel,
            abi.encodeCall(IKernel.reads, (params, piece.index, piece.lane, words)),
            KernelCall.RANGES_GAS,
            2,
            MAX_RANGES
        );
        words = _read(trace, witness, cursor, piece.firstWord, ranges, words);
        require(
            cursor.words == witness.words.length && cursor.siblings == witness.siblings.length,
            TensorVerifier_WitnessLength()
        );

        result = KernelCall.callForArray(
            kernel,
            abi.encodeCall(IKernel.compute, (params, piece.index, piece.lane, words)),
            KernelCall.COMPUTE_GAS,
            1,
            resultWords
        );
        require(result.length == resultWords, TensorVerifier_KernelFailed(kernel, IKernel.compute.selector));
    }

    /// @dev The address has the code that the operator names, now; and that code is pure, so it answers as it always
    /// will.
    function _kernelOf(Witness calldata witness) private view returns (address kernel) {
        kernel = witness.kernel;
        bytes32 codeHash = kernel.codehash;
        require(
            codeHash == witness.operator.kernelCodeHash && KERNELS.isAdmitted(codeHash),
            TensorVerifier_NotTheKernel(kernel, codeHash)
        );
    }

    /// @dev Appends the words of ranges, given as pairs of start and size, to words read before.
    function _read(
        Trace calldata trace,
        Witness calldata witness,
        Cursor memory cursor,
        uint256 firstWord,
        bytes32[] memory ranges,
        bytes32[] memory before
    ) private pure returns (bytes32[] memory words) {
        uint256 total = before.length;
        for (uint256 i = 0; i < ranges.length; i += 2) {
            uint256 log2 = uint256(ranges[i + 1]);
            require(
                log2 <= MAX_RANGE_LOG2 && uint256(ranges[i]) <= type(uint64).max,
                TensorVerifier_BadRange(uint256(ranges[i]), log2)
            );
            total += 1 << log2;
        }
        require(total <= MAX_READ_WORDS, TensorVerifier_TooManyWords(total));

        words = new bytes32[](total);
        uint256 filled = before.length;
        // Memory-safe: `words` holds at least as many words as `before`.
        assembly ("memory-safe") {
            mcopy(add(words, 32), add(before, 32), shl(5, filled))
        }
        for (uint256 i = 0; i < ranges.length; i += 2) {
            uint256 start = uint256(ranges[i]);
            uint256 count = 1 << uint256(ranges[i + 1]);
            // What lies at or after the piece has one value, zero, whatever the trace says: it needs no proof, and a
            // program that reads forward or in circles has one answer.
            if (start + count <= firstWord) {
                bytes32[] calldata read = _readProven(trace, witness, cursor, start, uint8(uint256(ranges[i + 1])));
                // Memory-safe: `filled + count ≤ total`, the length of `words`.
                assembly ("memory-safe") {
                    calldatacopy(add(add(words, 32), shl(5, filled)), read.offset, shl(5, count))
                }
            }
            filled += count;
        }
    }

    /// @dev The next words of the witness, proven to be those of a range.
    function _readProven(
        Trace calldata trace,
        Witness calldata witness,
        Cursor memory cursor,
        uint256 start,
        uint8 log2
    ) private pure returns (bytes32[] calldata words) {
        (Region region, uint256 position, uint8 depth) = _placeOf(trace.header, start, log2);
        bytes32[] calldata siblings;
        (words, siblings) = _take(witness, cursor, 1 << log2, TraceTree.siblingsOf(log2, depth));
        bytes32 root = TraceTree.foldRange(words, position, siblings);
        require(root == _rootOf(trace, region), TensorVerifier_NotInTrace(start, log2));
    }

    /// @dev So many words and siblings of the witness, which are used up by that.
    function _take(
        Witness calldata witness,
        Cursor memory cursor,
        uint256 wordCount,
        uint256 siblingCount
    ) private pure returns (bytes32[] calldata words, bytes32[] calldata siblings) {
        (uint256 word, uint256 sibling) = (cursor.words, cursor.siblings);
        cursor.words = word + wordCount;
        cursor.siblings = sibling + siblingCount;
        require(
            cursor.words <= witness.words.length && cursor.siblings <= witness.siblings.length,
            TensorVerifier_WitnessLength()
        );
        words = witness.words[word:cursor.words];
        siblings = witness.siblings[sibling:cursor.siblings];
    }

    /// @dev The subtree that a range is: it lies in one region, at a multiple of its size.
    function _placeOf(
        ProgramHeader calldata header,
        uint256 start,
        uint8 log2
    ) private pure returns (Region region, uint256 position, uint8 depth) {
        uint256 bodyStart = header.inWords;
        uint256 outStart = bodyStart + header.bodyWords;
        if (start < bodyStart) (region, position) = (Region.Input, start);
        else if (start < outStart) (region, position) = (Region.Body, start - bodyStart);
        else (region, position) = (Region.Output, start - outStart);

        uint64 words = TensorProgram.wordsOf(header, region);
        uint256 count = 1 << log2;
        require(position % count == 0 && position + count <= words, TensorVerifier_BadRange(start, log2));
        depth = TensorProgram.depthOf(words);
    }
}
