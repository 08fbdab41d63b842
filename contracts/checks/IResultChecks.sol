// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Reveal} from "../claims/ClaimTypes.sol";
import {ITaskBook} from "../market/ITaskBook.sol";
import {Region, Witness, WordAddress} from "../verifiers/TensorTypes.sol";

/// @title IResultChecks
/// @notice A share of all results is executed again, by checkers that nobody chooses, who are paid for it and answer
/// for what they say.
/// @dev A value that is known only after a claim was posted says whether it is checked, and by which seats. Each of
/// them then has part of the claim's window for executing the program itself, and commits to its *salted root*: the
/// root of the trace's body, or of the output where there is no body, with every word `w` replaced by
/// `leafOf(claimId, account, w)`. Only who knows the words can compute it: the roots that the provider posted do not
/// help, and another checker's salted root is of another account. A second value, known only after the last
/// commitment, says which words each must open, in its own tree and in the provider's. Who can, *vouches* for the
/// claim.
///
/// ```
/// None ──draw──> Drawn ──commit──> Committed ──vouch──> Vouched ──a word proven wrong──> Convicted
/// ```
/// That is a place of a check: one for each seat that was drawn. `settle` pays the places that vouched, once the job
/// is paid, and charges the others. Whose own result is another than the provider's does not vouch: it proves a word
/// wrong in `IResultClaims`, for a larger reward, and then no job is paid and nobody charged.
///
/// Promises:
/// - who executes and opens in time is never charged, and slashed only if a word of a claim that it vouched for is
///   shown to be wrong; a right word cannot be;
/// - whoever vouched for a claim of which a word is shown to be wrong loses what is left of its seat's bond, from then
///   on until the check lapses, the time after the post for which bonds of seats stay, whatever became of the claim;
/// - one check pays at most γ times the fee that its job paid, and never more than was emitted for checks (6);
/// - not to be there costs what being there would have earned, and nothing where nobody could have opened;
/// - nothing here changes a claim, a job, or what either of them pays.
///
/// Assumes of the beacon what `IBeacon` promises, of the verifier what `ITensorVerifier` promises, and of a data host
/// nothing: a job whose input is withheld from its checkers costs each of them no more than the job's buyer paid in
/// fees.
interface IResultChecks {
    // ─── TYPES ───

    /// @notice Rules of a deployment.
    /// @param leadSeconds Least time between what a value must not be known before and the second it is of
    /// @param gridSeconds Values are of multiples of this
    /// @param maxLifeSeconds Claims that can last longer are not checked; at most half of what bonds of seats stay
    /// @param openings Words that a vouch opens; at most 16
    /// @param potCap What may lie here for checks to come, MILL; anyone burns what is more
    struct CheckRules {
        uint32 leadSeconds;
        uint32 gridSeconds;
        uint32 maxLifeSeconds;
        uint8 openings;
        uint96 potCap;
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

    /// @notice One opened word.
    /// @param word The word
    /// @param siblings Its siblings in the provider's tree, bottom up
    /// @param saltedSiblings Those of its leaf in the checker's tree, bottom up
    struct Opening {
        bytes32 word;
        bytes32[] siblings;
        bytes32[] saltedSiblings;
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
    /// @param share What each place earned or would have, MILL
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

    /// @notice Emitted when more lay here than `potCap`.
    /// @param mill What was burned
    event SurplusBurned(uint256 mill);

    /// @notice Emitted when the sampling of claims that are posted later changes.
    /// @param sampling The sampling
    event SamplingSet(Sampling sampling);

    // ─── ERRORS ───

    /// @notice Thrown when the deployment names no contract.
    /// @param name Which one
    error ResultChecks_ZeroAddress(string name);

    /// @notice Thrown when rules of a deployment are out of bounds.
    error ResultChecks_BadRules(CheckRules rules);

    /// @notice Thrown when a sampling is out of bounds.
    error ResultChecks_BadSampling(Sampling sampling);

    /// @notice Thrown when the claim that a caller brings is not the one that was posted.
    error ResultChecks_OtherClaim(uint256 claimId);

    /// @notice Thrown when the order that a caller brings is not the one of the claim's task.
    error ResultChecks_OtherOrder(uint256 claimId);

    /// @notice Thrown when a claim is drawn for or vouched for that is not open.
    error ResultChecks_NotOpen(uint256 claimId);

    /// @notice Thrown when a claim cannot be checked: it is private, its window is too short, or it can last too long.
    error ResultChecks_NotCheckable(uint256 claimId);

    /// @notice Thrown when a claim was not picked, or no seat could be drawn for it.
    error ResultChecks_NotPicked(uint256 claimId);

    /// @notice Thrown when a claim has its check already.
    error ResultChecks_AlreadyDrawn(uint256 claimId);

    /// @notice Thrown when a claim has no check, or it has lapsed.
    error ResultChecks_NoCheck(uint256 claimId);

    /// @notice Thrown when a call comes after its time.
    error ResultChecks_TooLate(uint256 until, uint256 timestamp);

    /// @notice Thrown when the value of a second is not known, or was lost.
    error ResultChecks_NoValue(uint48 second);

