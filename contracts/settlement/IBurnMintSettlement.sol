// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EpochClock} from "../common/EpochClock.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";

/// @title IBurnMintSettlement
/// @notice Burning MILL buys credits, credits pay for work, and what was burned is minted again, once, for those who
/// did it. Numbers in brackets are the equations of `docs/settlement.md`.
/// @dev Words: a **credit** is prepaid compute worth 1 USD, 18 decimals. `L` (`outstanding`) is all credits that are
/// free, locked, earned or requested for redemption. The **bank** counts burned MILL that may be minted again; **owed**
/// counts MILL that left the bank at a close and waits to be collected. A **close** prices an epoch's earnings and
/// requests, all at the same rate, and emits that epoch's new MILL.
///
/// Promises:
/// - supply identity (5), at every block: `totalSupply + bank + owed + burnedForGood = genesisSupply + emitted`;
/// - no buyer redeems more MILL than it burned, and a credit is redeemed once;
/// - an epoch is closed once, in sequence, at the prices in force at its end, whoever closes it and whenever;
/// - exits (`refund`, `pay`, `requestRedemption`, `closeEpoch`, `collect`) know no pause and need no price; only
///   `creditOwed`, which knows no pause either, waits for one or for its death;
/// - a change of terms never reaches an epoch that has begun, nor a fee that a job has agreed to;
/// - no amount is ever read from a balance: tokens sent here by mistake change nothing.
///
/// Rounding: credits given and MILL paid round down, fees and what burned MILL loses round up.
interface IBurnMintSettlement {
    // ─── TYPES ───

    /// @notice What a buyer has.
    /// @param free Credits it may lock or ask to redeem.
    /// @param locked Credits held for its jobs.
    /// @param burned MILL that it burned and that still backs its free and locked credits: the most it can redeem.
    /// @param owedMill MILL of a slash that becomes credits at the next usable price, or is paid out once that is dead
    /// (8).
    struct Account {
        uint128 free;
        uint128 locked;
        uint128 burned;
        uint128 owedMill;
    }

    /// @notice What waits to be priced or minted.
    /// @param earned Credits earned as a provider in `earnedEpoch`, to be priced by the first priced close from there.
    /// @param mill MILL priced and not yet minted.
    /// @param earnedEpoch The epoch of `earned`.
    /// @param isRequesting Whether `requested` is above zero, so that others need not read it.
    /// @param isRedirected Whether its MILL goes to another, see `payoutOf`; as above.
    /// @param requested Credits requested for redemption in `requestedEpoch`, priced as above.
    /// @param burnedShare The most MILL that `requested` can give: what was burned for it.
    /// @param requestedEpoch The epoch of `requested`.
    struct Position {
        uint96 earned;
        uint96 mill;
        uint32 earnedEpoch;
        bool isRequesting;
        bool isRedirected;
        uint96 requested;
        uint96 burnedShare;
        uint32 requestedEpoch;
    }

    /// @notice All numbers of a close.
    /// @param loWad Lower price at the epoch's end, in USD per MILL; zero when not priced.
    /// @param hiWad Higher price at the epoch's end, or the last one known; zero when not priced.
    /// @param rate m, in MILL per credit with 27 decimals (4c); zero when requests roll over.
    /// @param redeemed Credits priced, of providers and buyers.
    /// @param reserved MILL moved from the bank to `owed` for them (4d).
    /// @param emitted E, of this epoch (4a).
    /// @param cancelled What the schedule allowed and was not emitted.
    /// @param topUp Part of E that refilled the bank (4b).
    /// @param availability Part of E minted for the nodes.
    /// @param attestors Part of E minted for the attestors.
    /// @param checks Part of E minted for the checkers.
    /// @param ecosystem Part of E minted for the ecosystem.
    /// @param feeBurn MILL of fees burned for good (4e).
    /// @param surplusBurn MILL of surplus burned for good (4f).
    struct Closing {
        uint256 loWad;
        uint256 hiWad;
        uint256 rate;
        uint256 redeemed;
        uint256 reserved;
        uint256 emitted;
        uint256 cancelled;
        uint256 topUp;
        uint256 availability;
        uint256 attestors;
        uint256 checks;
        uint256 ecosystem;
        uint256 feeBurn;
        uint256 surplusBurn;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a buyer burned MILL for credits (1).
    /// @param buyer The buyer.
    /// @param mill MILL burned.
    /// @param credits Credits given.
    /// @param loWad The price, in USD per MILL.
    event Bought(address indexed buyer, uint256 mill, uint256 credits, uint256 loWad);

