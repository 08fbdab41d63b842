// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Wired} from "../common/Wired.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {Branch, BranchStatus, ClaimRecord, ClaimState, Reveal, RewardRule, Terms} from "./ClaimTypes.sol";
import {IClaimGame} from "./IClaimGame.sol";
import {RewardSplit} from "./libraries/RewardSplit.sol";

/// @title ClaimGame
/// @notice See `IClaimGame`.
/// @dev For those who derive a game. This contract keeps claims, clocks, bonds, commitments and slashes; it never knows
/// what was committed to, nor that the children of a branch fold to it. A game decides
/// - what a claim is: a struct of its own that holds `Terms` and `RewardRule`. Only its hash, the commitment, is stored
///   here; calls bring the struct, and `_openClaimOf` compares;
/// - what a branch is: an id that no other question of any claim can have, so a hash over a tag, the claim's id and all
///   that says what is asked. One question must have one id: a duplicate is a no-op;
/// - who may open a branch and what answers it: all checks come before `_answer`. What later calls need of an answer is
///   the game's to store; its hashes stand in {BranchOpened};
/// - which child follows from which opening: all checks come before `_goOn`;
/// - what proves a claim wrong: all checks come before `_fall`, and the branches on the path to it, which the caller
///   must not be able to leave out;
/// - which chunks can be demanded, and what they are: all checks come before `_demand` and `_deliver`.
///
/// A game's entry points read like this:
/// ```
/// post       checks, _post, event
/// pointTop   _openClaimOf, checks, _beginPath, event if new, _returnSurplus
/// point      _openClaim, checks, _goOn, event if new, _returnSurplus
/// open       checks, _answer
/// timeout    _openClaimOf, ids of the branches above, _lapse
/// prove      _openClaimOf, checks, event, _fall
/// demand     _openClaimOf, checks, _demand, event if new, _returnSurplus
/// deliver    checks, _deliver, event
/// withdraw   _withdraw
/// ```
abstract contract ClaimGame is IClaimGame, Wired, AccessManaged {
    using SafeCast for uint256;

    /// @dev What a question is to the caller who asks it.
    /// @param isNew Whether nobody had asked it; the game then emits its event
    /// @param answerBy Last second for answering it, if it is new
    /// @param surplusWei What the caller sent above the bond or fee; the game returns it last
    struct Pointed {
        bool isNew;
        uint48 answerBy;
        uint256 surplusWei;
    }

    /// @dev What contracts and parameters surround a game; see the constructor.
    struct Setting {
        address deployer;
        address authority;
        IStakingRegistry staking;
        address verifier;
        uint256 branchBondWei;
        RewardRule rewards;
        uint32 forcedInclusionSeconds;
    }

    // ─── CONSTANTS ───

    /// @notice Least bond of a branch: a bond of zero could not be told from one that was withdrawn.
    uint256 public constant MIN_BRANCH_BOND_WEI = 1 gwei;

    /// @notice Largest bond of a branch: pointing must stay within a challenger's reach.
    uint256 public constant MAX_BRANCH_BOND_WEI = 1 ether;

    /// @notice Largest refund of a pointer, MILL.
    uint96 public constant MAX_MOVE_REFUND = 1_000e18;

    /// @notice What the bond of a branch covers at the price of gas when it is pointed at: three openings of the
    /// dearest game, that of a run into 64 states.
    uint256 public constant BOND_GAS = 450_000;

    /// @notice Pending questions that double the bond.
    uint256 public constant BOND_SLOPE = 32;

    /// @notice Least fee of a chunk, in bonds that the claim fixed.
    uint256 public constant CHUNK_BONDS = 2;

    /// @notice What the fee of a chunk covers at the price of gas when it is demanded: calldata at 40 gas a byte, and a
    /// margin.
    uint256 public constant CHUNK_GAS = 600_000;

    /// @notice Chunks that may wait for the provider, each for the buyer and for all others.
    uint8 public constant MAX_DEMANDS = 8;

    /// @notice Longest time for showing a first pointer that was committed to in the last second of the window.
    uint256 public constant MAX_REVEAL_SECONDS = 1 hours;

    /// @notice What is added to the chain's time of forced inclusion for a provider to answer in.
    uint32 public constant RESPONSE_MARGIN_SECONDS = 2 hours;

    /// @dev Bits of a commitment's word that hold its time.
    uint256 private constant _TIME_BITS = 48;
    bytes32 private constant _FIRST_TAG = keccak256("millrace.first");
    bytes32 private constant _FINISH_TAG = keccak256("millrace.finish");

    // ─── IMMUTABLES ───

    /// @notice Whose bonds are slashed.
    IStakingRegistry public immutable STAKING;

    /// @notice Code hash of the verifier, as all jobs pin it.
    bytes32 public immutable VERIFIER_CODE_HASH;

    address internal immutable _VERIFIER;
    uint32 private immutable _FORCED_INCLUSION_SECONDS;

    // ─── STORAGE ───

    mapping(uint256 claimId => ClaimRecord record) private _claims;
    /// @dev By claim too: an id alone does not say whose bonds it stands for, and those who withdraw bring ids.
    mapping(uint256 claimId => mapping(bytes32 branchId => Branch branch)) private _branches;
    /// @dev The upper 208 bits of a digest, then the time.
    mapping(address account => mapping(uint256 lane => bytes32 commitment)) private _commitments;
    mapping(address buyer => mapping(address checker => bool isNamed)) private _checkers;
    /// @dev Of private jobs only.
    mapping(uint256 claimId => address buyer) private _buyers;
    RewardRule private _rewards;
    uint40 private _bondGwei;

    /// @notice Fixes the contracts around a game, and sets the first parameters.
    /// @param setting `deployer` wires the market, then seals; `authority` is the access manager of the parameters;
    /// `verifier` is the contract whose code all jobs pin; `forcedInclusionSeconds` is how long the chain's sequencer
    /// can keep a transaction out.
    constructor(Setting memory setting) Wired(setting.deployer) AccessManaged(setting.authority) {
        _requireAddress(setting.authority, "authority");
        _requireAddress(address(setting.staking), "staking");
        _requireAddress(setting.verifier, "verifier");
        STAKING = setting.staking;
        _VERIFIER = setting.verifier;
        VERIFIER_CODE_HASH = setting.verifier.codehash;
        _FORCED_INCLUSION_SECONDS = setting.forcedInclusionSeconds;
        _setBranchBond(setting.branchBondWei);
        _setRewardRule(setting.rewards);
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
    function branchOf(uint256 claimId, bytes32 branchId) external view returns (Branch memory branch) {
        return _branchOf(claimId, branchId);
    }

    /// @inheritdoc IClaimGame
    function bondOf(uint256 claimId) external view returns (uint256 bondWei) {
        return _bondGweiUp(_claims[claimId]) * 1 gwei;
    }

    /// @inheritdoc IClaimGame
    function feeOf(uint256 claimId) external view returns (uint256 feeWei) {
        return _feeGweiUp(_claims[claimId]) * 1 gwei;
    }

    /// @inheritdoc IClaimGame
    function branchBond() external view returns (uint256 bondWei) {
        return uint256(_bondGwei) * 1 gwei;
    }

    /// @inheritdoc IClaimGame
    function rewardRule() external view returns (RewardRule memory rule) {
        return _rewards;
    }

    /// @inheritdoc IClaimGame
    function minResponseSeconds() external view returns (uint32 leastSeconds) {
        return _FORCED_INCLUSION_SECONDS + RESPONSE_MARGIN_SECONDS;
    }

    /// @inheritdoc IClaimGame
    function commitmentOf(address account, uint256 lane) external view returns (bytes32 commitment) {
        return _commitments[account][lane];
    }

    /// @inheritdoc IClaimGame
    function isChecker(address buyer, address account) external view returns (bool isNamed) {
        return _checkers[buyer][account];
    }

    // ─── CHALLENGERS ───

    /// @inheritdoc IClaimGame
    function commit(uint256 lane, bytes32 digest) external {
        _commitments[msg.sender][lane] = bytes32(((uint256(digest) >> _TIME_BITS) << _TIME_BITS) | block.timestamp);
        emit Committed(msg.sender, lane, digest);
    }

    // ─── BUYERS ───

    /// @inheritdoc IClaimGame
    function nameChecker(address checker, bool isNamed) external {
        _checkers[msg.sender][checker] = isNamed;
        emit CheckerNamed(msg.sender, checker, isNamed);
    }

    // ─── PARAMETERS ───

    /// @inheritdoc IClaimGame
    function setBranchBond(uint256 bondWei) external restricted {
        _setBranchBond(bondWei);
    }

    /// @inheritdoc IClaimGame
    function setRewardRule(RewardRule calldata rule) external restricted {
        _setRewardRule(rule);
    }

    // ─── FOR THE GAME: WRITE ───

    /// @notice Stores a claim.
    /// @param claimId Claim, not posted before
    /// @param terms What it answers for
    /// @param commitment Hash of the game's own claim, which holds the terms and `_rewardRule()`
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
        uint256 windowEndsAt = block.timestamp + terms.windowSeconds;
        record = ClaimRecord({
            commitment: commitment,
            windowEndsAt: windowEndsAt.toUint48(),
            quietAt: (windowEndsAt + _revealSecondsUp(terms.responseSeconds)).toUint48(),
            responseSeconds: terms.responseSeconds,
            pending: 0,
            bondGwei: _bondGwei,
            demands: 0,
            buyerDemands: 0,
            isPrivate: terms.isPrivate,
            isSlashed: false
        });
        _claims[claimId] = record;
        if (terms.isPrivate) _buyers[claimId] = terms.buyer;
    }

    /// @notice Points at a first branch of a path, which the caller committed to.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param branchId Branch
    /// @param reveal The commitment
    /// @return pointed What it is to the caller
    function _beginPath(
        uint256 claimId,
        ClaimRecord storage record,
        bytes32 branchId,
        Reveal calldata reveal
    ) internal returns (Pointed memory pointed) {
        uint48 committed = _reveal(reveal.lane, keccak256(abi.encode(_FIRST_TAG, branchId, msg.sender, reveal.salt)));
        uint48 windowEndsAt = record.windowEndsAt;
        uint256 showBy = windowEndsAt + _revealSecondsUp(record.responseSeconds);
        require(committed <= windowEndsAt && block.timestamp <= showBy, ClaimGame_WindowOver(windowEndsAt));
        return _point(claimId, record, branchId);
    }

    /// @notice Points at a branch below an opened one. The game vouches that it lies there.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param parentId Branch above it
    /// @param branchId Branch
    /// @return pointed What it is to the caller
    function _goOn(
        uint256 claimId,
        ClaimRecord storage record,
        bytes32 parentId,
        bytes32 branchId
    ) internal returns (Pointed memory pointed) {
        Branch storage parent = _branchOf(claimId, parentId);
        require(parent.status == BranchStatus.Opened, ClaimGame_NotOpened(parentId));
        // Nobody's time runs out before the public window does: else a liar's helper could open a path early, let it
        // lapse and so shield what lies under it.
        uint256 pointBy = Math.max(parent.clockAt, record.windowEndsAt) + record.responseSeconds;
        require(block.timestamp <= pointBy, ClaimGame_PointTooLate(pointBy));
        return _point(claimId, record, branchId);
    }

    /// @notice Demands a chunk of data.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param demandId Id of the question, as unlike all others as a branch's
    /// @param isBuyer Whether the buyer asks: it has demands of its own, so that no stranger can use them up
    /// @return pointed What it is to the caller
    function _demand(
        uint256 claimId,
        ClaimRecord storage record,
        bytes32 demandId,
        bool isBuyer
    ) internal returns (Pointed memory pointed) {
        require(block.timestamp <= record.windowEndsAt, ClaimGame_WindowOver(record.windowEndsAt));
        pointed = _ask(claimId, record, demandId, _feeGweiUp(record), BranchStatus.Demanded);
        if (!pointed.isNew) return pointed;
        uint8 waiting = isBuyer ? ++record.buyerDemands : ++record.demands;
        require(waiting <= MAX_DEMANDS, ClaimGame_TooManyDemands(MAX_DEMANDS));
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
        ClaimRecord storage record = _settle(claimId, branchId, BranchStatus.Opened);
        uint48 pointBy = (Math.max(block.timestamp, record.windowEndsAt) + record.responseSeconds).toUint48();
        // The last path decides. An opening that ends a path needs this time too: it is when it can be proven wrong.
        if (pointBy > record.quietAt) record.quietAt = pointBy;
        emit BranchOpened(claimId, branchId, children, pointBy);
    }

    /// @notice Stores that a chunk was shown; only if `_awaitsAnswer`. The game vouches for it.
    /// @param claimId Claim
    /// @param demandId Demand
    /// @param buyer The claim's buyer
    function _deliver(uint256 claimId, bytes32 demandId, address buyer) internal {
        ClaimRecord storage record = _settle(claimId, demandId, BranchStatus.Delivered);
        if (_branchOf(claimId, demandId).owner == buyer) record.buyerDemands -= 1;
        else record.demands -= 1;
    }

    /// @notice Ends a claim that left a question unanswered. The path has the reward, whoever calls.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param terms Its terms
    /// @param rule Its reward rule
    /// @param branchId Branch or demand
    /// @param above Opened branches above it, all that its path has
    function _lapse(
        uint256 claimId,
        ClaimRecord storage record,
        Terms calldata terms,
        RewardRule calldata rule,
        bytes32 branchId,
        bytes32[] memory above
    ) internal {
        Branch storage branch = _branchOf(claimId, branchId);
        BranchStatus status = branch.status;
        bool isPending = status == BranchStatus.Pending || status == BranchStatus.Demanded;
        require(isPending && block.timestamp > branch.clockAt, ClaimGame_NotOverdue(branchId));
        address[] memory owners = new address[](above.length + 1);
        for (uint256 i = 0; i < above.length; ++i) {
            Branch storage opened = _branchOf(claimId, above[i]);
            require(opened.status == BranchStatus.Opened, ClaimGame_NotOpened(above[i]));
            owners[i] = opened.owner;
        }
        owners[above.length] = branch.owner;

        emit BranchTimedOut(claimId, branchId);
        _slash(claimId, record, terms, rule, SlashTable.Offence.ResultWithheld, owners, address(0));
    }

    /// @notice Ends a claim that the game has seen to be wrong. Only who committed to the evidence before can show it,
    /// so nobody profits from reading it in another's transaction.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param terms Its terms
    /// @param rule Its reward rule
    /// @param path Ids of all branches that can be on the path to what is wrong; those nobody pointed at are left out
    /// @param evidence Hash of what was shown
    /// @param reveal The commitment
    function _fall(
        uint256 claimId,
        ClaimRecord storage record,
        Terms calldata terms,
        RewardRule calldata rule,
        bytes32[] memory path,
        bytes32 evidence,
        Reveal calldata reveal
    ) internal {
        _reveal(reveal.lane, keccak256(abi.encode(_FINISH_TAG, claimId, evidence, msg.sender, reveal.salt)));
        // Whenever that was: a liar can have its own path opened between anybody's commitment and proof.
        _slash(claimId, record, terms, rule, SlashTable.Offence.WrongResult, _ownersOn(claimId, path), msg.sender);
    }

    /// @notice Pays out bonds and fees of a claim that has ended: bonds to the provider if it is final, to their owners
    /// if it fell; fees of chunks to the provider.
    /// @param claimId Claim
    /// @param commitment Hash of the claim that the caller brings
    /// @param provider Its provider
    /// @param branchIds Branches and demands of this claim
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

        for (uint256 i = 0; i < branchIds.length; ++i) {
            Branch storage branch = _branchOf(claimId, branchIds[i]);
            uint256 bondGwei = branch.bondGwei;
            bool isFee = branch.status >= BranchStatus.Demanded;
            address payee = isFee || state == ClaimState.Final ? provider : branch.owner;
            require(bondGwei != 0 && account == payee, ClaimGame_NoBond(branchIds[i], account));
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

    /// @dev Whether a question waits for an answer; false if it has one. Reverts if nobody asked it.
    function _awaitsAnswer(uint256 claimId, bytes32 branchId) internal view returns (bool awaits) {
        BranchStatus status = _branchOf(claimId, branchId).status;
        require(status != BranchStatus.None, ClaimGame_NotPointedAt(branchId));
        return status == BranchStatus.Pending || status == BranchStatus.Demanded;
    }

    /// @dev The verifier still has the code that jobs pinned.
    function _checkVerifier() internal view {
        bytes32 codeHash = _VERIFIER.codehash;
        require(codeHash == VERIFIER_CODE_HASH, ClaimGame_OtherVerifier(codeHash, VERIFIER_CODE_HASH));
    }

    /// @dev Reward rule of claims that are posted now.
    function _rewardRule() internal view returns (RewardRule memory rule) {
        return _rewards;
    }

    // ─── INTERNAL ───

    function _branchOf(uint256 claimId, bytes32 branchId) private view returns (Branch storage branch) {
        return _branches[claimId][branchId];
    }

    function _stateOf(ClaimRecord storage record) private view returns (ClaimState) {
        // The window's end says it as well as the commitment, and lies beside the rest.
        if (record.windowEndsAt == 0) return ClaimState.None;
        if (record.isSlashed) return ClaimState.Slashed;
        return record.pending == 0 && block.timestamp > record.quietAt ? ClaimState.Final : ClaimState.Open;
    }

    function _checkCommitment(uint256 claimId, ClaimRecord storage record, bytes32 commitment) private view {
        require(commitment == record.commitment, ClaimGame_OtherClaim(claimId));
    }

    /// @dev When the caller committed to a digest: in an earlier block.
    function _reveal(uint256 lane, bytes32 digest) private view returns (uint48 committed) {
        uint256 commitment = uint256(_commitments[msg.sender][lane]);
        committed = uint48(commitment);
        bool isTheirs = commitment >> _TIME_BITS == uint256(digest) >> _TIME_BITS;
        require(isTheirs && committed < block.timestamp, ClaimGame_NotCommitted(msg.sender, lane));
    }

    /// @dev Time for showing a first pointer after the window: a quarter of a response, at most an hour.
    function _revealSecondsUp(uint256 responseSeconds) private pure returns (uint256 showSeconds) {
        return Math.min(MAX_REVEAL_SECONDS, Math.ceilDiv(responseSeconds, 4));
    }

    /// @dev `b · (1 + n / 32)`: who asks much at once pays more for each.
    function _bondGweiUp(ClaimRecord storage record) private view returns (uint256 bondGwei) {
        uint256 first = Math.max(record.bondGwei, _priceGweiUp(BOND_GAS));
        return Math.ceilDiv(first * (BOND_SLOPE + record.pending), BOND_SLOPE);
    }

    function _feeGweiUp(ClaimRecord storage record) private view returns (uint256 feeGwei) {
        return Math.max(record.bondGwei * CHUNK_BONDS, _priceGweiUp(CHUNK_GAS));
    }

    /// @dev What gas costs in this block.
    function _priceGweiUp(uint256 gasUsed) private view returns (uint256 priceGwei) {
        return Math.ceilDiv(gasUsed * block.basefee, 1 gwei);
    }

    function _point(
        uint256 claimId,
        ClaimRecord storage record,
        bytes32 branchId
    ) private returns (Pointed memory pointed) {
        return _ask(claimId, record, branchId, _bondGweiUp(record), BranchStatus.Pending);
    }

    /// @dev Stores a question and takes its bond or fee, unless it was asked before.
    function _ask(
        uint256 claimId,
        ClaimRecord storage record,
        bytes32 branchId,
        uint256 bondGwei,
        BranchStatus status
    ) private returns (Pointed memory pointed) {
        if (record.isPrivate) _checkEntitled(claimId);
        Branch storage branch = _branchOf(claimId, branchId);
        pointed.surplusWei = msg.value;
        if (branch.status != BranchStatus.None) return pointed;

        uint256 bondWei = bondGwei * 1 gwei;
        require(msg.value >= bondWei, ClaimGame_BondTooSmall(msg.value, bondWei));
        pointed.isNew = true;
        pointed.answerBy = (block.timestamp + record.responseSeconds).toUint48();
        pointed.surplusWei -= bondWei;
        // Field by field: the slot was found already.
        branch.owner = msg.sender;
        branch.bondGwei = bondGwei.toUint40();
        branch.clockAt = pointed.answerBy;
        branch.status = status;
        record.pending += 1;
    }

    /// @dev Stores that a question was answered in time.
    function _settle(
        uint256 claimId,
        bytes32 branchId,
        BranchStatus status
    ) private returns (ClaimRecord storage record) {
        record = _openClaim(claimId);
        Branch storage branch = _branchOf(claimId, branchId);
        require(block.timestamp <= branch.clockAt, ClaimGame_AnswerTooLate(branch.clockAt));

        branch.status = status;
        branch.clockAt = block.timestamp.toUint48();
        record.pending -= 1;
    }

    /// @dev Ends a claim. The state is written before the calls; the registry never calls back. One call a claimant,
    /// and one for what nobody claims.
    function _slash(
        uint256 claimId,
        ClaimRecord storage record,
        Terms calldata terms,
        RewardRule calldata rule,
        SlashTable.Offence offence,
        address[] memory owners,
        address finisher
    ) private {
        record.isSlashed = true;
        emit ClaimSlashed(claimId, terms.provider, finisher, offence);
        RewardSplit.Part[] memory parts = RewardSplit.splitDown(offence, terms.bond, rule, owners, finisher);
        for (uint256 i = 0; i < parts.length; ++i) {
            if (parts[i].mill == 0) continue;
            STAKING.slashBond(offence, terms.provider, parts[i].mill, terms.buyer, parts[i].reporter);
        }
    }

    /// @dev Owners of those branches that were pointed at.
    function _ownersOn(uint256 claimId, bytes32[] memory path) private view returns (address[] memory owners) {
        owners = new address[](path.length);
        uint256 count = 0;
        for (uint256 i = 0; i < path.length; ++i) {
            Branch storage branch = _branchOf(claimId, path[i]);
            if (branch.status == BranchStatus.None) continue;
            owners[count++] = branch.owner;
        }
        // Memory-safe: shortens the array to what was filled, `count <= path.length`.
        assembly ("memory-safe") {
            mstore(owners, count)
        }
    }

    /// @dev What a private job's words are is its buyer's business, and of those it names.
    function _checkEntitled(uint256 claimId) private view {
        address buyer = _buyers[claimId];
        require(msg.sender == buyer || _checkers[buyer][msg.sender], ClaimGame_NotEntitled(claimId, msg.sender));
    }

    function _setBranchBond(uint256 bondWei) private {
        bool isGood = bondWei >= MIN_BRANCH_BOND_WEI && bondWei <= MAX_BRANCH_BOND_WEI && bondWei % 1 gwei == 0;
        require(isGood, ClaimGame_BadBond(bondWei));
        _bondGwei = (bondWei / 1 gwei).toUint40();
        emit BranchBondChanged(bondWei);
    }

    function _setRewardRule(RewardRule memory rule) private {
        require(rule.moveRefund <= MAX_MOVE_REFUND, ClaimGame_BadRewardRule(rule));
        _rewards = rule;
        emit RewardRuleChanged(rule);
    }
}
