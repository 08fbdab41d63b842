// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Permissions} from "../common/Permissions.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IMachineVerifier} from "../verifiers/IMachineVerifier.sol";
import {BinaryTree} from "../verifiers/libraries/BinaryTree.sol";
import {MachineProgram} from "../verifiers/MachineTypes.sol";
import {Region} from "../verifiers/TensorTypes.sol";
import {ChunkGame} from "./ChunkGame.sol";
import {ClaimRecord, Reveal, Terms} from "./ClaimTypes.sol";
import {IRunClaims} from "./IRunClaims.sol";
import {OpeningTree} from "./libraries/OpeningTree.sol";
import {SegmentTree} from "./libraries/SegmentTree.sol";
import {Ends, Run, RunClaim, Segment, StepProof} from "./RunTypes.sol";

/// @title RunClaims
/// @notice See `IRunClaims`.
contract RunClaims is IRunClaims, ChunkGame {
    /// @dev Levels of the memory's tree above input and output.
    uint8 private constant _REGION_LEVELS = 2;

    /// @dev Of the encoding of a `RunClaim`: 8 + 2 + 1 + 5 + 5 words.
    uint256 private constant _CLAIM_BYTES = 21 * 32;

    /// @notice Knows the agents of nodes.
    INodeRegistry public immutable NODES;

    /// @inheritdoc IRunClaims
    mapping(bytes32 branchId => bytes32 root) public openingOf;

    /// @notice Deploys the game.
    /// @param setting Contracts and parameters around it; the verifier is an `IMachineVerifier`.
    /// @param nodes Knows the agents of nodes.
    constructor(Setting memory setting, INodeRegistry nodes) ChunkGame(setting) {
        _requireAddress(address(nodes), "nodes");
        NODES = nodes;
    }

    // ─── READ ───

    /// @inheritdoc IRunClaims
    function checkProgram(MachineProgram calldata program) public view returns (bytes32 programHash) {
        bytes32 codeHash = VERIFIER_CODE_HASH;
        require(program.codeHash == codeHash, RunClaims_OtherMachine(program.codeHash, codeHash));
        uint64 limit = SegmentTree.MAX_STEPS;
        require(program.maxSteps <= limit, RunClaims_TooManySteps(program.maxSteps, limit));
        _machine().check(program);
        return keccak256(abi.encode(program));
    }

    /// @inheritdoc IRunClaims
    function segmentIdOf(uint256 claimId, Segment calldata segment) external pure returns (bytes32 branchId) {
        return SegmentTree.idOf(claimId, segment);
    }

    // ─── THE GAME ───

    /// @inheritdoc IRunClaims
    function post(
        uint256 claimId,
        Terms calldata terms,
        uint64 nodeId,
        MachineProgram calldata program,
        Run calldata run
    ) external onlyWired(Permissions.POST) {
        bytes32 programHash = checkProgram(program);
        require(programHash == terms.programHash, RunClaims_OtherProgram(programHash, terms.programHash));
        bytes32 outputRoot = _checkEnd(program, run);

        RunClaim memory claim = _claimOf(terms, nodeId, program, run);
        claim.outputRoot = outputRoot;
        ClaimRecord memory record = _post(claimId, terms, keccak256(abi.encode(claim)));
        uint256 bondWei = uint256(record.bondGwei) * 1 gwei;
        emit RunPosted(claimId, terms.provider, claim, run.checkpoints, record.windowEndsAt, bondWei);
    }

    /// @inheritdoc IRunClaims
    function pointTop(
        uint256 claimId,
        RunClaim calldata claim,
        uint256 index,
        Ends calldata ends,
        bytes32[] calldata siblings,
        Reveal calldata reveal
    ) external payable {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        uint256 count = claim.checkpointCount;
        uint256 bits = SegmentTree.bitsFor(count);
        bool isSegment = index < count && SegmentTree.isPair(claim.checkpointRoot, bits, index, ends, siblings);
        require(isSegment, RunClaims_NotASegment(index));
        // Below the number of checkpoints, so the index fits.
        Segment memory segment = Segment(0, claim.log2, uint64(index), ends.first, ends.last);
        bytes32 branchId = SegmentTree.idOf(claimId, segment);

        Pointed memory pointed = _beginPath(claimId, record, branchId, reveal);
        _tell(claimId, branchId, segment, pointed);
    }

    /// @inheritdoc IRunClaims
    function point(
        uint256 claimId,
        Segment calldata parent,
        uint256 index,
        Ends calldata ends,
        bytes32[] calldata siblings
    ) external payable {
        ClaimRecord storage record = _openClaim(claimId);
        bytes32 parentId = SegmentTree.idOf(claimId, parent);
        uint8 bits = SegmentTree.bitsOf(parent.log2);
        require(parent.log2 > bits, RunClaims_EndOfPath(parentId));
        _checkChild(parentId, bits, index, ends, siblings);
        Segment memory segment = Segment({
            above: parentId,
            log2: parent.log2 - bits,
            position: SegmentTree.childOf(parent, index),
            first: ends.first,
            last: ends.last
        });
        bytes32 branchId = SegmentTree.idOf(claimId, segment);

        Pointed memory pointed = _goOn(claimId, record, parentId, branchId);
        _tell(claimId, branchId, segment, pointed);
    }

    /// @inheritdoc IRunClaims
    function open(
        uint256 claimId,
        RunClaim calldata claim,
        Segment calldata segment,
        bytes32[] calldata states
    ) external {
        bytes32 branchId = SegmentTree.idOf(claimId, segment);
        if (!_awaitsAnswer(claimId, branchId)) return;
        _openClaimOf(claimId, _commitmentOf(claim));
        require(_isProvider(claim), RunClaims_NotProvider(msg.sender, claimId));
        uint8 bits = SegmentTree.bitsOf(segment.log2);
        bool isWhole = states.length == 1 << bits && states[states.length - 1] == segment.last;
        require(isWhole, RunClaims_BadOpening(states.length));

        openingOf[branchId] = SegmentTree.rootOf(segment.first, states, bits);
        _answer(claimId, branchId, states);
    }

    /// @inheritdoc IRunClaims
    function timeout(uint256 claimId, RunClaim calldata claim, uint64 step, Ends[] calldata path) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        (bytes32[] memory above, bytes32 branchId) = _splitPath(claimId, claim, step, path);

        _lapse(claimId, record, claim.terms, claim.rewards, branchId, above);
    }

    /// @inheritdoc IRunClaims
    function prove(
        uint256 claimId,
        RunClaim calldata claim,
        StepProof calldata proof,
        bytes calldata witness,
        Reveal calldata reveal
    ) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        (bytes32 first, bytes32 next) = _stepOf(claim.program, witness);
        require(next != proof.last, RunClaims_StepIsRight());
        bytes32[] memory ids = _pathTo(claimId, claim.log2, proof, first);

        emit StepProvenWrong(claimId, proof.step);
        bytes32 evidence = keccak256(abi.encode(proof.step, next));
        _fall(claimId, record, claim.terms, claim.rewards, ids, evidence, reveal);
    }

    /// @inheritdoc IRunClaims
    function withdrawBonds(
        uint256 claimId,
        RunClaim calldata claim,
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

    /// @inheritdoc IRunClaims
    function demand(uint256 claimId, RunClaim calldata claim, Region region, uint64 chunk) external payable {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));

        _demandChunk(claimId, record, claim.terms.buyer, region, chunk, _depthOf(claim));
    }

    /// @inheritdoc IRunClaims
    function deliver(
        uint256 claimId,
        RunClaim calldata claim,
        Region region,
        uint64 chunk,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) external {
        bytes32 demandId = OpeningTree.demandIdOf(claimId, region, chunk);
        if (!_awaitsAnswer(claimId, demandId)) return;
        _openClaimOf(claimId, _commitmentOf(claim));
        bytes32 root = region == Region.Input ? claim.terms.inputRoot : claim.outputRoot;
        bool isIt = _isChunk(root, _depthOf(claim), chunk, words, siblings);
        require(isIt, ChunkGame_NotTheChunk(region, chunk));

        _deliverChunk(claimId, demandId, claim.terms.buyer, region, chunk, words);
    }

    /// @inheritdoc IRunClaims
    function timeoutDemand(uint256 claimId, RunClaim calldata claim, Region region, uint64 chunk) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        bytes32 demandId = OpeningTree.demandIdOf(claimId, region, chunk);

        _lapse(claimId, record, claim.terms, claim.rewards, demandId, new bytes32[](0));
    }

    // ─── INTERNAL ───

    /// @dev A memory's leaves are its words.
    function _rootOf(bytes32[] calldata words) internal pure override returns (bytes32 root) {
        return BinaryTree.rootOf(words);
    }

    /// @dev The last that a pointer does.
    function _tell(uint256 claimId, bytes32 branchId, Segment memory segment, Pointed memory pointed) private {
        if (pointed.isNew) emit SegmentPointed(claimId, branchId, msg.sender, segment, pointed.answerBy);
        _returnSurplus(pointed.surplusWei);
    }

    /// @dev Reverts unless the last checkpoint is of a final state, and the others divide the steps before it.
    function _checkEnd(MachineProgram calldata program, Run calldata run) private view returns (bytes32 outputRoot) {
        bytes32 finalHash;
        uint64 steps;
        (finalHash, outputRoot, steps) = _machine().endOf(program, run.end);
        uint256 count = run.checkpoints.length;
        bool isGood =
            count != 0 &&
                count <= SegmentTree.MAX_CHECKPOINTS &&
                SegmentTree.isDistance(run.log2, count) &&
                (count - 1) << run.log2 < steps;
        require(isGood, RunClaims_BadCheckpoints(count, run.log2));
        bytes32 last = run.checkpoints[count - 1];
        require(last == finalHash, RunClaims_NotAtTheEnd(last, finalHash));
    }

    function _claimOf(
        Terms calldata terms,
        uint64 nodeId,
        MachineProgram calldata program,
        Run calldata run
    ) private view returns (RunClaim memory claim) {
        bytes32 genesis = _machine().genesisOf(program, terms.inputRoot);
        uint256 count = run.checkpoints.length;
        return
            RunClaim({
                terms: terms,
                rewards: _rewardRule(),
                nodeId: nodeId,
                program: program,
                genesis: genesis,
                checkpointRoot: SegmentTree.rootOf(genesis, run.checkpoints, SegmentTree.bitsFor(count)),
                // At most 256.
                checkpointCount: uint16(count),
                log2: run.log2,
                outputRoot: 0
            });
    }

    /// @dev Does a step, with the code that jobs pinned.
    function _stepOf(
        MachineProgram calldata program,
        bytes calldata witness
    ) private view returns (bytes32 first, bytes32 next) {
        _checkVerifier();
        return _machine().stepOf(program, witness);
    }

    function _machine() private view returns (IMachineVerifier machine) {
        return IMachineVerifier(_VERIFIER);
    }

    /// @dev Reverts unless two states are neighbours in a segment's opening. One that is not opened has none.
    function _checkChild(
        bytes32 parentId,
        uint256 bits,
        uint256 index,
        Ends memory ends,
        bytes32[] calldata siblings
    ) private view {
        bytes32 root = openingOf[parentId];
        require(root != 0, ClaimGame_NotOpened(parentId));
        bool isChild = SegmentTree.isPair(root, bits, index, ends, siblings);
        require(isChild, RunClaims_NotASegment(index));
    }

    /// @dev Ids of the segments that hold a step. Only of the last one's opening is looked at more than the id: the id
    /// says by which path it was found.
    function _pathTo(
        uint256 claimId,
        uint8 log2,
        StepProof calldata proof,
        bytes32 first
    ) private view returns (bytes32[] memory ids) {
        uint8 childLog2;
        (ids, childLog2) = SegmentTree.idsOf(claimId, log2, proof.step, proof.path);
        require(childLog2 == 0, RunClaims_NotAPath(ids.length));
        uint8 bits = SegmentTree.lastBitsOf(log2);
        _checkChild(ids[ids.length - 1], bits, proof.step % (1 << bits), Ends(first, proof.last), proof.siblings);
    }

    /// @dev Ids of a path's segments: the last one, and those above it.
    function _splitPath(
        uint256 claimId,
        RunClaim calldata claim,
        uint64 step,
        Ends[] calldata path
    ) private pure returns (bytes32[] memory above, bytes32 branchId) {
        uint256 count = path.length;
        require(count != 0, RunClaims_NotAPath(count));
        (above, ) = SegmentTree.idsOf(claimId, claim.log2, step, path);
        branchId = above[count - 1];
        // Memory-safe: shortens the array by its last element.
        assembly ("memory-safe") {
            mstore(above, sub(count, 1))
        }
    }

    /// @dev Depth of the trees over input and output, each a quarter of the memory.
    function _depthOf(RunClaim calldata claim) private pure returns (uint8 depth) {
        return claim.program.depth - _REGION_LEVELS;
    }

    /// @dev Cheapest first.
    function _isProvider(RunClaim calldata claim) private view returns (bool isProvider) {
        address provider = claim.terms.provider;
        return
            msg.sender == provider ||
            msg.sender == NODES.agentOf(claim.nodeId) ||
            STAKING.isOperator(provider, msg.sender);
    }

    /// @dev `keccak256(abi.encode(claim))`: a claim has no dynamic parts, so its calldata are its encoding. Bits that
    /// do not belong to a value change the hash, which then is no claim's.
    function _commitmentOf(RunClaim calldata claim) private pure returns (bytes32 commitment) {
        // Memory-safe: writes only beyond the free memory pointer, and keeps nothing there.
        assembly ("memory-safe") {
            let copy := mload(0x40)
            calldatacopy(copy, claim, _CLAIM_BYTES)
            commitment := keccak256(copy, _CLAIM_BYTES)
        }
    }
}