    /// @notice Emitted when free credits were locked for a job.
    /// @param buyer The buyer.
    /// @param credits Credits.
    event Locked(address indexed buyer, uint256 credits);

    /// @notice Emitted when locked credits were freed.
    /// @param buyer The buyer.
    /// @param credits Credits.
    event Refunded(address indexed buyer, uint256 credits);

    /// @notice Emitted when locked credits paid for work (2).
    /// @param buyer The buyer.
    /// @param provider The provider.
    /// @param epoch The epoch whose close prices the pay.
    /// @param credits Credits that left the buyer; the provider earned all but `fee`.
    /// @param fee Credits that left `L`.
    /// @param burned MILL that the buyer can no longer redeem.
    event Paid(
        address indexed buyer,
        address indexed provider,
        uint32 indexed epoch,
        uint256 credits,
        uint256 fee,
        uint256 burned
    );

    /// @notice Emitted when a buyer asked to redeem (3).
    /// @param buyer The buyer.
    /// @param epoch The epoch whose close prices the request.
    /// @param credits Credits.
    /// @param burnedShare The most MILL they can give.
    event RedemptionRequested(address indexed buyer, uint32 indexed epoch, uint256 credits, uint256 burnedShare);

    /// @notice Emitted when slashed MILL arrived (8).
    /// @param buyer Who is to be credited.
    /// @param millToBuyer MILL that becomes the buyer's credits.
    /// @param millToBurn MILL that the next close burns for good.
    event Compensated(address indexed buyer, uint256 millToBuyer, uint256 millToBurn);

    /// @notice Emitted when owed MILL became credits (8).
    /// @param buyer The buyer.
    /// @param mill MILL burned into the bank.
    /// @param credits Credits given.
    event OwedCredited(address indexed buyer, uint256 mill, uint256 credits);

    /// @notice Emitted when owed MILL was paid out as it is, because the price is dead (8).
    /// @param buyer The buyer.
    /// @param receiver Who received it: the buyer's payout account.
    /// @param mill MILL.
    event OwedPaid(address indexed buyer, address indexed receiver, uint256 mill);

    /// @notice Emitted when an epoch was closed (4).
    /// @param epoch The epoch.
    /// @param closing All its numbers.
    event EpochClosed(uint32 indexed epoch, Closing closing);

    /// @notice Emitted when slashed MILL that waited here was burned for good.
    /// @param mill How many.
    event UnburnedDestroyed(uint256 mill);

    /// @notice Emitted when credits were put aside because their epoch is over and not yet closed: see `collectEpochs`.
    /// @param account Whose credits.
    /// @param epoch Their epoch.
    /// @param earned Credits earned.
    /// @param requested Credits requested.
    event SetAside(address indexed account, uint32 indexed epoch, uint256 earned, uint256 requested);

    /// @notice Emitted when a position was priced.
    /// @param account Whose position.
    /// @param mill MILL it will be minted.
    /// @param returned MILL that went back to the bank, above what a buyer had burned.
    event Priced(address indexed account, uint256 mill, uint256 returned);

    /// @notice Emitted when MILL was minted for a position, to `payoutOf` of its account.
    /// @param account Whose position.
    /// @param mill How many.
    event Collected(address indexed account, uint256 mill);

    /// @notice Emitted when an account named who receives its MILL.
    /// @param account The account.
    /// @param receiver The receiver; the account itself if it named nobody.
    event PayoutSet(address indexed account, address receiver);

    /// @notice Emitted when it was fixed who pays out the pots.
    /// @param availabilityPayee Receives the pots of nodes and attestors.
    /// @param ecosystemPayee Receives the ecosystem's.
    event PayeesSet(address availabilityPayee, address ecosystemPayee);

