// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Reveal} from "../claims/ClaimTypes.sol";
import {Evidence} from "../claims/libraries/Evidence.sol";
import {ITensorVerifier} from "../verifiers/ITensorVerifier.sol";
import {TensorProgram} from "../verifiers/libraries/TensorProgram.sol";
import {TraceTree} from "../verifiers/libraries/TraceTree.sol";
import {Region, Trace, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {CheckGame} from "./CheckGame.sol";
import {IResultChecks} from "./IResultChecks.sol";

/// @title ResultChecks
/// @notice See `IResultChecks`.
contract ResultChecks is IResultChecks, CheckGame {
    /// @dev The two trees in which words are opened, and how many siblings a word has in each.
    struct Trees {
        uint256 siblings;
        bytes32 provided;
        bytes32 salted;
    }

    bytes32 private constant _FINISH_TAG = keccak256("millrace.finish");

    ITensorVerifier private immutable _VERIFIER;

    /// @notice Fixes parts and rules, and sets the first parameters.
    /// @param parts What the contract stands on; `claims` is an `IResultClaims`, `tasks` its market
    /// @param verifier What judges words
    /// @param rules_ Rules
    /// @param sampling First sampling
    constructor(
        Parts memory parts,
        ITensorVerifier verifier,
        CheckRules memory rules_,
        Sampling memory sampling
    ) CheckGame(parts, rules_, sampling) {
        _requireAddress(address(verifier), "verifier");
        _VERIFIER = verifier;
    }

    // ─── ANYONE ───

    /// @inheritdoc IResultChecks
    function draw(uint256 claimId, Claim calldata claim) external {
        _draw(claimId, _commitmentOf(claim), claim.terms);
    }

    /// @inheritdoc IResultChecks
    function convict(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness,
        Reveal calldata reveal
    ) external {
        uint8 vouchers = _vouchersOf(claimId);
        require(vouchers != 0, ResultChecks_NoVoucher(claimId));
        _checkPosted(claimId, _commitmentOf(claim));
        _checkCommitted(claimId, Evidence.hash(target, witness), reveal);
        require(_isWrong(claim, target, witness), ResultChecks_WordIsRight());

        _convictAll(claimId, vouchers);
    }

    // ─── CHECKERS ───

    /// @inheritdoc IResultChecks
    function vouch(uint256 claimId, Claim calldata claim, uint8 place, Opening[] calldata openings) external {
        (address account, bytes32 root, bytes32 value) = _callerMayVouch(
            claimId,
            _commitmentOf(claim),
            place,
            openings.length
        );
        Region region = regionOf(claim);
        uint64 words = TensorProgram.wordsOf(claim.header, region);
        Trees memory trees = Trees({
            siblings: TraceTree.siblingsOf(0, TensorProgram.depthOf(words)),
            provided: region == Region.Body ? claim.bodyRoot : claim.outputRoot,
            salted: root
        });
        for (uint256 i = 0; i < openings.length; ++i) {
            uint256 position = _positionOf(value, claimId, place, i, words);
            bytes32 salted = leafOf(claimId, account, openings[i].word);
            require(_isInBoth(trees, position, salted, openings[i]), ResultChecks_NotInTrees(i, position));
        }

        _vouch(claimId, place, account);
    }

    // ─── READ ───

    /// @inheritdoc IResultChecks
    function drawnFor(
        uint256 claimId,
        Claim calldata claim
    ) external view returns (uint32[] memory seats, uint48 drawBy, uint48 pickAt) {
        return _drawnFor(claimId, _commitmentOf(claim), claim.terms);
    }

    /// @inheritdoc IResultChecks
    function regionOf(Claim calldata claim) public pure returns (Region region) {
        return claim.header.bodyWords == 0 ? Region.Output : Region.Body;
    }

    // ─── INTERNAL ───

    /// @dev The commitment of a proof, as the game's `prove` asks for it: who sees the evidence in a transaction cannot
    /// be first with it.
    function _checkCommitted(uint256 claimId, bytes32 evidence, Reveal calldata reveal) private view {
        bytes32 digest = keccak256(abi.encode(_FINISH_TAG, claimId, evidence, msg.sender, reveal.salt));
        uint256 commitment = uint256(_CLAIMS.commitmentOf(msg.sender, reveal.lane));
        bool isTheirs = commitment >> 48 == uint256(digest) >> 48 && uint48(commitment) < block.timestamp;
        require(isTheirs, ResultChecks_NotCommitted(msg.sender, reveal.lane));
    }

    function _isWrong(
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness
    ) private view returns (bool isWrong) {
        Trace memory trace = Trace({
            header: claim.header,
            inputRoot: claim.terms.inputRoot,
            bodyRoot: claim.bodyRoot,
            outputRoot: claim.outputRoot
        });
        return _VERIFIER.isWrong(trace, target, witness);
    }

    function _isInBoth(
        Trees memory trees,
        uint256 position,
        bytes32 salted,
        Opening calldata opening
    ) private pure returns (bool isInBoth) {
        return
            opening.siblings.length == trees.siblings &&
            opening.saltedSiblings.length == trees.siblings &&
            TraceTree.foldWord(opening.word, position, opening.siblings) == trees.provided &&
            TraceTree.foldWord(salted, position, opening.saltedSiblings) == trees.salted;
    }

    function _commitmentOf(Claim calldata claim) private pure returns (bytes32 commitment) {
        return keccak256(abi.encode(claim));
    }
}
