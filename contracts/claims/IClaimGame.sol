// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlashTable} from "../staking/SlashTable.sol";
import {Branch, ClaimRecord, ClaimState, RewardRule} from "./ClaimTypes.sol";

/// @title IClaimGame
/// @notice The rules that all games about a committed result share: when a claim stands, when it falls, what a question
/// costs and who is paid.
/// @dev Only the provider claims. Others *point* at parts of what it committed to; an *opening* answers with what lies
/// below, is stored once and serves all. To ask again, while there is time to ask, or to answer again is a no-op, which
/// clients treat as success. What a part is, and what answers for it, is each game's own: see `IResultClaims` for
/// tensor programs.
///
/// Two calls are worth copying from another's unconfirmed transaction: the first pointer at a wrong claim, and its
/// proof. Both must be committed to in an earlier block, in a *lane* of the account: a slot that it can use again.
///
/// Promises:
/// - a claim ends in exactly one of: a proof, then it is slashed; a branch left unanswered, then it is slashed by as
///   much; the window over and nothing pending, then it is final;
/// - a provider who opens in time what is pointed at is never slashed for silence;
/// - no challenger loses on behalf of another or can keep another from going on;
/// - a claim with paths of at most `d` openings ends at most `windowSeconds + revealSeconds + 2 · d · responseSeconds`
///   after it was posted, whoever plays, provided that somebody calls `timeout` on a branch that is overdue;
///   `revealSeconds` is a quarter of `responseSeconds`, at most an hour;
/// - a reward goes to those who pointed on the path and to who committed to the proof first, never to who only
///   brought the last transaction;
/// - a bond covers three openings at the price of gas when it is taken, and more the more questions are pending.
///
/// Assumes of the staking registry that a slash never reverts on the amount.
interface IClaimGame {
    // ─── EVENTS ───

    /// @notice Emitted when a branch is opened.
    /// @param claimId Claim.
    /// @param branchId Branch.
    /// @param children Its children, left to right; words, if its height is 5.
    /// @param pointBy Last second at which a child can be pointed at.
    event BranchOpened(uint256 indexed claimId, bytes32 indexed branchId, bytes32[] children, uint48 pointBy);

    /// @notice Emitted when a branch was left unanswered, just before the slash.
    /// @param claimId Claim.
    /// @param branchId Branch.
    event BranchTimedOut(uint256 indexed claimId, bytes32 indexed branchId);

    /// @notice Emitted when a claim ends by a slash.
    /// @param claimId Claim.
    /// @param provider Whose bond was slashed.
    /// @param finisher Who proved it; zero for nobody.
    /// @param offence `WrongResult` or `ResultWithheld`.
    event ClaimSlashed(
        uint256 indexed claimId,
        address indexed provider,
        address indexed finisher,
        SlashTable.Offence offence
    );

    /// @notice Emitted when an account commits to something that it will show later.
    /// @param account Who.
    /// @param lane Where it keeps the commitment; what it kept there is gone.
    /// @param digest The commitment.
    event Committed(address indexed account, uint256 lane, bytes32 digest);

    /// @notice Emitted when a buyer says who else may check its private jobs.
    /// @param buyer The buyer.
    /// @param checker The account.
    /// @param isNamed Whether it may.
    event CheckerNamed(address indexed buyer, address indexed checker, bool isNamed);

    /// @notice Emitted when bonds of branches, or fees of chunks, are paid out.
    /// @param claimId Claim.
    /// @param account Whose they are: fees are the provider's, bonds too if the claim is final, else their owner's.
    /// @param recipient Who was paid.
    /// @param bondsWei Their sum, in the native coin.
    event BondsWithdrawn(uint256 indexed claimId, address indexed account, address recipient, uint256 bondsWei);

    /// @notice Emitted when the bond of a branch of future claims changes.
    /// @param bondWei The bond, in the native coin.
    event BranchBondChanged(uint256 bondWei);

    /// @notice Emitted when the rewards of future claims change.
    /// @param rule The rule.
    event RewardRuleChanged(RewardRule rule);