    /// @notice Emitted when it was fixed who pays out the checkers' pot.
    /// @param checksPayee Receives the pot.
    event ChecksPayeeSet(address checksPayee);

    // ─── ERRORS ───

    /// @notice Thrown when an amount is zero.
    error BurnMintSettlement_ZeroAmount();

    /// @notice Thrown when no price can be used for a purchase.
    error BurnMintSettlement_NoUsablePrice();

    /// @notice Thrown when a purchase gives too few credits.
    /// @param credits What it gives.
    /// @param minCredits The least that the buyer takes.
    error BurnMintSettlement_TooFewCredits(uint256 credits, uint256 minCredits);

    /// @notice Thrown when the bank backs credits too little for the buyer.
    /// @param ratioWad `bank * lo / L` after the purchase.
    /// @param minRatioWad The least that the buyer takes.
    error BurnMintSettlement_CollateralTooLow(uint256 ratioWad, uint256 minRatioWad);

    /// @notice Thrown when the hour's purchases are used up.
    /// @param credits Credits asked for.
    /// @param left Credits that can still be bought in this hour.
    error BurnMintSettlement_HourlyCapReached(uint256 credits, uint256 left);

    /// @notice Thrown when `L` would outgrow what its fields can hold.
    /// @param outstanding What `L` would be.
    error BurnMintSettlement_OutstandingTooLarge(uint256 outstanding);

    /// @notice Thrown when an account has too few free credits.
    /// @param account The account.
    /// @param free What it has.
    /// @param needed What was asked for.
    error BurnMintSettlement_TooFewFree(address account, uint256 free, uint256 needed);

    /// @notice Thrown when an account has too few locked credits.
    /// @param account The account.
    /// @param locked What it has.
    /// @param needed What was asked for.
    error BurnMintSettlement_TooFewLocked(address account, uint256 locked, uint256 needed);

    /// @notice Thrown when a job's fee is out of the bounds that all fees ever have.
    /// @param feePpm The fee.
    error BurnMintSettlement_FeeOutOfBounds(uint32 feePpm);

    /// @notice Thrown when the MILL of a compensation did not arrive.
    /// @param held MILL held.
    /// @param needed MILL that is waiting here, with this compensation.
    error BurnMintSettlement_CompensationMissing(uint256 held, uint256 needed);

    /// @notice Thrown when nothing is owed to a buyer.
    /// @param buyer The buyer.
    error BurnMintSettlement_NothingOwed(address buyer);

    /// @notice Thrown when another epoch is next to close.
    /// @param given The epoch given.
    /// @param expected The epoch that is next.
    error BurnMintSettlement_WrongEpoch(uint32 given, uint32 expected);

    /// @notice Thrown when an epoch is not over.
    /// @param epoch The epoch.
    /// @param endsAt The last second at which it cannot be closed.
    error BurnMintSettlement_EpochNotOver(uint32 epoch, uint48 endsAt);

    /// @notice Thrown when a dead price would serve before a whole epoch has missed one.
    /// @param given The delay, in seconds.
    /// @param min The least possible.
    error BurnMintSettlement_DeadPriceTooSoon(uint32 given, uint32 min);

    /// @notice Thrown when more MILL could exist than fields can hold.
    /// @param supply Genesis and the whole schedule.
    /// @param max The most possible.
    error BurnMintSettlement_SupplyTooLarge(uint256 supply, uint256 max);

    /// @notice Thrown when a batch has too many items.
    /// @param count How many were given.
    /// @param max The most possible.
    error BurnMintSettlement_TooManyItems(uint256 count, uint256 max);

    /// @notice Thrown when nobody is there to pay out the pots.
    error BurnMintSettlement_PayeesNotSet();

    // ─── BUYERS ───

    /// @notice Burns MILL for credits (1), under the hour's cap.
    /// @dev Emits {Bought}. Needs an approval of this contract for `mill`.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the price is usable;
    /// - the purchase gives at least `minCredits`, and more than none;
    /// - after it, `bank * lo / L` is at least `minCollateralRatioWad`;
    /// - the hour's purchases stay within `max(hourlyCapFloor, hourlyCapPpm of L at the hour's first purchase)`.
    /// @param mill MILL to burn.
    /// @param minCredits The least credits to take.
    /// @param minCollateralRatioWad The least backing to take, WAD.
    /// @return credits Credits given.
    function buy(uint256 mill, uint256 minCredits, uint256 minCollateralRatioWad) external returns (uint256 credits);

