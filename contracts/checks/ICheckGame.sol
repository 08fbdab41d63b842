// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITaskBook} from "../market/ITaskBook.sol";

/// @title ICheckGame
/// @notice A share of all claims is executed again, by checkers that nobody chooses, who are paid for it and answer for
/// what they say. What they execute, a contract on top of this says: `IResultChecks` for tensor programs, `IRunChecks`
/// for machines.
/// @dev A value that is known only after a claim was posted says whether it is checked, and by which seats. Each of
/// them then has part of the claim's window for executing the program itself, and commits to its *salted root*: that of
/// a tree over words which follow from the execution and from nothing that its provider posted, with every word `w`
/// replaced by `leafOf(claimId, account, w)`. Only who knows the words can compute it, and another checker's salted
/// root is of another account. A second value, known only after the last commitment, says which words each must open,
/// and the contract on top compares them with what the provider committed to. Who can, *vouches* for the claim.
///
/// ```
/// None ──draw──> Drawn ──commit──> Committed ──vouch──> Vouched ──proven wrong──> Convicted
/// ```
/// That is a place of a check: one for each seat that was drawn. `settle` pays the places that vouched, once the job
/// is paid, and charges the others. Whose own result is another than the provider's does not vouch: it proves the claim
/// wrong in its game, for a larger reward, and then no job is paid and nobody charged.
///
/// Promises:
/// - who executes and opens in time is never charged, and slashed only if a word that it vouched for is shown to be
///   wrong, whatever a provider says in the game; a right word cannot be;
/// - whoever vouched for a result of which a word is shown to be wrong loses what is left of its seat's bond, from then
///   on until the check lapses, the time after the post for which bonds of seats stay, whatever became of the claim;
/// - one check pays at most γ times the fee that its job paid, and never more than was emitted for checks (6);
/// - not to be there costs what being there would have earned, and nothing where nobody could have opened;
/// - nothing here changes a claim, a job, or what either of them pays.
///
/// Assumes of the beacon what `IBeacon` promises, of the claims what `IClaimGame` promises, and of a data host nothing:
/// a job whose input is withheld from its checkers costs each of them no more than the job's buyer paid in fees.
interface ICheckGame {
    // ─── TYPES ───

    /// @notice Rules of a deployment.
    /// @param leadSeconds Least time between what a value must not be known before and the second it is of
    /// @param gridSeconds Values are of multiples of this
    /// @param maxLifeSeconds Claims that can last longer are not checked; at most half of what bonds of seats stay
    /// @param openings Words that a vouch opens; at most 16
    struct CheckRules {
        uint32 leadSeconds;
        uint32 gridSeconds;
        uint32 maxLifeSeconds;
        uint8 openings;
    }

    /// @notice How much is checked; governed.
    /// @param pickPpm Share of claims that are checked, PPM; at least 10,000
    /// @param checkers Seats drawn for each; 1 to 4
    struct Sampling {
        uint32 pickPpm;
        uint8 checkers;
    }

    /// @notice What is stored of a check: 1 + 1 + 1 + 1 + 1 + 4 + 6 + 6 + 6 = 27, then 16 bytes. Sets are bitmaps of
    /// places.
    /// @param count Places; zero for no check
    /// @param committed Places that committed
    /// @param vouched Places that vouched
    /// @param convicted Places that lost their bond for it
    /// @param isSettled Whether it was settled
    /// @param payPpm Part of the job's fee that the places together are paid, PPM
    /// @param commitBy Last second for committing
    /// @param openAt Second whose value says which words are opened
    /// @param lapsesAt First second at which nothing more can be done
    /// @param seats Seat of each place
    struct Check {
        uint8 count;
        uint8 committed;
        uint8 vouched;
        uint8 convicted;
        bool isSettled;
        uint32 payPpm;
        uint48 commitBy;
        uint48 openAt;
        uint48 lapsesAt;
        uint32[4] seats;
    }

    // ─── EVENTS ───

    /// @notice Emitted when the checkers of a claim are drawn.
    /// @param claimId Claim
    /// @param seats Seats, by place
    /// @param accounts Their accounts
    /// @param payPpm Part of the job's fee that they are paid together
    /// @param commitBy Last second for committing
    /// @param openAt Second whose value says which words are opened
    event CheckDrawn(
        uint256 indexed claimId,
        uint32[] seats,
        address[] accounts,
        uint32 payPpm,
        uint48 commitBy,
        uint48 openAt
    );

