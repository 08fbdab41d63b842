// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {ClaimRecord, ClaimState, Terms} from "../claims/ClaimTypes.sol";
import {IClaimGame} from "../claims/IClaimGame.sol";
import {MAX_PPM, Units, WAD} from "../common/Units.sol";
import {ITaskBook} from "../market/ITaskBook.sol";
import {OrderTerms} from "../market/OrderTerms.sol";
import {IBeacon} from "../randomness/IBeacon.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {ISettlementTerms} from "../settlement/ISettlementTerms.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {ICheckGame} from "./ICheckGame.sol";
import {ICheckPot} from "./ICheckPot.sol";
import {ICheckSeats} from "./ICheckSeats.sol";
import {CheckSchedule} from "./libraries/CheckSchedule.sol";

/// @title CheckGame
/// @notice See `ICheckGame`.
/// @dev For those who derive checks of a game. This contract keeps draws, commitments, vouches and pay; it never knows
/// what a claim is nor what was executed. Calls bring the claim, and every function here takes its commitment, the hash
/// of it, as `IClaimGame` stores it. Entry points read like this:
/// ```
/// draw       _draw
/// vouch      _callerMayVouch, checks of the openings at `_positionOf` with `leafOf`, _vouch
/// convict    _vouchersOf, _checkPosted, what is wrong, _convictAll
/// ```
abstract contract CheckGame is ICheckGame, AccessManaged {
    using Checkpoints for Checkpoints.Trace208;
    using OrderTerms for ITaskBook.TaskOrder;
    using OrderTerms for ITaskBook.TaskTerms;
    using SafeCast for uint256;
    using Units for uint256;

    /// @dev What a deployment stands on.
    /// @param authority Access manager of the parameters
    /// @param settlement Settlement: price and terms
    /// @param staking Who works for whom
    /// @param seats Seats of checkers; must grant JUDGE to this contract
    /// @param pot What pays them; must grant REWARD to this contract
    /// @param claims The game whose claims are checked
    /// @param tasks Market of the jobs
    /// @param beacon Source of randomness
    struct Parts {
        address authority;
        IBurnMintSettlement settlement;
        IStakingRegistry staking;
        ICheckSeats seats;
        ICheckPot pot;
        IClaimGame claims;
        ITaskBook tasks;
        IBeacon beacon;
    }

    // ─── CONSTANTS ───

    /// @notice Least share of claims that are checked, PPM.
    uint32 public constant MIN_PICK_PPM = 10_000;

    /// @notice Most places of a check.
    uint8 public constant MAX_CHECKERS = 4;

    /// @notice Most words that a vouch opens.
    uint8 public constant MAX_OPENINGS = 16;

    // ─── IMMUTABLES ───

    IBurnMintSettlement private immutable _SETTLEMENT;
    IStakingRegistry private immutable _STAKING;
    ICheckSeats private immutable _SEATS;
    ICheckPot private immutable _POT;
    IClaimGame internal immutable _CLAIMS;
    ITaskBook private immutable _TASKS;
    IBeacon private immutable _BEACON;

    // ─── STORAGE ───

    CheckRules private _rules; // one slot, written once
    /// @dev `pickPpm · 2^8 + checkers` by time.
    Checkpoints.Trace208 private _samplings;
    mapping(uint256 claimId => Check check) private _checks;
    mapping(uint256 claimId => mapping(uint8 place => bytes32 root)) private _roots;

    /// @notice Fixes parts and rules, and sets the first parameters.
    /// @param parts What the contract stands on
    /// @param rules_ Rules
    /// @param sampling First sampling
    constructor(Parts memory parts, CheckRules memory rules_, Sampling memory sampling) AccessManaged(parts.authority) {
        _requireAddress(parts.authority, "authority");
        _requireAddress(address(parts.settlement), "settlement");
        _requireAddress(address(parts.staking), "staking");
        _requireAddress(address(parts.seats), "seats");
        _requireAddress(address(parts.claims), "claims");
        _requireAddress(address(parts.pot), "pot");
        _requireAddress(address(parts.tasks), "tasks");
        _requireAddress(address(parts.beacon), "beacon");
        bool good =
            rules_.leadSeconds != 0 &&
                rules_.leadSeconds >= parts.beacon.noticeSeconds() &&
                rules_.gridSeconds != 0 &&
                rules_.maxLifeSeconds != 0 &&
                parts.seats.leaveSeconds() / 2 >= rules_.maxLifeSeconds &&
                rules_.openings != 0 &&
                rules_.openings <= MAX_OPENINGS;
        require(good, CheckGame_BadRules(rules_));

        (_SETTLEMENT, _STAKING, _SEATS, _POT) = (parts.settlement, parts.staking, parts.seats, parts.pot);
        (_CLAIMS, _TASKS, _BEACON) = (parts.claims, parts.tasks, parts.beacon);
        _rules = rules_;
        _setSampling(sampling);
    }

    // ─── ANYONE ───

    /// @inheritdoc ICheckGame
    function settle(uint256 claimId, ITaskBook.TaskOrder calldata order) external {
        Check storage check = _openCheck(claimId);
        (uint256 due, uint256 share) = _sharesDown(check, _feeOf(claimId, order));
        // Who vouched may take less than is due rather than wait; nobody else may settle for it (I11).
        bool isFair = share == due || _standing(check) == 0 || _hasVouched(check, msg.sender);
        require(isFair, CheckGame_PotTooLow(claimId, share, due));

        check.isSettled = true;
        // Where nobody could have opened, nobody failed to.
        bool charges = _BEACON.valueAt(check.openAt) != 0;
        emit CheckSettled({claimId: claimId, share: share});
        for (uint8 place = 0; place < check.count; ++place) {
            if (_has(check.convicted, place)) continue;
            uint32 seatId = check.seats[place];
            if (_has(check.vouched, place)) _pay(claimId, seatId, share);
            else if (charges) _charge(claimId, seatId, due);
        }
    }

    // ─── CHECKERS ───

    /// @inheritdoc ICheckGame
    function commit(uint256 claimId, uint8 place, bytes32 root) external {
        Check storage check = _liveCheck(claimId);
        address account = _callersPlace(claimId, check, place);
        _requireUntil(check.commitBy);
        bool isFirst = !_has(check.committed, place) && root != 0;
        require(isFirst, CheckGame_CannotCommit(claimId, place));

        check.committed |= _bitOf(place);
        _roots[claimId][place] = root;
        emit CheckCommitted({claimId: claimId, place: place, account: account, root: root});
    }

    // ─── PARAMETERS ───

    /// @inheritdoc ICheckGame
    function setSampling(Sampling calldata sampling) external restricted {
        _setSampling(sampling);
    }

    // ─── READ ───

    /// @inheritdoc ICheckGame
    function checkOf(uint256 claimId) external view returns (Check memory check) {
        return _checks[claimId];
    }

    /// @inheritdoc ICheckGame
    function shareOf(
        uint256 claimId,
        ITaskBook.TaskOrder calldata order
    ) external view returns (uint256 due, uint256 share) {
        return _sharesDown(_openCheck(claimId), _feeOf(claimId, order));
    }

    /// @inheritdoc ICheckGame
    function commitmentOf(uint256 claimId, uint8 place) external view returns (bytes32 root) {
        return _roots[claimId][place];
    }

    /// @inheritdoc ICheckGame
    function leafOf(uint256 claimId, address account, bytes32 word) public pure returns (bytes32 leaf) {
        return keccak256(abi.encode(keccak256(abi.encode(claimId, account)), word));
    }

    /// @inheritdoc ICheckGame
    function positionOf(
        uint256 claimId,
        uint8 place,
        uint256 index,
        uint64 words
    ) external view returns (uint256 position) {
        return _positionOf(_knownValue(_liveCheck(claimId).openAt), claimId, place, index, words);
    }

    /// @inheritdoc ICheckGame
    function samplingAt(uint48 postedAt) public view returns (Sampling memory sampling) {
        uint256 packed = postedAt == 0 ? 0 : _samplings.upperLookupRecent(postedAt - 1);
        return Sampling({pickPpm: uint32(packed >> 8), checkers: uint8(packed)}); // as `_setSampling` packs it
    }

    /// @inheritdoc ICheckGame
    function rules() external view returns (CheckRules memory rules_) {
        return _rules;
    }

    /// @inheritdoc ICheckGame
    function beacon() external view returns (address beacon_) {
        return address(_BEACON);
    }

    // ─── FOR THE GAME ───

    /// @dev Draws the checkers of a claim.
    function _draw(uint256 claimId, bytes32 commitment, Terms calldata terms) internal {
        CheckSchedule.Times memory times = _timesOf(claimId, commitment, terms);
        require(times.postedAt != 0, CheckGame_NotCheckable(claimId));
        _requireOpen(claimId);
        Check storage check = _checks[claimId];
        require(check.count == 0, CheckGame_AlreadyDrawn(claimId));
        _requireUntil(times.drawBy);
        Sampling memory sampling = samplingAt(times.postedAt);
        bytes32 value = _knownValue(times.pickAt);
        (uint32[] memory seats, address[] memory accounts) = _drawn(claimId, terms, times.postedAt, sampling, value);
        require(seats.length != 0, CheckGame_NotPicked(claimId));

        uint32 payPpm = _payPpmDown(sampling.pickPpm);
        check.count = uint8(seats.length); // at most `MAX_CHECKERS`
        check.payPpm = payPpm;
        check.commitBy = times.commitBy;
        check.openAt = times.openAt;
        check.lapsesAt = times.postedAt + _SEATS.leaveSeconds();
        for (uint256 place = 0; place < seats.length; ++place) check.seats[place] = seats[place];
        emit CheckDrawn({
            claimId: claimId,
            seats: seats,
            accounts: accounts,
            payPpm: payPpm,
            commitBy: times.commitBy,
            openAt: times.openAt
        });
    }

    /// @dev The checkers that `_draw` gives a claim, or gave.
    function _drawnFor(
        uint256 claimId,
        bytes32 commitment,
        Terms calldata terms
    ) internal view returns (uint32[] memory seats, uint48 drawBy, uint48 pickAt) {
        CheckSchedule.Times memory times = _timesOf(claimId, commitment, terms);
        if (times.postedAt == 0) return (seats, 0, 0);
        (drawBy, pickAt) = (times.drawBy, times.pickAt);
        bytes32 value = _BEACON.valueAt(pickAt);
        if (value == 0) return (seats, drawBy, pickAt);
        (seats, ) = _drawn(claimId, terms, times.postedAt, samplingAt(times.postedAt), value);
    }

    /// @dev Reverts unless the caller may vouch at a place now, with so many openings. Returns what they are checked
    /// with: the place's account, its salted root, and the value that says what is opened.
    function _callerMayVouch(
        uint256 claimId,
        bytes32 commitment,
        uint8 place,
        uint256 given
    ) internal view returns (address account, bytes32 root, bytes32 value) {
        Check storage check = _liveCheck(claimId);
        account = _callersPlace(claimId, check, place);
        bool isReady =
            _has(check.committed, place) && !_has(check.vouched, place) && _SEATS.seatOf(check.seats[place]).bond != 0;
        require(isReady, CheckGame_CannotVouch(claimId, place));
        _requireUntil(_checkPosted(claimId, commitment));
        _requireOpen(claimId);
        uint256 count = _rules.openings;
        require(given == count, CheckGame_WrongCount(given, count));
        return (account, _roots[claimId][place], _knownValue(check.openAt));
    }

    /// @dev Records that a place vouched: its openings were checked.
    function _vouch(uint256 claimId, uint8 place, address account) internal {
        _checks[claimId].vouched |= _bitOf(place);
        emit ClaimVouched({claimId: claimId, place: place, account: account});
    }

    /// @dev The places of a check that vouched and were not convicted.
    function _vouchersOf(uint256 claimId) internal view returns (uint8 vouchers) {
        return _standing(_liveCheck(claimId));
    }

    /// @dev Slashes places that vouched: the claim was shown to be wrong.
    function _convictAll(uint256 claimId, uint8 vouchers) internal {
        Check storage check = _checks[claimId];
        check.convicted |= vouchers;
        for (uint8 place = 0; place < check.count; ++place) {
            if (_has(vouchers, place)) _convict(claimId, check.seats[place]);
        }
    }

    /// @dev The last second of a claim's window; reverts unless the claim is the one that was posted.
    function _checkPosted(uint256 claimId, bytes32 commitment) internal view returns (uint48 windowEndsAt) {
        ClaimRecord memory record = _CLAIMS.claimOf(claimId);
        require(commitment == record.commitment, CheckGame_OtherClaim(claimId));
        return record.windowEndsAt;
    }

    function _positionOf(
        bytes32 value,
        uint256 claimId,
        uint8 place,
        uint256 index,
        uint64 words
    ) internal pure returns (uint256 position) {
        return uint256(keccak256(abi.encode(value, claimId, place, index))) % words;
    }

    // ─── INTERNAL: WRITE ───

    function _pay(uint256 claimId, uint32 seatId, uint256 mill) private {
        if (mill == 0) return;
        address account = _SEATS.seatOf(seatId).account;
        emit CheckerPaid({claimId: claimId, account: account, mill: mill});
        _POT.pay(account, mill);
    }

    function _charge(uint256 claimId, uint32 seatId, uint256 most) private {
        most = SlashTable.amountUp(SlashTable.Offence.CheckMissed, most);
        (address account, uint96 mill) = _SEATS.slashSeat(seatId, SlashTable.Offence.CheckMissed, most, msg.sender);
        emit CheckMissed({claimId: claimId, account: account, reporter: msg.sender, mill: mill});
    }

    function _convict(uint256 claimId, uint32 seatId) private {
        uint256 most = SlashTable.amountUp(SlashTable.Offence.FalseVouch, _SEATS.seatOf(seatId).bond);
        (address account, uint96 mill) = _SEATS.slashSeat(seatId, SlashTable.Offence.FalseVouch, most, msg.sender);
        emit VoucherConvicted({claimId: claimId, account: account, reporter: msg.sender, mill: mill});
    }

    function _setSampling(Sampling memory sampling) private {
        bool good =
            sampling.pickPpm >= MIN_PICK_PPM &&
                sampling.pickPpm <= MAX_PPM &&
                sampling.checkers != 0 &&
                sampling.checkers <= MAX_CHECKERS;
        require(good, CheckGame_BadSampling(sampling));
        _samplings.push(block.timestamp.toUint48(), (uint208(sampling.pickPpm) << 8) | sampling.checkers);
        emit SamplingSet(sampling);
    }

    // ─── INTERNAL: THE DRAW ───

    /// @dev Times of a claim's check; all zero if it cannot be checked.
    function _timesOf(
        uint256 claimId,
        bytes32 commitment,
        Terms calldata terms
    ) private view returns (CheckSchedule.Times memory times) {
        uint48 windowEndsAt = _checkPosted(claimId, commitment);
        CheckRules memory rules_ = _rules;
        bool fits = CheckSchedule.fits(rules_, _BEACON.delaySeconds(), terms);
        // Only its buyer and those it names hold the input of a private job.
        if (fits && !terms.isPrivate) {
            times = CheckSchedule.timesOf(rules_, windowEndsAt, terms.windowSeconds);
        }
    }

    /// @dev Whoever calls, and when, makes no difference: see `ICheckSeats.drawn`. Empty if the value does not pick
    /// the claim.
    function _drawn(
        uint256 claimId,
        Terms calldata terms,
        uint48 postedAt,
        Sampling memory sampling,
        bytes32 value
    ) private view returns (uint32[] memory seats, address[] memory accounts) {
        bool picked = uint256(keccak256(abi.encode(value, claimId, "pick"))) % MAX_PPM < sampling.pickPpm;
        if (!picked) return (seats, accounts);
        return
            _SEATS.drawn({
                seed: keccak256(abi.encode(value, claimId)),
                postedAt: postedAt,
                most: sampling.checkers,
                provider: terms.provider,
                buyer: terms.buyer
            });
    }

    // ─── INTERNAL: THE PAY ───

    /// @dev `γ · min(1, c / p)`: on average over picked and other jobs, no job gives its checkers more than its own
    /// part of the emission that its fee makes possible.
    function _payPpmDown(uint32 pickPpm) private view returns (uint32 payPpm) {
        ISettlementTerms.CloseTerms memory terms = _SETTLEMENT.terms().closeTermsAt(_SETTLEMENT.currentEpoch());
        uint256 ppm = Math.min(terms.gammaPpm, Units.mulDivDown(terms.gammaPpm, terms.checksPpm, pickPpm));
        return ppm.toUint32();
    }

    /// @dev What the job of a claim paid in fees, in credits.
    function _feeOf(uint256 claimId, ITaskBook.TaskOrder calldata order) private view returns (uint256 fee) {
        ITaskBook.Task memory task = _TASKS.taskOf(claimId >> 8);
        // Claims are numbered by task and attempt: see `IClaimMarket.claimIdOf`.
        bool isPaid = task.step == ITaskBook.TaskStep.Finalized && task.attempt == uint8(claimId);
        require(isPaid, CheckGame_NotPaid(claimId));
        require(order.hash() == task.orderHash, CheckGame_OtherOrder(claimId));
        uint256 price = order.terms.priceAfterDown(task.acceptedAfterSeconds);
        return price.mulPpmUp(order.snapshot.feePpm);
    }

    /// @dev What one place is due, and what the pot has of that, MILL.
    function _sharesDown(Check storage check, uint256 fee) private view returns (uint256 due, uint256 share) {
        uint256 count = check.count;
        uint256 credits = fee.mulPpmDown(check.payPpm) / count;
        due = Units.mulDivDown(credits, WAD, _SETTLEMENT.lastPriceWad());
        share = Math.min(due, _POT.balance() / count);
    }

    /// @dev Whether an account is, or speaks for, a checker that vouched and was not convicted.
    function _hasVouched(Check storage check, address account) private view returns (bool vouched) {
        uint8 standing = _standing(check);
        for (uint8 place = 0; place < check.count; ++place) {
            if (!_has(standing, place)) continue;
            if (_STAKING.isOperator(_SEATS.seatOf(check.seats[place]).account, account)) return true;
        }
    }

    // ─── INTERNAL: CHECKS ───

    function _requireOpen(uint256 claimId) private view {
        require(_CLAIMS.stateOf(claimId) == ClaimState.Open, CheckGame_NotOpen(claimId));
    }

    /// @dev A check that has not lapsed: until then its seats are those that were drawn.
    function _liveCheck(uint256 claimId) private view returns (Check storage check) {
        check = _checks[claimId];
        bool isLive = check.count != 0 && block.timestamp < check.lapsesAt;
        require(isLive, CheckGame_NoCheck(claimId));
    }

    /// @dev One that was not settled either.
    function _openCheck(uint256 claimId) private view returns (Check storage check) {
        check = _liveCheck(claimId);
        require(!check.isSettled, CheckGame_AlreadySettled(claimId));
    }

    function _callersPlace(uint256 claimId, Check storage check, uint8 place) private view returns (address account) {
        if (place < check.count) account = _SEATS.seatOf(check.seats[place]).account;
        bool isTheirs = account != address(0) && _STAKING.isOperator(account, msg.sender);
        require(isTheirs, CheckGame_NotYours(claimId, place, msg.sender));
    }

    function _knownValue(uint48 second) private view returns (bytes32 value) {
        value = _BEACON.valueAt(second);
        require(value != 0, CheckGame_NoValue(second));
    }

    function _requireUntil(uint256 until) private view {
        require(block.timestamp <= until, CheckGame_TooLate(until, block.timestamp));
    }

    /// @dev The places that vouched and were not convicted: those that are paid.
    function _standing(Check storage check) private view returns (uint8 places) {
        return check.vouched & ~check.convicted;
    }

    function _bitOf(uint8 place) private pure returns (uint8 bit) {
        return uint8(1) << place; // places are below `MAX_CHECKERS`
    }

    function _has(uint8 set, uint8 place) private pure returns (bool has) {
        return set & _bitOf(place) != 0;
    }

    function _requireAddress(address account, string memory name) internal pure {
        require(account != address(0), CheckGame_ZeroAddress(name));
    }
}