    /// @notice As `buy`, for a buyer that calls a market: so that buying and hiring is one transaction.
    /// @dev Emits {Bought}. Needs the buyer's approval of this contract for `mill`.
    ///
    /// Requirements: the caller is wired with BUY_FOR, and calls for nobody but its own caller; those of `buy`.
    /// @param buyer Whose MILL is burned, and who gets the credits.
    /// @param mill MILL to burn.
    /// @param minCredits The least credits to take.
    /// @param minCollateralRatioWad The least backing to take, WAD.
    /// @return credits Credits given.
    function buyFor(
        address buyer,
        uint256 mill,
        uint256 minCredits,
        uint256 minCollateralRatioWad
    ) external returns (uint256 credits);

    /// @notice Asks to redeem free credits (3), for good. Priced by the first priced close from this epoch on.
    /// @dev Emits {RedemptionRequested}. Never paused.
    ///
    /// Requirements: the caller has so many free credits, and asks for one atom at least.
    /// @param credits Credits.
    function requestRedemption(uint256 credits) external;

    /// @notice Turns MILL that a slash awarded to a buyer into its credits, at a usable price; once the price is dead,
    /// pays it out as it is, to the buyer's payout account (8). Anyone may.
    /// @dev Emits {OwedCredited} or {OwedPaid}. Neither spread nor hourly cap apply. Never paused.
    ///
    /// Requirements:
    /// - something is owed;
    /// - the price is usable, and `floor(mill * lo)` gives more than no credits; or a close had none, as had all since,
    ///   and `deadPriceSeconds` have passed.
    /// @param buyer The buyer.
    function creditOwed(address buyer) external;

    // ─── EVERYBODY ───

    /// @notice Closes an epoch (4): prices its earnings and requests, burns, emits, mints the pots.
    /// @dev Emits {EpochClosed}. Anyone may, once the epoch's last second is past. Never paused.
    ///
    /// Requirements:
    /// - `epoch` is the next to close and over;
    /// - `rounds` are what `IPriceOracle.priceAt` wants for the epoch's end, or empty if the epoch has been over for
    ///   `deadPriceSeconds`: the close is then not priced, so that a feed that cannot be proven holds nobody up for
    /// ever.
    /// @param epoch The epoch.
    /// @param rounds A round per feed.
    function closeEpoch(uint32 epoch, uint80[] calldata rounds) external;

    /// @notice Prices what an account has waiting and mints all of its MILL to it. Anyone may, for anyone.
    /// @dev Emits {Priced} and {Collected} where there is something. Never paused.
    /// @param account Whose position.
    /// @return mill MILL minted; may be zero.
    function collect(address account) external returns (uint256 mill);

    /// @notice As `collect`, and also what was set aside for epochs whose close came late (see {SetAside}).
    /// @dev An epoch that is named twice, not closed or empty gives nothing. Requirements: at most `MAX_BATCH` epochs.
    /// @param account Whose position.
    /// @param epochs Epochs that were set aside.
    /// @return mill MILL minted; may be zero.
    function collectEpochs(address account, uint32[] calldata epochs) external returns (uint256 mill);

    /// @notice `collect` for many accounts. None can stop the others: a collection cannot fail.
    /// @dev Requirements: at most `MAX_BATCH` accounts.
    /// @param accounts Whose positions.
    /// @return mill MILL minted in all; may be zero.
    function collectMany(address[] calldata accounts) external returns (uint256 mill);

    // ─── ACCOUNTS ───

    /// @notice Names who receives the caller's MILL: of `collect` here, and of what other modules pay it as a provider.
    /// @dev Emits {PayoutSet}. A key that works need so not hold what it earns. Never paused.
    /// @param receiver The receiver; zero for the caller itself.
    function setPayout(address receiver) external;

    // ─── MODULES ───