    /// @notice Emitted when a checker commits to its salted root.
    /// @param claimId Claim
    /// @param place Place in the check
    /// @param account Checker
    /// @param root Its salted root
    event CheckCommitted(uint256 indexed claimId, uint8 place, address indexed account, bytes32 root);

    /// @notice Emitted when a checker vouches for a claim.
    /// @param claimId Claim
    /// @param place Place in the check
    /// @param account Checker
    event ClaimVouched(uint256 indexed claimId, uint8 place, address indexed account);

    /// @notice Emitted when a check is settled, before what each place has of it.
    /// @param claimId Claim
    /// @param share What each place that vouched earned, MILL
    event CheckSettled(uint256 indexed claimId, uint256 share);

    /// @notice Emitted when a checker is paid.
    /// @param claimId Claim
    /// @param account Checker
    /// @param mill Its share
    event CheckerPaid(uint256 indexed claimId, address indexed account, uint256 mill);

    /// @notice Emitted when a checker is charged for not having vouched for a claim that stands.
    /// @param claimId Claim
    /// @param account Checker
    /// @param reporter Who settled the check
    /// @param mill What its seat lost
    event CheckMissed(uint256 indexed claimId, address indexed account, address indexed reporter, uint256 mill);

    /// @notice Emitted when a checker loses its bond for a claim that it vouched for.
    /// @param claimId Claim
    /// @param account Checker
    /// @param reporter Who showed the wrong word
    /// @param mill What its seat lost
    event VoucherConvicted(uint256 indexed claimId, address indexed account, address indexed reporter, uint256 mill);

    /// @notice Emitted when the sampling of claims that are posted later changes.
    /// @param sampling The sampling
    event SamplingSet(Sampling sampling);

    // ─── ERRORS ───

    /// @notice Thrown when the deployment names no contract.
    /// @param name Which one
    error CheckGame_ZeroAddress(string name);

    /// @notice Thrown when rules of a deployment are out of bounds.
    error CheckGame_BadRules(CheckRules rules);

    /// @notice Thrown when a sampling is out of bounds.
    error CheckGame_BadSampling(Sampling sampling);

    /// @notice Thrown when the claim that a caller brings is not the one that was posted.
    error CheckGame_OtherClaim(uint256 claimId);

    /// @notice Thrown when the order that a caller brings is not the one of the claim's task.
    error CheckGame_OtherOrder(uint256 claimId);

    /// @notice Thrown when a claim is drawn for or vouched for that is not open.
    error CheckGame_NotOpen(uint256 claimId);

    /// @notice Thrown when a claim cannot be checked: it is private, its window is too short, or it can last too long.
    error CheckGame_NotCheckable(uint256 claimId);

    /// @notice Thrown when a claim was not picked, or no seat could be drawn for it.
    error CheckGame_NotPicked(uint256 claimId);

    /// @notice Thrown when a claim has its check already.
    error CheckGame_AlreadyDrawn(uint256 claimId);

    /// @notice Thrown when a claim has no check, or it has lapsed.
    error CheckGame_NoCheck(uint256 claimId);

    /// @notice Thrown when a call comes after its time.
    error CheckGame_TooLate(uint256 until, uint256 timestamp);

    /// @notice Thrown when the value of a second is not known, or was lost.
    error CheckGame_NoValue(uint48 second);

    /// @notice Thrown when a place is not the caller's.
    error CheckGame_NotYours(uint256 claimId, uint8 place, address caller);

    /// @notice Thrown when a place has committed already, or commits to nothing.
    error CheckGame_CannotCommit(uint256 claimId, uint8 place);

    /// @notice Thrown when a place vouches that has not committed, has vouched already, or has no bond left.
    error CheckGame_CannotVouch(uint256 claimId, uint8 place);

    /// @notice Thrown when too few or too many words are opened.
    error CheckGame_WrongCount(uint256 count, uint256 expected);

    /// @notice Thrown when the job of a claim is not paid.
    error CheckGame_NotPaid(uint256 claimId);

