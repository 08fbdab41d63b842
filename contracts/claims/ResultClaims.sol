// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Permissions} from "../common/Permissions.sol";
import {ITensorVerifier} from "../verifiers/ITensorVerifier.sol";
import {TensorProgram} from "../verifiers/libraries/TensorProgram.sol";
import {TraceTree} from "../verifiers/libraries/TraceTree.sol";
import {ProgramHeader, Region, Trace, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {ChunkGame} from "./ChunkGame.sol";
import {BranchKey, Claim, ClaimRecord, Reveal, Terms} from "./ClaimTypes.sol";
import {IResultClaims} from "./IResultClaims.sol";
import {Evidence} from "./libraries/Evidence.sol";
import {OpeningTree} from "./libraries/OpeningTree.sol";

/// @title ResultClaims
/// @notice See `IResultClaims`.
contract ResultClaims is IResultClaims, ChunkGame {
    /// @dev A claim's encoding: 8 + 2 + 5 + 2 words.
    uint256 private constant _CLAIM_BYTES = 544;

    /// @notice Deploys the game.
    /// @param setting Contracts and parameters around it; the verifier is an `ITensorVerifier`.
    constructor(Setting memory setting) ChunkGame(setting) {}

    // ─── READ ───

    /// @inheritdoc IResultClaims
    function branchIdOf(uint256 claimId, BranchKey calldata branch) external pure returns (bytes32 branchId) {
        return OpeningTree.idOf(claimId, branch);
    }

    // ─── THE GAME ───

    /// @inheritdoc IResultClaims
    function post(
        uint256 claimId,
        Terms calldata terms,
        ProgramHeader calldata header,
        bytes32 bodyRoot,
        bytes32 outputRoot
    ) external onlyWired(Permissions.POST) {
        TensorProgram.validate(header);
        bytes32 programHash = TensorProgram.hash(header);
        require(programHash == terms.programHash, ResultClaims_OtherProgram(programHash, terms.programHash));

        Claim memory claim = Claim({
            terms: terms,
            rewards: _rewardRule(),
            header: header,
            bodyRoot: bodyRoot,
            outputRoot: outputRoot
        });
        ClaimRecord memory record = _post(claimId, terms, keccak256(abi.encode(claim)));
        uint256 bondWei = uint256(record.bondGwei) * 1 gwei;
        emit ClaimPosted(claimId, terms.provider, claim, record.windowEndsAt, bondWei);
    }

    /// @inheritdoc IResultClaims
    function pointTop(uint256 claimId, Claim calldata claim, Region region, Reveal calldata reveal) external payable {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        uint64 words = TensorProgram.wordsOf(claim.header, region);
        require(region != Region.Input && words != 0, ResultClaims_NothingToContest(region));
        BranchKey memory key = BranchKey({
            region: region,
            height: TensorProgram.depthOf(words),
            position: 0,
            hash: region == Region.Body ? claim.bodyRoot : claim.outputRoot
        });
        bytes32 branchId = OpeningTree.idOf(claimId, key);

        Pointed memory pointed = _beginPath(claimId, record, branchId, reveal);
        _tell(claimId, branchId, key, pointed);
    }

    /// @inheritdoc IResultClaims
    function point(
        uint256 claimId,
        BranchKey calldata parent,
        uint8 index,
        bytes32 child,
        bytes32[] calldata siblings
    ) external payable {
        ClaimRecord storage record = _openClaim(claimId);
        bytes32 parentId = OpeningTree.idOf(claimId, parent);
        require(parent.height > OpeningTree.STEP, ResultClaims_EndOfPath(parentId));
        require(OpeningTree.isChild(parent, index, child, siblings), ResultClaims_NotAChild(parentId, index));
        BranchKey memory key = BranchKey({
            region: parent.region,
            height: OpeningTree.childHeightDown(parent.height),
            position: (parent.position << OpeningTree.levelsOf(parent.height)) | index,
            hash: child
        });
        bytes32 branchId = OpeningTree.idOf(claimId, key);

        Pointed memory pointed = _goOn(claimId, record, parentId, branchId);
        _tell(claimId, branchId, key, pointed);
    }

    /// @inheritdoc IResultClaims
    function open(uint256 claimId, BranchKey calldata branch, bytes32[] calldata children) external {
        bytes32 branchId = OpeningTree.idOf(claimId, branch);
        if (!_awaitsAnswer(claimId, branchId)) return;
        require(OpeningTree.isOpenedBy(branch, children), ResultClaims_NotItsChildren(branchId, children.length));

        _answer(claimId, branchId, children);
    }

    /// @inheritdoc IResultClaims
    function timeout(
        uint256 claimId,
        Claim calldata claim,
        BranchKey calldata branch,
        bytes32[] calldata above
    ) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        bytes32 branchId = OpeningTree.idOf(claimId, branch);
        uint8 depth = TensorProgram.depthOf(TensorProgram.wordsOf(claim.header, branch.region));
        (bytes32[] memory ids, bool isWhole) = OpeningTree.aboveOf(claimId, branch, depth, above);
        require(isWhole, ResultClaims_NotItsPath(branchId, above.length));

        _lapse(claimId, record, claim.terms, claim.rewards, branchId, ids);
    }

    /// @inheritdoc IResultClaims
    function prove(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness,
        Reveal calldata reveal
    ) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        require(_isWrong(claim, target, witness), ResultClaims_WordIsRight());
        bytes32[] memory path = _pathOf(claimId, claim, target, witness);

        emit WordProvenWrong(claimId, target.region, target.position, target.lane);
        _fall(claimId, record, claim.terms, claim.rewards, path, Evidence.hash(target, witness), reveal);
    }

    /// @inheritdoc IResultClaims
    function withdrawBonds(
        uint256 claimId,
        Claim calldata claim,
        bytes32[] calldata branchIds,
        address account,
        address recipient
    ) external returns (uint256 bondsWei) {
        return
            _withdraw({
                claimId: claimId,
                commitment: _commitmentOf(claim),
                provider: claim.terms.provider,
                branchIds: branchIds,
                account: account,
                recipient: recipient
            });
    }

    // ─── DATA ───

    /// @inheritdoc IResultClaims
    function demand(uint256 claimId, Claim calldata claim, Region region, uint64 chunk) external payable {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));

        _demandChunk(claimId, record, claim.terms.buyer, region, chunk, _depthOf(claim, region));
    }

    /// @inheritdoc IResultClaims
    function deliver(
        uint256 claimId,
        Claim calldata claim,
        Region region,
        uint64 chunk,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) external {
        bytes32 demandId = OpeningTree.demandIdOf(claimId, region, chunk);
        if (!_awaitsAnswer(claimId, demandId)) return;
        _openClaimOf(claimId, _commitmentOf(claim));
        bytes32 root = region == Region.Input ? claim.terms.inputRoot : claim.outputRoot;
        bool isIt = _isChunk(root, _depthOf(claim, region), chunk, words, siblings);
        require(isIt, ChunkGame_NotTheChunk(region, chunk));

        _deliverChunk(claimId, demandId, claim.terms.buyer, region, chunk, words);
    }

    /// @inheritdoc IResultClaims
    function timeoutDemand(uint256 claimId, Claim calldata claim, Region region, uint64 chunk) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        bytes32 demandId = OpeningTree.demandIdOf(claimId, region, chunk);

        _lapse(claimId, record, claim.terms, claim.rewards, demandId, new bytes32[](0));
    }

    // ─── INTERNAL ───

    /// @dev A trace has eight words in a leaf.
    function _rootOf(bytes32[] calldata words) internal pure override returns (bytes32 root) {
        return TraceTree.rootOf(words);
    }

    /// @dev The last that a pointer does.
    function _tell(uint256 claimId, bytes32 branchId, BranchKey memory key, Pointed memory pointed) private {
        if (pointed.isNew) emit BranchPointed(claimId, branchId, msg.sender, key, pointed.answerBy);
        _returnSurplus(pointed.surplusWei);
    }

    /// @dev `keccak256(abi.encode(claim))`: the struct is static, so its call data are its encoding, and call data with
    /// dirty bits hash to something else.
    function _commitmentOf(Claim calldata claim) private pure returns (bytes32 commitment) {
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            calldatacopy(scratch, claim, _CLAIM_BYTES)
            commitment := keccak256(scratch, _CLAIM_BYTES)
        }
    }

    function _isWrong(
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness
    ) private view returns (bool isWrong) {
        _checkVerifier();
        Trace memory trace = Trace({
            header: claim.header,
            inputRoot: claim.terms.inputRoot,
            bodyRoot: claim.bodyRoot,
            outputRoot: claim.outputRoot
        });
        return ITensorVerifier(_VERIFIER).isWrong(trace, target, witness);
    }

    /// @dev Branches over what a witness shows. The verifier has seen that it is in the trace, at the height of the
    /// operator's pieces, or as a word if it is a pad. Only a pad has siblings of a word and nothing else: a piece that
    /// reads nothing has fewer. An operator beside a pad may be anything.
    function _pathOf(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness
    ) private pure returns (bytes32[] memory ids) {
        Region region = target.region;
        uint8 depth = TensorProgram.depthOf(TensorProgram.wordsOf(claim.header, region));
        bool isPad = witness.words.length == 0 && witness.siblings.length == TraceTree.siblingsOf(0, depth);
        uint8 height = isPad ? 0 : witness.operator.pieceLog2;
        BranchKey memory shown = BranchKey(region, height, target.position >> height, witness.shown);
        return OpeningTree.pathOf(claimId, shown, depth, witness.siblings);
    }

    function _depthOf(Claim calldata claim, Region region) private pure returns (uint8 depth) {
        return TensorProgram.depthOf(TensorProgram.wordsOf(claim.header, region));
    }
}