    /// @notice Holds credits of a buyer for a job.
    /// @dev Emits {Locked}. Requirements: the caller is wired with CREDIT; the buyer has so many free credits.
    /// @param buyer The buyer.
    /// @param credits Credits.
    function lock(address buyer, uint256 credits) external;

    /// @notice Gives locked credits back to the buyer.
    /// @dev Emits {Refunded}. Requirements: the caller is wired with CREDIT; the buyer has so many locked credits.
    /// @param buyer The buyer.
    /// @param credits Credits.
    function refund(address buyer, uint256 credits) external;

    /// @notice Pays a provider for accepted work out of the buyer's locked credits (2).
    /// @dev Emits {Paid}. The provider's part is priced by the first priced close from this block's epoch on.
    ///
    /// Requirements:
    /// - the caller is wired with CREDIT;
    /// - the buyer has so many locked credits;
    /// - `feePpm` is within the bounds that all fees have.
    /// @param buyer The buyer.
    /// @param provider The provider.
    /// @param credits Credits, with the fee.
    /// @param feePpm The fee that the job agreed to.
    function pay(address buyer, address provider, uint256 credits, uint32 feePpm) external;

    /// @notice Takes charge of slashed MILL that the caller has just transferred here (8). Asks no price.
    /// @dev Emits {Compensated}. Requirements: the caller is wired with COMPENSATE; the MILL has arrived.
    /// @param buyer Who is to be credited; any, if `millToBuyer` is zero.
    /// @param millToBuyer MILL that becomes the buyer's credits.
    /// @param millToBurn MILL to burn for good at the next close.
    function compensate(address buyer, uint256 millToBuyer, uint256 millToBurn) external;

    // ─── DEPLOYMENT ───

    /// @notice Fixes who pays out the pots.
    /// @dev Emits {PayeesSet}. Requirements: the caller is the deployer; the wiring is not sealed; neither is zero.
    /// @param availabilityPayee Receives the pots of nodes and attestors: UptimeOracle.
    /// @param ecosystemPayee Receives the ecosystem's.
    function setPayees(address availabilityPayee, address ecosystemPayee) external;

    /// @notice Fixes who pays out the checkers' pot; without one it is cancelled.
    /// @dev Emits {ChecksPayeeSet}. Requirements: the caller is the deployer; the wiring is not sealed; it is not zero.
    /// @param checksPayee Receives the pot.
    function setChecksPayee(address checksPayee) external;

    // ─── READ: ACCOUNTS ───

    /// @notice What a buyer has.
    /// @param account The buyer.
    /// @return state Its account.
    function accountOf(address account) external view returns (Account memory state);

    /// @notice What an account has waiting, as stored: pricing happens when it is next touched.
    /// @param account The account.
    /// @return state Its position.
    function positionOf(address account) external view returns (Position memory state);

    /// @notice What was set aside for an account because an epoch's close came late.
    /// @param account The account.
    /// @param epoch The epoch.
    /// @return earned Credits earned.
    /// @return requested Credits requested.
    /// @return burnedShare The most MILL that `requested` can give.
    function setAsideOf(
        address account,
        uint32 epoch
    ) external view returns (uint256 earned, uint256 requested, uint256 burnedShare);

    /// @notice What `collect` would mint now.
    /// @param account The account.
    /// @return mill MILL.
    function collectable(address account) external view returns (uint256 mill);

    /// @notice What a purchase would give now, and the backing after it.
    /// @param mill MILL to burn.
    /// @return credits Credits; zero if the price is not usable.
    /// @return collateralRatioWad `bank * lo / L` after it, WAD.
    /// @return hourlyLeft Credits that can be bought in this hour.
    function quote(
        uint256 mill
    ) external view returns (uint256 credits, uint256 collateralRatioWad, uint256 hourlyLeft);

    /// @notice Who receives an account's MILL.
    /// @param account The account.
    /// @return receiver Whom it named; else itself.
    function payoutOf(address account) external view returns (address receiver);

    // ─── READ: TOTALS ───

    /// @notice MILL that may be minted again, once.
    /// @return mill MILL.
    function bank() external view returns (uint256 mill);

    /// @notice MILL that left the bank at closes and was not yet minted.
    /// @return mill MILL.
    function owed() external view returns (uint256 mill);

