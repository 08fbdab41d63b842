// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Permissions} from "../common/Permissions.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {ITensorVerifier} from "../verifiers/ITensorVerifier.sol";
import {TensorProgram} from "../verifiers/libraries/TensorProgram.sol";
import {ProgramHeader, Region, Trace, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {ClaimGame} from "./ClaimGame.sol";
import {BranchKey, Claim, ClaimRecord, Terms} from "./ClaimTypes.sol";
import {IResultClaims} from "./IResultClaims.sol";
import {OpeningTree} from "./libraries/OpeningTree.sol";

/// @title ResultClaims
/// @notice See `IResultClaims`.
contract ResultClaims is IResultClaims, ClaimGame {
    /// @notice Recomputes words.
    ITensorVerifier public immutable VERIFIER;

    /// @notice Deploys the game.
    /// @param deployer Who wires TaskMarket, then seals.
    /// @param initialAuthority Access manager that says who sets the bond of branches.
    /// @param staking Whose bonds are slashed.
    /// @param verifier Recomputes words.
    /// @param branchBondWei Bond of a branch, in the native coin.
    constructor(
        address deployer,
        address initialAuthority,
        IStakingRegistry staking,
        ITensorVerifier verifier,
        uint256 branchBondWei
    ) ClaimGame(deployer, initialAuthority, staking, branchBondWei) {
        _requireAddress(address(verifier), "verifier");
        VERIFIER = verifier;
    }

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

        Claim memory claim = Claim({terms: terms, header: header, bodyRoot: bodyRoot, outputRoot: outputRoot});
        ClaimRecord memory record = _post(claimId, terms, keccak256(abi.encode(claim)));
        uint256 bondWei = uint256(record.bondGwei) * 1 gwei;
        emit ClaimPosted(claimId, terms.provider, claim, record.windowEndsAt, bondWei);
    }

    /// @inheritdoc IResultClaims
    function pointTop(uint256 claimId, Claim calldata claim, Region region) external payable {
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

        Pointed memory pointed = _beginPath(record, branchId);
        if (pointed.isNew) emit BranchPointed(claimId, branchId, msg.sender, key, pointed.answerBy);
        _returnSurplus(pointed.surplusWei);
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

        Pointed memory pointed = _goOn(record, parentId, branchId);
        if (pointed.isNew) emit BranchPointed(claimId, branchId, msg.sender, key, pointed.answerBy);
        _returnSurplus(pointed.surplusWei);
    }

    /// @inheritdoc IResultClaims
    function open(uint256 claimId, BranchKey calldata branch, bytes32[] calldata children) external {
        bytes32 branchId = OpeningTree.idOf(claimId, branch);
        if (!_awaitsAnswer(branchId)) return;
        require(OpeningTree.isOpenedBy(branch, children), ResultClaims_NotItsChildren(branchId, children.length));

        _answer(claimId, branchId, children);
    }

    /// @inheritdoc IResultClaims
    function timeout(uint256 claimId, Claim calldata claim, BranchKey calldata branch) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));

        _lapse(claimId, record, claim.terms, OpeningTree.idOf(claimId, branch));
    }

    /// @inheritdoc IResultClaims
    function prove(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness
    ) external {
        ClaimRecord storage record = _openClaimOf(claimId, _commitmentOf(claim));
        Trace memory trace = Trace({
            header: claim.header,
            inputRoot: claim.terms.inputRoot,
            bodyRoot: claim.bodyRoot,
            outputRoot: claim.outputRoot
        });
        require(VERIFIER.isWrong(trace, target, witness), ResultClaims_WordIsRight());

        emit WordProvenWrong(claimId, target.region, target.position, target.lane);
        _slash(claimId, record, claim.terms, SlashTable.Offence.WrongResult);
    }

    /// @inheritdoc IResultClaims
    function withdrawBonds(
        uint256 claimId,
        Claim calldata claim,
        BranchKey[] calldata branches,
        address account,
        address recipient
    ) external returns (uint256 bondsWei) {
        bytes32[] memory branchIds = new bytes32[](branches.length);
        for (uint256 i = 0; i < branches.length; ++i) branchIds[i] = OpeningTree.idOf(claimId, branches[i]);
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

    // ─── INTERNAL ───

    function _commitmentOf(Claim calldata claim) private pure returns (bytes32 commitment) {
        return keccak256(abi.encode(claim));
    }
}