    // ─── ERRORS ───

    /// @notice Thrown when a claim id is used twice.
    /// @param claimId Claim.
    error ClaimGame_AlreadyPosted(uint256 claimId);

    /// @notice Thrown when terms name no provider, no window or no time to respond.
    error ClaimGame_BadTerms();

    /// @notice Thrown when the claim that a caller brings is not the one that was posted.
    /// @param claimId Claim.
    error ClaimGame_OtherClaim(uint256 claimId);

    /// @notice Thrown when a claim is not open.
    /// @param claimId Claim.
    /// @param state Where it stands.
    error ClaimGame_NotOpen(uint256 claimId, ClaimState state);

    /// @notice Thrown when bonds are withdrawn before the claim ended.
    /// @param claimId Claim.
    /// @param state Where it stands.
    error ClaimGame_NotEnded(uint256 claimId, ClaimState state);

    /// @notice Thrown when a path is begun or a chunk demanded too late.
    /// @param windowEndsAt Last second for committing to a first pointer, and for demanding.
    error ClaimGame_WindowOver(uint48 windowEndsAt);

    /// @notice Thrown when less than the bond is sent.
    /// @param sentWei What was sent.
    /// @param bondWei The bond.
    error ClaimGame_BondTooSmall(uint256 sentWei, uint256 bondWei);

    /// @notice Thrown when a bond is set outside its bounds, or not in whole gwei.
    /// @param bondWei The bond.
    error ClaimGame_BadBond(uint256 bondWei);

    /// @notice Thrown when nobody pointed at a branch.
    /// @param branchId Branch.
    error ClaimGame_NotPointedAt(bytes32 branchId);

    /// @notice Thrown when a branch is not opened yet.
    /// @param branchId Branch.
    error ClaimGame_NotOpened(bytes32 branchId);

    /// @notice Thrown when a branch is opened too late: it can only time out.
    /// @param answerBy Last second at which it could.
    error ClaimGame_AnswerTooLate(uint48 answerBy);

    /// @notice Thrown when a child is pointed at too late.
    /// @param pointBy Last second at which it could.
    error ClaimGame_PointTooLate(uint256 pointBy);

    /// @notice Thrown when a branch that was answered, or can still be, is called overdue.
    /// @param branchId Branch.
    error ClaimGame_NotOverdue(bytes32 branchId);

    /// @notice Thrown when a branch's bond is not this account's, or was withdrawn.
    /// @param branchId Branch.
    /// @param account The account.
    error ClaimGame_NoBond(bytes32 branchId, address account);

    /// @notice Thrown when one account sends another's bonds elsewhere.
    /// @param account Whose they are.
    /// @param recipient Where they were to go.
    error ClaimGame_NotYours(address account, address recipient);

    /// @notice Thrown when what is shown was not committed to in this lane, or not in an earlier block.
    /// @param account Who shows it.
    /// @param lane The lane.
    error ClaimGame_NotCommitted(address account, uint256 lane);

    /// @notice Thrown when somebody asks about a private job who is neither its buyer nor named by it.
    /// @param claimId Claim.
    /// @param account Who asks.
    error ClaimGame_NotEntitled(uint256 claimId, address account);

    /// @notice Thrown when too many chunks wait for the provider.
    /// @param most How many may.
    error ClaimGame_TooManyDemands(uint256 most);

    /// @notice Thrown when the verifier has another code than jobs pinned.
    /// @param codeHash Its code hash now.
    /// @param pinned Code hash when the game was deployed.
    error ClaimGame_OtherVerifier(bytes32 codeHash, bytes32 pinned);

    /// @notice Thrown when a reward rule is outside its bounds.
    /// @param rule The rule.
    error ClaimGame_BadRewardRule(RewardRule rule);

    // ─── CHALLENGERS ───