    /// @notice L, all credits outstanding.
    /// @return credits Credits.
    function outstanding() external view returns (uint256 credits);

    /// @notice MILL destroyed for good, by fees, surplus, slashes and holders. Never falls.
    /// @return mill MILL.
    function burnedForGood() external view returns (uint256 mill);

    /// @notice Σ E over all closed epochs. Never falls.
    /// @return mill MILL.
    function emitted() external view returns (uint256 mill);

    /// @notice Slashed MILL held here that the next close burns for good; still part of the total supply.
    /// @return mill MILL.
    function unburned() external view returns (uint256 mill);

    /// @notice Slashed MILL held here that becomes buyers' credits; still part of the total supply.
    /// @return mill MILL.
    function owedMillTotal() external view returns (uint256 mill);

    /// @notice MILL that was minted before this contract was made.
    /// @return mill MILL.
    function genesisSupply() external view returns (uint256 mill);

    /// @notice Moving average of the MILL that fees burned for good, per epoch (4g).
    /// @return mill MILL per epoch.
    function feeBurnEma() external view returns (uint256 mill);

    /// @notice Credits waiting for a close that prices them, of epochs already closed.
    /// @return credits Credits of earnings and requests.
    /// @return fees Credits of fees that no close could burn yet.
    function carried() external view returns (uint256 credits, uint256 fees);

    /// @notice What an epoch's close will price, beside what is carried.
    /// @param epoch The epoch; nothing if it is closed.
    /// @return credits Credits earned and requested in it.
    /// @return fees Credits of fees paid in it.
    function tallyOf(uint32 epoch) external view returns (uint256 credits, uint256 fees);

    // ─── READ: EPOCHS ───

    /// @notice The clock of the whole protocol.
    /// @return time The clock.
    function clock() external view returns (EpochClock.Clock memory time);

    /// @notice The epoch of this block.
    /// @return epoch The epoch.
    function currentEpoch() external view returns (uint32 epoch);

    /// @notice The first epoch that is not closed.
    /// @return epoch The epoch.
    function nextEpochToClose() external view returns (uint32 epoch);

    /// @notice The rate of the first priced close from an epoch on, which is the rate of that epoch's credits.
    /// @param epoch The epoch.
    /// @return rate MILL per credit, with 27 decimals; zero if there is no such close yet.
    function rateOf(uint32 epoch) external view returns (uint256 rate);

    /// @notice What a close minted to the payee of nodes and attestors.
    /// @param epoch The epoch.
    /// @return availability MILL for the nodes.
    /// @return attestors MILL for the attestors.
    function potOf(uint32 epoch) external view returns (uint128 availability, uint128 attestors);

    /// @notice The most that an epoch can emit.
    /// @param epoch The epoch.
    /// @return schedule The schedule's part, whose sum over all epochs is finite.
    /// @return floor The bootstrap part that needs no fees.
    function emissionOf(uint32 epoch) external view returns (uint256 schedule, uint256 floor);

    /// @notice `hi` of the last priced close, and the genesis price before: for what must never need a live price.
    /// @return hiWad USD per MILL.
    function lastPriceWad() external view returns (uint256 hiWad);

    /// @notice End of the last epoch that was priced live; the start of epoch 0 before.
    /// @return timestamp Seconds.
    function lastPricedAt() external view returns (uint48 timestamp);

    /// @notice How long closes wait for a live price before the last one serves.
    /// @return length Seconds.
    function deadPriceSeconds() external view returns (uint32 length);

    // ─── READ: TERMS ───

    /// @notice The fee that a job opened now agrees to.
    /// @return fee PPM.
    function feePpm() external view returns (uint32 fee);

    /// @notice The contract that holds all terms.
    /// @return contract_ Its address.
    function terms() external view returns (ISettlementTerms contract_);

    /// @notice Who pays out the pots.
    /// @return availabilityPayee Receives the pots of nodes and attestors.
    /// @return checksPayee Receives the checkers'; zero if there is none.
    /// @return ecosystemPayee Receives the ecosystem's.
    function payees() external view returns (address availabilityPayee, address checksPayee, address ecosystemPayee);
}
