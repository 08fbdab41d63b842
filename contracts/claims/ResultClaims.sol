// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {ITensorVerifier} from "../verifiers/ITensorVerifier.sol";
import {TensorProgram} from "../verifiers/libraries/TensorProgram.sol";
import {ProgramHeader, Region, Trace, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {Branch, BranchKey, BranchStatus, Claim, ClaimRecord, ClaimState, Terms} from "./ClaimTypes.sol";
import {IResultClaims} from "./IResultClaims.sol";
import {OpeningTree} from "./libraries/OpeningTree.sol";

/// @title ResultClaims
/// @notice See `IResultClaims`.
contract ResultClaims is IResultClaims, Wired, AccessManaged {
    using SafeCast for uint256;

    /// @notice Least bond of a branch: a bond of zero could not be told from one that was withdrawn.
    uint256 public constant MIN_BRANCH_BOND_WEI = 1 gwei;

    /// @notice Largest bond of a branch: pointing must stay within a challenger's reach.
    uint256 public constant MAX_BRANCH_BOND_WEI = 1 ether;

    /// @notice Whose bonds are slashed.
    IStakingRegistry public immutable STAKING;

    /// @notice Recomputes words.
    ITensorVerifier public immutable VERIFIER;

    mapping(uint256 claimId => ClaimRecord record) private _claims;
    mapping(bytes32 branchId => Branch branch) private _branches;
    uint40 private _bondGwei;

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
    ) Wired(deployer) AccessManaged(initialAuthority) {
        _requireAddress(initialAuthority, "authority");
        _requireAddress(address(staking), "staking");
        _requireAddress(address(verifier), "verifier");
        STAKING = staking;
        VERIFIER = verifier;
        _setBranchBond(branchBondWei);
    }

    // ─── READ ───

    /// @inheritdoc IResultClaims
    function stateOf(uint256 claimId) external view returns (ClaimState state) {
        return _stateOf(_claims[claimId]);
    }

    /// @inheritdoc IResultClaims
    function claimOf(uint256 claimId) external view returns (ClaimRecord memory record) {
        return _claims[claimId];
    }

    /// @inheritdoc IResultClaims
    function branchOf(bytes32 branchId) external view returns (Branch memory branch) {
        return _branches[branchId];
    }

    /// @inheritdoc IResultClaims
    function branchIdOf(uint256 claimId, BranchKey calldata branch) external pure returns (bytes32 branchId) {
        return OpeningTree.idOf(claimId, branch);
    }

    /// @inheritdoc IResultClaims
    function branchBond() external view returns (uint256 bondWei) {
        return uint256(_bondGwei) * 1 gwei;
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
        ClaimRecord storage record = _claims[claimId];
        require(record.commitment == 0, ResultClaims_AlreadyPosted(claimId));
        require(
            terms.provider != address(0) && terms.windowSeconds != 0 && terms.responseSeconds != 0,
            ResultClaims_BadTerms()
        );
        TensorProgram.validate(header);
        bytes32 programHash = TensorProgram.hash(header);
        require(programHash == terms.programHash, ResultClaims_OtherProgram(programHash, terms.programHash));

        Claim memory claim = Claim({terms: terms, header: header, bodyRoot: bodyRoot, outputRoot: outputRoot});
        uint48 windowEndsAt = (block.timestamp + terms.windowSeconds).toUint48();
        uint40 bondGwei = _bondGwei;
        _claims[claimId] = ClaimRecord({
            commitment: keccak256(abi.encode(claim)),
            windowEndsAt: windowEndsAt,
            quietAt: windowEndsAt,
            responseSeconds: terms.responseSeconds,
            pending: 0,
            bondGwei: bondGwei,
            isSlashed: false
        });
        emit ClaimPosted(claimId, terms.provider, claim, windowEndsAt, uint256(bondGwei) * 1 gwei);
    }

    /// @inheritdoc IResultClaims
    function pointTop(uint256 claimId, Claim calldata claim, Region region) external payable {
        ClaimRecord storage record = _openClaim(claimId);
        _checkPreimage(claimId, record, claim);
        require(block.timestamp <= record.windowEndsAt, ResultClaims_WindowOver(record.windowEndsAt));
        uint64 words = TensorProgram.wordsOf(claim.header, region);
        require(region != Region.Input && words != 0, ResultClaims_NothingToContest(region));

        _point(
            claimId,
            record,
            BranchKey({
                region: region,
                height: TensorProgram.depthOf(words),
                position: 0,
                hash: region == Region.Body ? claim.bodyRoot : claim.outputRoot
            })
        );
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
        Branch storage opened = _branches[parentId];
        require(opened.status == BranchStatus.Opened, ResultClaims_NotOpened(parentId));
        require(parent.height > OpeningTree.STEP, ResultClaims_EndOfPath(parentId));
        require(OpeningTree.isChild(parent, index, child, siblings), ResultClaims_NotAChild(parentId, index));
        // Nobody's time runs out before the public window does: else a liar's helper could open a path early, let it
        // lapse and so shield what lies under it.
        uint256 pointBy = Math.max(opened.clockAt, record.windowEndsAt) + record.responseSeconds;
        require(block.timestamp <= pointBy, ResultClaims_PointTooLate(pointBy));

        _point(
            claimId,
            record,
            BranchKey({
                region: parent.region,
                height: OpeningTree.childHeightDown(parent.height),
                position: (parent.position << OpeningTree.levelsOf(parent.height)) | index,
                hash: child
            })
        );
    }

    /// @inheritdoc IResultClaims
    function open(uint256 claimId, BranchKey calldata branch, bytes32[] calldata children) external {
        bytes32 branchId = OpeningTree.idOf(claimId, branch);
        Branch storage stored = _branches[branchId];
        if (stored.status == BranchStatus.Opened) return;
        require(stored.status == BranchStatus.Pending, ResultClaims_NotPointedAt(branchId));
        ClaimRecord storage record = _openClaim(claimId);
        require(block.timestamp <= stored.clockAt, ResultClaims_AnswerTooLate(stored.clockAt));
        require(OpeningTree.isOpenedBy(branch, children), ResultClaims_NotItsChildren(branchId, children.length));

        stored.status = BranchStatus.Opened;
        stored.clockAt = block.timestamp.toUint48();
        uint48 pointBy = (Math.max(block.timestamp, record.windowEndsAt) + record.responseSeconds).toUint48();
        record.pending -= 1;
        // The last path decides. An opening of words needs this time too: it is when they can be proven wrong.
        if (pointBy > record.quietAt) record.quietAt = pointBy;
        emit BranchOpened(claimId, branchId, children, pointBy);
    }

    /// @inheritdoc IResultClaims
    function timeout(uint256 claimId, Claim calldata claim, BranchKey calldata branch) external {
        ClaimRecord storage record = _openClaim(claimId);
        _checkPreimage(claimId, record, claim);
        bytes32 branchId = OpeningTree.idOf(claimId, branch);
        Branch storage stored = _branches[branchId];
        require(
            stored.status == BranchStatus.Pending && block.timestamp > stored.clockAt,
            ResultClaims_NotOverdue(branchId)
        );

        emit BranchTimedOut(claimId, branchId);
        _slash(claimId, record, claim.terms, SlashTable.Offence.ResultWithheld);
    }

    /// @inheritdoc IResultClaims
    function prove(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness
    ) external {
        ClaimRecord storage record = _openClaim(claimId);
        _checkPreimage(claimId, record, claim);
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
        require(recipient == account || msg.sender == account, ResultClaims_NotYours(account, recipient));
        ClaimRecord storage record = _claims[claimId];
        _checkPreimage(claimId, record, claim);
        ClaimState state = _stateOf(record);
        require(state == ClaimState.Final || state == ClaimState.Slashed, ResultClaims_NotEnded(claimId, state));
        bool isProviders = state == ClaimState.Final && account == claim.terms.provider;
        bool isOwners = state == ClaimState.Slashed;

        for (uint256 i = 0; i < branches.length; ++i) {
            bytes32 branchId = OpeningTree.idOf(claimId, branches[i]);
            Branch storage branch = _branches[branchId];
            uint256 bondGwei = branch.bondGwei;
            bool isTheirs = isProviders || (isOwners && account == branch.owner);
            require(bondGwei != 0 && isTheirs, ResultClaims_NoBond(branchId, account));
            // Before the payment: a recipient that calls back finds nothing.
            branch.bondGwei = 0;
            bondsWei += bondGwei * 1 gwei;
        }
        emit BondsWithdrawn(claimId, account, recipient, bondsWei);
        Address.sendValue(payable(recipient), bondsWei);
    }

    // ─── PARAMETERS ───

    /// @inheritdoc IResultClaims
    function setBranchBond(uint256 bondWei) external restricted {
        _setBranchBond(bondWei);
    }

    // ─── INTERNAL ───

    function _stateOf(ClaimRecord storage record) private view returns (ClaimState) {
        if (record.commitment == 0) return ClaimState.None;
        if (record.isSlashed) return ClaimState.Slashed;
        return record.pending == 0 && block.timestamp > record.quietAt ? ClaimState.Final : ClaimState.Open;
    }

    function _openClaim(uint256 claimId) private view returns (ClaimRecord storage record) {
        record = _claims[claimId];
        ClaimState state = _stateOf(record);
        require(state == ClaimState.Open, ResultClaims_NotOpen(claimId, state));
    }

    function _checkPreimage(uint256 claimId, ClaimRecord storage record, Claim calldata claim) private view {
        require(keccak256(abi.encode(claim)) == record.commitment, ResultClaims_OtherClaim(claimId));
    }

    /// @dev Stores a branch and takes its bond, unless it exists; returns what was sent too much. The transfer comes
    /// last.
    function _point(uint256 claimId, ClaimRecord storage record, BranchKey memory key) private {
        bytes32 branchId = OpeningTree.idOf(claimId, key);
        Branch storage branch = _branches[branchId];
        uint256 surplusWei = msg.value;
        if (branch.status == BranchStatus.None) {
            uint40 bondGwei = record.bondGwei;
            uint256 bondWei = uint256(bondGwei) * 1 gwei;
            require(surplusWei >= bondWei, ResultClaims_BondTooSmall(surplusWei, bondWei));
            surplusWei -= bondWei;
            uint48 answerBy = (block.timestamp + record.responseSeconds).toUint48();
            _branches[branchId] = Branch({
                owner: msg.sender,
                bondGwei: bondGwei,
                clockAt: answerBy,
                status: BranchStatus.Pending
            });
            record.pending += 1;
            emit BranchPointed(claimId, branchId, msg.sender, key, answerBy);
        }
        if (surplusWei != 0) Address.sendValue(payable(msg.sender), surplusWei);
    }

    /// @dev The state is written before the call, and the staking registry never calls back.
    function _slash(
        uint256 claimId,
        ClaimRecord storage record,
        Terms calldata terms,
        SlashTable.Offence offence
    ) private {
        record.isSlashed = true;
        emit ClaimSlashed(claimId, terms.provider, msg.sender, offence);
        STAKING.slashBond(offence, terms.provider, terms.bond, terms.buyer, msg.sender);
    }

    function _setBranchBond(uint256 bondWei) private {
        bool isGood = bondWei >= MIN_BRANCH_BOND_WEI && bondWei <= MAX_BRANCH_BOND_WEI && bondWei % 1 gwei == 0;
        require(isGood, ResultClaims_BadBond(bondWei));
        _bondGwei = (bondWei / 1 gwei).toUint40();
        emit BranchBondChanged(bondWei);
    }
}