    /// @notice Thrown when a place is not the caller's.
    error ResultChecks_NotYours(uint256 claimId, uint8 place, address caller);

    /// @notice Thrown when a place has committed already, or commits to nothing.
    error ResultChecks_CannotCommit(uint256 claimId, uint8 place);

    /// @notice Thrown when a place vouches that has not committed, has vouched already, or has no bond left.
    error ResultChecks_CannotVouch(uint256 claimId, uint8 place);

    /// @notice Thrown when too few or too many words are opened.
    error ResultChecks_WrongCount(uint256 count, uint256 expected);

    /// @notice Thrown when an opened word is not in the provider's tree or in the checker's.
    error ResultChecks_NotInTrees(uint256 index, uint256 position);

    /// @notice Thrown when the job of a claim is not paid.
    error ResultChecks_NotPaid(uint256 claimId);

    /// @notice Thrown when a check was settled.
    error ResultChecks_AlreadySettled(uint256 claimId);

    /// @notice Thrown when nobody is left to convict.
    error ResultChecks_NoVoucher(uint256 claimId);

    /// @notice Thrown when a word is called wrong that is right.
    error ResultChecks_WordIsRight();

    /// @notice Thrown when a proof was not committed to in this lane, or not in an earlier block.
    error ResultChecks_NotCommitted(address account, uint256 lane);

    /// @notice Thrown when there is nothing to burn.
    error ResultChecks_NoSurplus();

    // ─── ANYONE ───

    /// @notice Draws the checkers of a claim, if it was picked.
    /// @dev Emits {CheckDrawn}. Fewer places than the sampling says if seats are few: see `ICheckSeats.drawn`.
    ///
    /// Requirements:
    /// - the claim is the one that was posted, is open, and can be checked;
    /// - it has no check, and a quarter of its window is not over;
    /// - the value is recorded, it picks the claim, and a seat is found.
    /// @param claimId Claim
    /// @param claim The claim in full
    function draw(uint256 claimId, Claim calldata claim) external;

    /// @notice Settles a check whose job was paid: pays each place that vouched and was not convicted, charges each
    /// that did not vouch as much.
    /// @dev Emits {CheckSettled}, then {CheckerPaid} or {CheckMissed} for each place. Nobody is charged if the value
    /// of the openings was lost. The share is `fee · payPpm / count`, in MILL at the higher price of the last close,
    /// and at most what lies here for each place. A reporter's part of a charge is the caller's.
    ///
    /// Requirements:
    /// - the claim has a check that has not lapsed and was not settled;
    /// - the task is finalized, by the attempt whose claim this is;
    /// - the order is the task's.
    /// @param claimId Claim
    /// @param order Order of the task
    function settle(uint256 claimId, ITaskBook.TaskOrder calldata order) external;

    /// @notice Shows that a word of a claim is wrong, to the cost of all who vouched for it. It need not have fallen.
    /// @dev Emits {VoucherConvicted} for each place. Reverts with what `ITensorVerifier.isWrong` does.
    ///
    /// Requirements:
    /// - the claim has a check that has not lapsed, and somebody vouched who was not convicted;
    /// - the claim is the one that was posted;
    /// - the caller committed to this proof in `IResultClaims`, in an earlier block, as for `prove`;
    /// - the word is wrong.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @param target The word
    /// @param witness What proves it wrong
    /// @param reveal The commitment
    function convict(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness,
        Reveal calldata reveal
    ) external;

    /// @notice Burns what lies here above `potCap`.
    /// @dev Emits {SurplusBurned}. Requirements: there is some.
    /// @return mill What was burned
    function burnSurplus() external returns (uint256 mill);

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

    /// @notice Vouches for a claim, by opening the drawn words of the caller's tree and of the provider's.
    /// @dev Emits {ClaimVouched}.
    ///
    /// Requirements:
    /// - the place is the caller's, or of a provider whose operator it is; it has committed and not vouched, and its
    ///   seat has a bond;
    /// - the claim is the one that was posted, is open, and its window is not over;
    /// - the value is recorded;
    /// - the words are those at `positionOf`, in order, with as many siblings as the tree is deep, in both trees.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @param place Place in the check
    /// @param openings The words
    function vouch(uint256 claimId, Claim calldata claim, uint8 place, Opening[] calldata openings) external;

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

    /// @notice The checkers that `draw` gives a claim, or gave.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @return seats Their seats; empty while the value is not known, and for a claim that is not checked
    /// @return drawBy Last second for drawing; zero for a claim that cannot be checked
    /// @return pickAt Second of the value
    function drawnFor(
        uint256 claimId,
        Claim calldata claim
    ) external view returns (uint32[] memory seats, uint48 drawBy, uint48 pickAt);

    /// @notice Salted root that a place committed to.
    /// @param claimId Claim
    /// @param place Place in the check
    /// @return root The root; zero for none
    function commitmentOf(uint256 claimId, uint8 place) external view returns (bytes32 root);

    /// @notice Region whose words are salted and opened.
    /// @param claim The claim in full
    /// @return region The body, or the output where there is no body
    function regionOf(Claim calldata claim) external pure returns (Region region);

    /// @notice What stands for a word in a checker's tree.
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
    /// @param words Words of the region
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