    /// @notice Thrown when the pot has less than is due, and the caller is none of those who would lose it.
    /// @param claimId Claim
    /// @param share What the pot has for each place, MILL
    /// @param due What each place is due, MILL
    error CheckGame_PotTooLow(uint256 claimId, uint256 share, uint256 due);

    /// @notice Thrown when a check was settled.
    error CheckGame_AlreadySettled(uint256 claimId);

    // ─── ANYONE ───

    /// @notice Settles a check whose job was paid: pays each place that vouched and was not convicted, charges each
    /// that did not vouch as much.
    /// @dev Emits {CheckSettled}, then {CheckerPaid} or {CheckMissed} for each place. Nobody is charged if the value
    /// of the openings was lost. Due are `fee · payPpm / count`, in MILL at the higher price of the last close; paid is
    /// at most what lies in the pot for each place. A reporter's part of a charge is the caller's.
    ///
    /// Requirements:
    /// - the claim has a check that has not lapsed and was not settled;
    /// - the task is finalized, by the attempt whose claim this is;
    /// - the order is the task's;
    /// - the pot has what is due, or nobody is to be paid, or the caller is one of those who are, or its operator: the
    ///   pot fills with each epoch, and no stranger can have a checker paid from an empty one.
    /// @param claimId Claim
    /// @param order Order of the task
    function settle(uint256 claimId, ITaskBook.TaskOrder calldata order) external;

    // ─── CHECKERS ───

    /// @notice Commits to the salted root of the caller's own execution. It cannot be replaced.
    /// @dev Emits {CheckCommitted}.
    ///
    /// Requirements:
    /// - the place is the caller's, or of a provider whose operator it is;
    /// - half of the claim's window is not over;
    /// - the place has not committed, and the root is not zero.
    /// @param claimId Claim
    /// @param place Place in the check
    /// @param root Salted root
    function commit(uint256 claimId, uint8 place, bytes32 root) external;

    // ─── PARAMETERS ───

    /// @notice Sets how much is checked of what is posted from the next second on.
    /// @dev Restricted. Emits {SamplingSet}. Requirements: both within their bounds.
    /// @param sampling The sampling
    function setSampling(Sampling calldata sampling) external;

    // ─── READ ───

    /// @notice A check.
    /// @param claimId Claim
    /// @return check All zero if the claim has none
    function checkOf(uint256 claimId) external view returns (Check memory check);

    /// @notice What a settlement would pay now. Reverts where `settle` would for anyone.
    /// @param claimId Claim
    /// @param order Order of the task
    /// @return due What each place that vouched is due, and each that did not is charged, MILL
    /// @return share What the pot has of that for each place, MILL
    function shareOf(
        uint256 claimId,
        ITaskBook.TaskOrder calldata order
    ) external view returns (uint256 due, uint256 share);

    /// @notice Salted root that a place committed to.
    /// @param claimId Claim
    /// @param place Place in the check
    /// @return root The root; zero for none
    function commitmentOf(uint256 claimId, uint8 place) external view returns (bytes32 root);

    /// @notice What stands for a word in a checker's tree: of a run that is a leaf, of a result eight of them are one.
    /// @param claimId Claim
    /// @param account Checker
    /// @param word The word
    /// @return leaf `keccak256(abi.encode(keccak256(abi.encode(claimId, account)), word))`: two words, as the nodes
    /// above
    function leafOf(uint256 claimId, address account, bytes32 word) external pure returns (bytes32 leaf);

    /// @notice Which word a place opens.
    /// @param claimId Claim
    /// @param place Place in the check
    /// @param index Which of its openings
    /// @param words Words of the tree
    /// @return position Position of the word
    function positionOf(
        uint256 claimId,
        uint8 place,
        uint256 index,
        uint64 words
    ) external view returns (uint256 position);

    /// @notice How much is checked of what was posted at a time.
    /// @param postedAt When the claim was posted
    /// @return sampling The sampling
    function samplingAt(uint48 postedAt) external view returns (Sampling memory sampling);

    /// @notice Rules of this deployment.
    /// @return rules_ Rules
    function rules() external view returns (CheckRules memory rules_);

    /// @notice Where values come from.
    /// @return beacon_ The beacon
    function beacon() external view returns (address beacon_);
}