    /// @notice Commits to a first pointer or to a proof, without saying which, nor about what claim.
    /// @dev Emits {Committed}. It can be shown from the next block on. The digest is
    /// - of a first pointer `keccak256(abi.encode(keccak256("millrace.first"), branchId, account, salt))`,
    /// - of a proof `keccak256(abi.encode(keccak256("millrace.finish"), claimId, evidence, account, salt))`; each game
    ///   says what the evidence is.
    /// @param lane Where the account keeps it; replaces what it kept there, at a quarter of the cost.
    /// @param digest The commitment.
    function commit(uint256 lane, bytes32 digest) external;

    // ─── BUYERS ───

    /// @notice Says whether an account may point and demand in the caller's private jobs.
    /// @dev Emits {CheckerNamed}.
    /// @param checker The account.
    /// @param isNamed Whether it may.
    function nameChecker(address checker, bool isNamed) external;

    // ─── PARAMETERS ───

    /// @notice Sets the least bond of a branch for claims posted from now on.
    /// @dev Emits {BranchBondChanged}.
    ///
    /// Requirements:
    /// - the caller has the role;
    /// - whole gwei, within `MIN_BRANCH_BOND_WEI` and `MAX_BRANCH_BOND_WEI`.
    /// @param bondWei The bond, in the native coin.
    function setBranchBond(uint256 bondWei) external;

    /// @notice Sets the rewards of claims posted from now on.
    /// @dev Emits {RewardRuleChanged}.
    ///
    /// Requirements:
    /// - the caller has the role;
    /// - the refund is at most `MAX_MOVE_REFUND`.
    /// @param rule The rule.
    function setRewardRule(RewardRule calldata rule) external;

    // ─── READ ───

    /// @notice Where a claim stands now.
    /// @param claimId Claim.
    /// @return state None if there is no such claim.
    function stateOf(uint256 claimId) external view returns (ClaimState state);

    /// @notice What is stored of a claim.
    /// @param claimId Claim.
    /// @return record All zero if there is no such claim.
    function claimOf(uint256 claimId) external view returns (ClaimRecord memory record);

    /// @notice What is stored of a branch.
    /// @param claimId Claim.
    /// @param branchId Branch or demand of it.
    /// @return branch All zero if nobody asked it of this claim.
    function branchOf(uint256 claimId, bytes32 branchId) external view returns (Branch memory branch);

    /// @notice Bond that pointing at a branch of a claim takes in this block: `b · (1 + n / 32)`, with `n` questions
    /// pending and `b` the bond that the claim fixed, or the price of 450,000 gas if that is more. Send some more: the
    /// rest comes back.
    /// @param claimId Claim.
    /// @return bondWei The bond, in the native coin.
    function bondOf(uint256 claimId) external view returns (uint256 bondWei);

    /// @notice Fee that demanding a chunk takes in this block: twice the bond that the claim fixed, or the price of
    /// 600,000 gas if that is more. The provider has it in every case.
    /// @param claimId Claim.
    /// @return feeWei The fee, in the native coin.
    function feeOf(uint256 claimId) external view returns (uint256 feeWei);

    /// @notice Least bond of a branch for claims posted now.
    /// @return bondWei The bond, in the native coin.
    function branchBond() external view returns (uint256 bondWei);

    /// @notice Rewards of claims posted now.
    /// @return rule The rule.
    function rewardRule() external view returns (RewardRule memory rule);

    /// @notice Least time to respond, unless both sides agree on a small job: what the chain's sequencer can keep a
    /// transaction out, and two hours.
    /// @return leastSeconds The time.
    function minResponseSeconds() external view returns (uint32 leastSeconds);

    /// @notice What an account last committed to in a lane, and when.
    /// @param account The account.
    /// @param lane The lane.
    /// @return commitment The upper 208 bits of the digest, then the timestamp; zero for nothing.
    function commitmentOf(address account, uint256 lane) external view returns (bytes32 commitment);

    /// @notice Whether a buyer named an account to check its private jobs.
    /// @param buyer The buyer.
    /// @param account The account.
    /// @return isNamed Whether it did.
    function isChecker(address buyer, address account) external view returns (bool isNamed);
}
