// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SegmentTree} from "../claims/libraries/SegmentTree.sol";
import {Ends, RunClaim} from "../claims/RunTypes.sol";
import {IMachineVerifier} from "../verifiers/IMachineVerifier.sol";
import {BinaryTree} from "../verifiers/libraries/BinaryTree.sol";
import {CheckGame} from "./CheckGame.sol";
import {IRunChecks} from "./IRunChecks.sol";

/// @title RunChecks
/// @notice See `IRunChecks`.
contract RunChecks is IRunChecks, CheckGame {
    /// @dev A checker's tree: its root, how many words, and whose it is.
    struct Tree {
        bytes32 root;
        uint64 words;
        address owner;
    }

    IMachineVerifier private immutable _MACHINE;

    /// @notice Fixes parts and rules, and sets the first parameters.
    /// @param parts What the contract stands on; `claims` is an `IRunClaims`, `tasks` its market
    /// @param machine What does steps
    /// @param rules_ Rules
    /// @param sampling First sampling
    constructor(
        Parts memory parts,
        IMachineVerifier machine,
        CheckRules memory rules_,
        Sampling memory sampling
    ) CheckGame(parts, rules_, sampling) {
        _requireAddress(address(machine), "machine");
        _MACHINE = machine;
    }

    // ─── ANYONE ───

    /// @inheritdoc IRunChecks
    function draw(uint256 claimId, RunClaim calldata claim) external {
        _draw(claimId, _commitmentOf(claim), claim.terms);
    }

    // ─── CHECKERS ───

    /// @inheritdoc IRunChecks
    function vouch(uint256 claimId, RunClaim calldata claim, uint8 place, StepOpening[] calldata openings) external {
        (address account, bytes32 root, bytes32 value) = _callerMayVouch(
            claimId,
            _commitmentOf(claim),
            place,
            openings.length
        );
        Tree memory tree = Tree({root: root, words: wordsOf(claim), owner: account});
        for (uint256 i = 0; i < openings.length; ++i) {
            uint256 position = _positionOf(value, claimId, place, i, tree.words);
            require(_isRight(claimId, claim, tree, position, openings[i]), RunChecks_NotInTrees(i, position));
        }

        _vouch(claimId, place, account);
    }

    // ─── READ ───

    /// @inheritdoc IRunChecks
    function drawnFor(
        uint256 claimId,
        RunClaim calldata claim
    ) external view returns (uint32[] memory seats, uint48 drawBy, uint48 pickAt) {
        return _drawnFor(claimId, _commitmentOf(claim), claim.terms);
    }

    /// @inheritdoc IRunChecks
    function wordsOf(RunClaim calldata claim) public pure returns (uint64 words) {
        uint16 count = claim.checkpointCount;
        return count > 1 ? count - 1 : 1;
    }

    // ─── INTERNAL ───

    /// @dev Whether a step begins at the checkpoint that belongs to a position, and ends in the word there. That is the
    /// checkpoint after the first segment for the first word, and the state before that segment only if it is the run's
    /// only one.
    function _isRight(
        uint256 claimId,
        RunClaim calldata claim,
        Tree memory tree,
        uint256 position,
        StepOpening calldata opening
    ) private view returns (bool isRight) {
        (bytes32 first, bytes32 word) = _MACHINE.stepOf(claim.program, opening.witness);
        uint256 count = claim.checkpointCount;
        return
            SegmentTree.isPair({
                root: claim.checkpointRoot,
                bits: SegmentTree.bitsFor(count),
                index: count > 1 ? position + 1 : 0,
                ends: Ends(first, opening.last),
                siblings: opening.siblings
            }) &&
            opening.saltedSiblings.length == SegmentTree.bitsFor(tree.words) &&
            BinaryTree.fold(leafOf(claimId, tree.owner, word), position, opening.saltedSiblings) == tree.root;
    }

    function _commitmentOf(RunClaim calldata claim) private pure returns (bytes32 commitment) {
        return keccak256(abi.encode(claim));
    }
}
