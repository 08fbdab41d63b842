// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Wired} from "../common/Wired.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {Branch, BranchStatus, ClaimRecord, ClaimState, Terms} from "./ClaimTypes.sol";
import {IClaimGame} from "./IClaimGame.sol";

/// @title ClaimGame
/// @notice See `IClaimGame`.
/// @dev For those who derive a game. This contract keeps claims, clocks, bonds and slashes; it never knows what was
/// committed, nor that the children of a branch fold to it. A game decides
/// - what a claim is: a struct of its own that holds the `Terms`. Only its hash, the commitment, is stored here; calls
///   bring the struct, and `_openClaimOf` compares;
/// - what a branch is: an id that no other question of any claim can have, so a hash over a tag, the claim's id and all
///   that says what is asked. One question must have one id: a duplicate is a no-op;
/// - who may open a branch and what answers it: all checks come before `_answer`. What later calls need of an answer is
///   the game's to store; its hashes stand in {BranchOpened};
/// - which child follows from which opening: all checks come before `_goOn`;
/// - what proves a claim wrong: all checks come before `_slash`.
///
/// A game's entry points read like this:
/// ```
/// pointTop   _openClaimOf, checks, _beginPath, event if new, _returnSurplus
/// point      _openClaim, checks, _goOn, event if new, _returnSurplus
/// open       checks, _answer
/// timeout    _openClaimOf, _lapse
/// prove      _openClaimOf, checks, event, _slash
/// withdraw   _withdraw
/// ```
abstract contract ClaimGame is IClaimGame, Wired, AccessManaged {
    using SafeCast for uint256;

    /// @dev What a branch that was pointed at is to the caller.
    /// @param isNew Whether nobody had pointed at it; the game then emits its event
    /// @param answerBy Last second for opening it, if it is new
    /// @param surplusWei What the caller sent above the bond; the game returns it last
    struct Pointed {
        bool isNew;
        uint48 answerBy;
        uint256 surplusWei;
    }

    /// @notice Least bond of a branch: a bond of zero could not be told from one that was withdrawn.
    uint256 public constant MIN_BRANCH_BOND_WEI = 1 gwei;

    /// @notice Largest bond of a branch: pointing must stay within a challenger's reach.
    uint256 public constant MAX_BRANCH_BOND_WEI = 1 ether;

    /// @notice Whose bonds are slashed.
    IStakingRegistry public immutable STAKING;

    mapping(uint256 claimId => ClaimRecord record) private _claims;
    mapping(bytes32 branchId => Branch branch) private _branches;
    uint40 private _bondGwei;

    /// @notice Fixes the contracts around a game.
    /// @param deployer Who wires the market, then seals.
    /// @param initialAuthority Access manager that says who sets the bond of branches.
    /// @param staking Whose bonds are slashed.
    /// @param branchBondWei Bond of a branch, in the native coin.
    constructor(
        address deployer,
        address initialAuthority,
        IStakingRegistry staking,
        uint256 branchBondWei
    ) Wired(deployer) AccessManaged(initialAuthority) {
        _requireAddress(initialAuthority, "authority");
        _requireAddress(address(staking), "staking");
        STAKING = staking;
        _setBranchBond(branchBondWei);
    }

    // ─── READ ───

    /// @inheritdoc IClaimGame
    function stateOf(uint256 claimId) external view returns (ClaimState state) {
        return _stateOf(_claims[claimId]);
    }

    /// @inheritdoc IClaimGame
    function claimOf(uint256 claimId) external view returns (ClaimRecord memory record) {
        return _claims[claimId];
    }

    /// @inheritdoc IClaimGame
    function branchOf(bytes32 branchId) external view returns (Branch memory branch) {
        return _branches[branchId];
    }

    /// @inheritdoc IClaimGame
    function branchBond() external view returns (uint256 bondWei) {
        return uint256(_bondGwei) * 1 gwei;
    }

    // ─── PARAMETERS ───

    /// @inheritdoc IClaimGame
    function setBranchBond(uint256 bondWei) external restricted {
        _setBranchBond(bondWei);
    }

    // ─── FOR THE GAME: WRITE ───

    /// @notice Stores a claim.
    /// @param claimId Claim, not posted before
    /// @param terms What it answers for
    /// @param commitment Hash of the game's own claim, which holds the terms
    /// @return record What is stored
    function _post(
        uint256 claimId,
        Terms calldata terms,
        bytes32 commitment
    ) internal returns (ClaimRecord memory record) {
        require(_claims[claimId].commitment == 0, ClaimGame_AlreadyPosted(claimId));
        require(
            terms.provider != address(0) && terms.windowSeconds != 0 && terms.responseSeconds != 0,
            ClaimGame_BadTerms()
        );
        uint48 windowEndsAt = (block.timestamp + terms.windowSeconds).toUint48();
        record = ClaimRecord({
            commitment: commitment,
            windowEndsAt: windowEndsAt,
            quietAt: windowEndsAt,
            responseSeconds: terms.responseSeconds,
            pending: 0,
            bondGwei: _bondGwei,
            isSlashed: false
        });
        _claims[claimId] = record;
    }

    /// @notice Points at a first branch of a path.
    /// @param record Open claim
    /// @param branchId Branch
    /// @return pointed What it is to the caller
    function _beginPath(ClaimRecord storage record, bytes32 branchId) internal returns (Pointed memory pointed) {
        require(block.timestamp <= record.windowEndsAt, ClaimGame_WindowOver(record.windowEndsAt));
        return _point(record, branchId);
    }

    /// @notice Points at a branch below an opened one. The game vouches that it lies there.
    /// @param record Open claim
    /// @param parentId Branch above it
    /// @param branchId Branch
    /// @return pointed What it is to the caller
    function _goOn(
        ClaimRecord storage record,
        bytes32 parentId,
        bytes32 branchId
    ) internal returns (Pointed memory pointed) {
        Branch storage parent = _branches[parentId];
        require(parent.status == BranchStatus.Opened, ClaimGame_NotOpened(parentId));
        // Nobody's time runs out before the public window does: else a liar's helper could open a path early, let it
        // lapse and so shield what lies under it.
        uint256 pointBy = Math.max(parent.clockAt, record.windowEndsAt) + record.responseSeconds;
        require(block.timestamp <= pointBy, ClaimGame_PointTooLate(pointBy));
        return _point(record, branchId);
    }

    /// @notice Returns what was sent too much. The last thing that a call does.
    /// @param surplusWei How much
    function _returnSurplus(uint256 surplusWei) internal {
        if (surplusWei != 0) Address.sendValue(payable(msg.sender), surplusWei);
    }

    /// @notice Stores that a branch was opened; only if `_awaitsAnswer`. The game vouches for the answer.
    /// @param claimId Claim
    /// @param branchId Branch
    /// @param children The answer
    function _answer(uint256 claimId, bytes32 branchId, bytes32[] calldata children) internal {
        ClaimRecord storage record = _openClaim(claimId);
        Branch storage branch = _branches[branchId];
        require(block.timestamp <= branch.clockAt, ClaimGame_AnswerTooLate(branch.clockAt));

        branch.status = BranchStatus.Opened;
        branch.clockAt = block.timestamp.toUint48();
        uint48 pointBy = (Math.max(block.timestamp, record.windowEndsAt) + record.responseSeconds).toUint48();
        record.pending -= 1;
        // The last path decides. An opening that ends a path needs this time too: it is when it can be proven wrong.
        if (pointBy > record.quietAt) record.quietAt = pointBy;
        emit BranchOpened(claimId, branchId, children, pointBy);
    }

    /// @notice Ends a claim that left a branch unanswered.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param terms Its terms
    /// @param branchId Branch
    function _lapse(uint256 claimId, ClaimRecord storage record, Terms calldata terms, bytes32 branchId) internal {
        Branch storage branch = _branches[branchId];
        bool isOverdue = branch.status == BranchStatus.Pending && block.timestamp > branch.clockAt;
        require(isOverdue, ClaimGame_NotOverdue(branchId));

        emit BranchTimedOut(claimId, branchId);
        _slash(claimId, record, terms, SlashTable.Offence.ResultWithheld);
    }

    /// @notice Ends a claim by a slash. The state is written before the call; the registry never calls back.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param terms Its terms
    /// @param offence What the game showed
    function _slash(
        uint256 claimId,
        ClaimRecord storage record,
        Terms calldata terms,
        SlashTable.Offence offence
    ) internal {
        record.isSlashed = true;
        emit ClaimSlashed(claimId, terms.provider, msg.sender, offence);
        STAKING.slashBond(offence, terms.provider, terms.bond, terms.buyer, msg.sender);
    }

    /// @notice Pays out bonds of a claim that has ended: to the provider if it is final, to their owners if it
    /// fell.
    /// @param claimId Claim
    /// @param commitment Hash of the claim that the caller brings
    /// @param provider Its provider
    /// @param branchIds Branches of this claim
    /// @param account Whose bonds they are
    /// @param recipient Who is paid; another than the account only if the account calls
    /// @return bondsWei Their sum
    function _withdraw(
        uint256 claimId,
        bytes32 commitment,
        address provider,
        bytes32[] memory branchIds,
        address account,
        address recipient
    ) internal returns (uint256 bondsWei) {
        require(recipient == account || msg.sender == account, ClaimGame_NotYours(account, recipient));
        ClaimRecord storage record = _claims[claimId];
        _checkCommitment(claimId, record, commitment);
        ClaimState state = _stateOf(record);
        require(state == ClaimState.Final || state == ClaimState.Slashed, ClaimGame_NotEnded(claimId, state));
        bool isProviders = state == ClaimState.Final && account == provider;
        bool isOwners = state == ClaimState.Slashed;

        for (uint256 i = 0; i < branchIds.length; ++i) {
            Branch storage branch = _branches[branchIds[i]];
            uint256 bondGwei = branch.bondGwei;
            bool isTheirs = isProviders || (isOwners && account == branch.owner);
            require(bondGwei != 0 && isTheirs, ClaimGame_NoBond(branchIds[i], account));
            // Before the payment: a recipient that calls back finds nothing.
            branch.bondGwei = 0;
            bondsWei += bondGwei * 1 gwei;
        }
        emit BondsWithdrawn(claimId, account, recipient, bondsWei);
        Address.sendValue(payable(recipient), bondsWei);
    }

    // ─── FOR THE GAME: READ ───

    /// @dev The record of a claim that is open.
    function _openClaim(uint256 claimId) internal view returns (ClaimRecord storage record) {
        record = _claims[claimId];
        ClaimState state = _stateOf(record);
        require(state == ClaimState.Open, ClaimGame_NotOpen(claimId, state));
    }

    /// @dev The record of a claim that is open and is the one that the caller brings.
    function _openClaimOf(uint256 claimId, bytes32 commitment) internal view returns (ClaimRecord storage record) {
        record = _openClaim(claimId);
        _checkCommitment(claimId, record, commitment);
    }

    /// @dev Whether a branch waits for an answer; false if it has one. Reverts if nobody pointed at it.
    function _awaitsAnswer(bytes32 branchId) internal view returns (bool awaits) {
        BranchStatus status = _branches[branchId].status;
        require(status != BranchStatus.None, ClaimGame_NotPointedAt(branchId));
        return status == BranchStatus.Pending;
    }

    // ─── INTERNAL ───

    function _stateOf(ClaimRecord storage record) private view returns (ClaimState) {
        if (record.commitment == 0) return ClaimState.None;
        if (record.isSlashed) return ClaimState.Slashed;
        return record.pending == 0 && block.timestamp > record.quietAt ? ClaimState.Final : ClaimState.Open;
    }

    function _checkCommitment(uint256 claimId, ClaimRecord storage record, bytes32 commitment) private view {
        require(commitment == record.commitment, ClaimGame_OtherClaim(claimId));
    }

    /// @dev Stores a branch and takes its bond, unless it exists.
    function _point(ClaimRecord storage record, bytes32 branchId) private returns (Pointed memory pointed) {
        Branch storage branch = _branches[branchId];
        pointed.surplusWei = msg.value;
        if (branch.status != BranchStatus.None) return pointed;

        uint40 bondGwei = record.bondGwei;
        uint256 bondWei = uint256(bondGwei) * 1 gwei;
        require(msg.value >= bondWei, ClaimGame_BondTooSmall(msg.value, bondWei));
        pointed.isNew = true;
        pointed.answerBy = (block.timestamp + record.responseSeconds).toUint48();
        pointed.surplusWei -= bondWei;
        _branches[branchId] = Branch({
            owner: msg.sender,
            bondGwei: bondGwei,
            clockAt: pointed.answerBy,
            status: BranchStatus.Pending
        });
        record.pending += 1;
    }

    function _setBranchBond(uint256 bondWei) private {
        bool isGood = bondWei >= MIN_BRANCH_BOND_WEI && bondWei <= MAX_BRANCH_BOND_WEI && bondWei % 1 gwei == 0;
        require(isGood, ClaimGame_BadBond(bondWei));
        _bondGwei = (bondWei / 1 gwei).toUint40();
        emit BranchBondChanged(bondWei);
    }
}
