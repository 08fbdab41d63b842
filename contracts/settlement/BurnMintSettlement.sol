// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Permissions} from "../common/Permissions.sol";
import {Units} from "../common/Units.sol";
import {Wired} from "../common/Wired.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {EmissionSchedule} from "./EmissionSchedule.sol";
import {EpochClose} from "./EpochClose.sol";
import {FeeBounds} from "./FeeBounds.sol";
import {IBurnMintSettlement} from "./IBurnMintSettlement.sol";
import {IPriceOracle} from "./IPriceOracle.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";
import {PurchaseWindow} from "./PurchaseWindow.sol";
import {Redemption} from "./Redemption.sol";

/// @title BurnMintSettlement
/// @notice See `IBurnMintSettlement`. Equations are in `EpochClose`, waiting credits in `Redemption`.
contract BurnMintSettlement is IBurnMintSettlement, EntryPause, Wired {
    using Checkpoints for Checkpoints.Trace224;
    using EpochClock for EpochClock.Clock;
    using PurchaseWindow for PurchaseWindow.Window;
    using Redemption for Redemption.Book;
    using SafeCast for uint256;

    // ─── TYPES ───

    /// @notice What the settlement is made with.
    /// @param deployer Wires, names the payees and seals.
    /// @param authority Access manager of `restricted` functions.
    /// @param token MILL; its genesis is already minted.
    /// @param oracle The price.
    /// @param terms Parameters; of the same clock.
    /// @param clock The clock of the whole protocol.
    /// @param scheduleTotal Sum of the schedule over all epochs, in MILL.
    /// @param scheduleHalfLifeSeconds Time in which the schedule halves.
    /// @param floorPerYear Emission of the first year that needs no fees, in MILL.
    /// @param deadPriceSeconds How long closes wait for a live price before the last one serves.
    /// @param genesisPriceWad The price before any close, in USD per MILL.
    struct Config {
        address deployer;
        address authority;
        IMillToken token;
        IPriceOracle oracle;
        ISettlementTerms terms;
        EpochClock.Clock clock;
        uint128 scheduleTotal;
        uint32 scheduleHalfLifeSeconds;
        uint128 floorPerYear;
        uint32 deadPriceSeconds;
        uint104 genesisPriceWad;
    }

    /// @notice All totals but those that wait in `Redemption.Book`; two to a slot, in pairs that change together.
    /// @param bank MILL that may be minted again.
    /// @param outstanding L, in credits.
    /// @param owed MILL that left the bank and was not yet minted.
    /// @param burned MILL that this contract destroyed for good.
    /// @param emitted Σ E.
    /// @param feeBurnEma Moving average of burned fees, in MILL per epoch.
    /// @param unburned Slashed MILL held here, to be burned.
    /// @param owedMill Slashed MILL held here, to become credits.
    struct Totals {
        uint128 bank;
        uint128 outstanding;
        uint128 owed;
        uint128 burned;
        uint128 emitted;
        uint128 feeBurnEma;
        uint128 unburned;
        uint128 owedMill;
    }

    /// @notice Prices of the last close that had live ones.
    /// @param lo Lower price, in USD per MILL.
    /// @param hi Higher price, in USD per MILL.
    /// @param pricedAt End of that epoch.
    struct LastPrice {
        uint104 lo;
        uint104 hi;
        uint48 pricedAt;
    }

    /// @notice What a close minted to UptimeOracle.
    /// @param availability MILL for the nodes.
    /// @param attestors MILL for the attestors.
    struct Pot {
        uint128 availability;
        uint128 attestors;
    }

    // ─── CONSTANTS ───

    /// @notice The most credits that can be outstanding: what one account can have waiting fits its field, so no exit
    /// can ever fail for its size.
    uint256 public constant MAX_OUTSTANDING = type(uint96).max;

    IMillToken private immutable _TOKEN;
    IPriceOracle private immutable _ORACLE;
    ISettlementTerms private immutable _TERMS;
    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;
    uint128 private immutable _SCHEDULE_TOTAL;
    uint128 private immutable _FLOOR_PER_YEAR;
    uint64 private immutable _DECAY_WAD;

    uint256 private immutable _GENESIS_SUPPLY;
    uint32 private immutable _DEAD_PRICE_SECONDS;

    // ─── STATE ───

    Totals private _totals;
    LastPrice private _lastPrice;
    PurchaseWindow.Window private _window;
    Redemption.Book private _book;
    address private _availabilityPayee;
    address private _checksPayee;
    address private _ecosystemPayee;
    mapping(address account => Account state) private _accounts;
    mapping(uint32 epoch => Pot pot) private _pots;

    constructor(Config memory config) AccessManaged(config.authority) Wired(config.deployer) {
        _requireAddress(config.authority, "authority");
        _requireAddress(address(config.token), "token");
        _requireAddress(address(config.oracle), "oracle");
        _requireAddress(address(config.terms), "terms");
        EpochClock.validate(config.clock);
        require(config.genesisPriceWad != 0, BurnMintSettlement_ZeroAmount());
        require(
            config.deadPriceSeconds >= config.clock.epochSeconds,
            BurnMintSettlement_DeadPriceTooSoon(config.deadPriceSeconds, config.clock.epochSeconds)
        );
        _TOKEN = config.token;
        _ORACLE = config.oracle;
        _TERMS = config.terms;
        _GENESIS_AT = config.clock.genesisAt;
        _EPOCH_SECONDS = config.clock.epochSeconds;
        _SLOTS_PER_EPOCH = config.clock.slotsPerEpoch;
        _SCHEDULE_TOTAL = config.scheduleTotal;
        _FLOOR_PER_YEAR = config.floorPerYear;
        _DECAY_WAD = EmissionSchedule.decayDown(config.clock.epochSeconds, config.scheduleHalfLifeSeconds);
        _GENESIS_SUPPLY = config.token.totalSupply();
        _DEAD_PRICE_SECONDS = config.deadPriceSeconds;
        _lastPrice = LastPrice(config.genesisPriceWad, config.genesisPriceWad, config.clock.genesisAt);
    }

    // ─── READ: ACCOUNTS ───

    /// @inheritdoc IBurnMintSettlement
    function accountOf(address account) external view returns (Account memory state) {
        return _accounts[account];
    }

    /// @inheritdoc IBurnMintSettlement
    function positionOf(address account) external view returns (Position memory state) {
        return _book.positions[account];
    }

    /// @inheritdoc IBurnMintSettlement
    function setAsideOf(
        address account,
        uint32 epoch
    ) external view returns (uint256 earned, uint256 requested, uint256 burnedShare) {
        Redemption.Aside memory aside = _book.asides[account][epoch];
        return (aside.earned, aside.requested, aside.burnedShare);
    }

    /// @inheritdoc IBurnMintSettlement
    function collectable(address account) external view returns (uint256 mill) {
        return _book.takeable(account);
    }

    /// @inheritdoc IBurnMintSettlement
    function quote(
        uint256 mill
    ) external view returns (uint256 credits, uint256 collateralRatioWad, uint256 hourlyLeft) {
        ISettlementTerms.TradeTerms memory trade = _TERMS.tradeTerms();
        Totals memory totals = _totals;
        (uint256 loWad, , bool usable) = _ORACLE.prices();
        hourlyLeft = _window.left(trade, totals.outstanding);
        if (!usable) return (0, 0, hourlyLeft);
        credits = EpochClose.creditsDown(mill, loWad, trade.spreadPpm);
        collateralRatioWad = _ratioDown(totals.bank + mill, totals.outstanding + credits, loWad);
    }

    // ─── READ: TOTALS ───

    /// @inheritdoc IBurnMintSettlement
    function bank() external view returns (uint256 mill) {
        return _totals.bank;
    }

    /// @inheritdoc IBurnMintSettlement
    function owed() external view returns (uint256 mill) {
        return _totals.owed;
    }

    /// @inheritdoc IBurnMintSettlement
    function outstanding() external view returns (uint256 credits) {
        return _totals.outstanding;
    }

    /// @inheritdoc IBurnMintSettlement
    function burnedForGood() external view returns (uint256 mill) {
        return _totals.burned + _TOKEN.burnedByHolders();
    }

    /// @inheritdoc IBurnMintSettlement
    function emitted() external view returns (uint256 mill) {
        return _totals.emitted;
    }

    /// @inheritdoc IBurnMintSettlement
    function unburned() external view returns (uint256 mill) {
        return _totals.unburned;
    }

    /// @inheritdoc IBurnMintSettlement
    function owedMillTotal() external view returns (uint256 mill) {
        return _totals.owedMill;
    }

    /// @inheritdoc IBurnMintSettlement
    function genesisSupply() external view returns (uint256 mill) {
        return _GENESIS_SUPPLY;
    }

    /// @inheritdoc IBurnMintSettlement
    function feeBurnEma() external view returns (uint256 mill) {
        return _totals.feeBurnEma;
    }

    /// @inheritdoc IBurnMintSettlement
    function carried() external view returns (uint256 credits, uint256 fees) {
        return (_book.carriedCredits, _book.carriedFees);
    }

    /// @inheritdoc IBurnMintSettlement
    function tallyOf(uint32 epoch) external view returns (uint256 credits, uint256 fees) {
        Redemption.Tally memory tally = _book.tallies[epoch];
        return (tally.credits, tally.fees);
    }

    // ─── READ: EPOCHS ───

    /// @inheritdoc IBurnMintSettlement
    function clock() public view returns (EpochClock.Clock memory time) {
        return EpochClock.Clock(_GENESIS_AT, _EPOCH_SECONDS, _SLOTS_PER_EPOCH);
    }

    /// @inheritdoc IBurnMintSettlement
    function currentEpoch() public view returns (uint32 epoch) {
        return clock().epochAtDown(block.timestamp);
    }

    /// @inheritdoc IBurnMintSettlement
    function nextEpochToClose() public view returns (uint32 epoch) {
        return _book.nextEpoch;
    }

    /// @inheritdoc IBurnMintSettlement
    function rateOf(uint32 epoch) external view returns (uint256 rate) {
        return _book.rateFrom(epoch);
    }

    /// @inheritdoc IBurnMintSettlement
    function potOf(uint32 epoch) external view returns (uint128 availability, uint128 attestors) {
        Pot memory pot = _pots[epoch];
        return (pot.availability, pot.attestors);
    }

    /// @inheritdoc IBurnMintSettlement
    function emissionOf(uint32 epoch) public view returns (uint256 schedule, uint256 floor) {
        EmissionSchedule.Plan memory plan = EmissionSchedule.Plan({
            total: _SCHEDULE_TOTAL,
            floorPerYear: _FLOOR_PER_YEAR,
            decayWad: _DECAY_WAD,
            epochSeconds: _EPOCH_SECONDS
        });
        return (EmissionSchedule.scheduleDown(plan, epoch), EmissionSchedule.floorDown(plan, epoch));
    }

    /// @inheritdoc IBurnMintSettlement
    function lastPriceWad() external view returns (uint256 hiWad) {
        return _lastPrice.hi;
    }

    /// @inheritdoc IBurnMintSettlement
    function lastPricedAt() external view returns (uint48 timestamp) {
        return _lastPrice.pricedAt;
    }

    /// @inheritdoc IBurnMintSettlement
    function deadPriceSeconds() external view returns (uint32 length) {
        return _DEAD_PRICE_SECONDS;
    }

    // ─── READ: TERMS ───

    /// @inheritdoc IBurnMintSettlement
    function terms() external view returns (ISettlementTerms contract_) {
        return _TERMS;
    }

    /// @inheritdoc IBurnMintSettlement
    function feePpm() external view returns (uint32 fee) {
        return _TERMS.feePpm();
    }

    /// @inheritdoc IBurnMintSettlement
    function payees() external view returns (address availabilityPayee, address checksPayee, address ecosystemPayee) {
        return (_availabilityPayee, _checksPayee, _ecosystemPayee);
    }

    // ─── BUYERS ───

    /// @inheritdoc IBurnMintSettlement
    function buy(
        uint256 mill,
        uint256 minCredits,
        uint256 minCollateralRatioWad
    ) external whenEntriesOpen returns (uint256 credits) {
        (uint256 loWad, , bool usable) = _ORACLE.prices();
        require(usable, BurnMintSettlement_NoUsablePrice());
        ISettlementTerms.TradeTerms memory trade = _TERMS.tradeTerms();
        credits = EpochClose.creditsDown(mill, loWad, trade.spreadPpm);
        require(credits != 0, BurnMintSettlement_ZeroAmount());
        require(credits >= minCredits, BurnMintSettlement_TooFewCredits(credits, minCredits));
        _window.take(trade, _totals.outstanding, credits);
        _credit(msg.sender, mill, credits);
        uint256 ratioWad = _ratioDown(_totals.bank, _totals.outstanding, loWad);
        require(
            ratioWad >= minCollateralRatioWad,
            BurnMintSettlement_CollateralTooLow(ratioWad, minCollateralRatioWad)
        );
        emit Bought(msg.sender, mill, credits, loWad);
        _TOKEN.retire(msg.sender, mill);
    }

    /// @inheritdoc IBurnMintSettlement
    function requestRedemption(uint256 credits) external {
        require(credits != 0, BurnMintSettlement_ZeroAmount());
        Account memory account = _accounts[msg.sender];
        require(credits <= account.free, BurnMintSettlement_TooFewFree(msg.sender, account.free, credits));
        uint256 held = uint256(account.free) + account.locked;
        uint256 share = EpochClose.burnedShareDown(account.burned, credits, held);
        // At most what is there, by the check above; the account loses the rounded-up share.
        _accounts[msg.sender].free = (account.free - credits).toUint128();
        _accounts[msg.sender].burned = (account.burned - EpochClose.burnedShareUp(account.burned, credits, held))
            .toUint128();
        uint32 epoch = currentEpoch();
        _book.tallies[epoch].credits += credits.toUint128();
        _returnToBank(_book.addRequested(msg.sender, epoch, credits, share));
        emit RedemptionRequested(msg.sender, epoch, credits, share);
    }

    /// @inheritdoc IBurnMintSettlement
    function creditOwed(address buyer) external {
        uint256 mill = _accounts[buyer].owedMill;
        require(mill != 0, BurnMintSettlement_NothingOwed(buyer));
        uint256 credits = EpochClose.creditsDown(mill, _owedPrice(), 0);
        require(credits != 0, BurnMintSettlement_ZeroAmount());
        _accounts[buyer].owedMill = 0;
        _totals.owedMill -= uint128(mill);
        _credit(buyer, mill, credits);
        emit OwedCredited(buyer, mill, credits);
        _TOKEN.retire(address(this), mill);
    }

    // ─── EVERYBODY ───

    /// @inheritdoc IBurnMintSettlement
    function closeEpoch(uint32 epoch, uint80[] calldata rounds) external {
        require(_availabilityPayee != address(0), BurnMintSettlement_PayeesNotSet());
        require(epoch == _book.nextEpoch, BurnMintSettlement_WrongEpoch(epoch, _book.nextEpoch));
        uint48 endAt = clock().endOf(epoch);
        // Strictly after: within the same second a feed could still publish, and its price would depend on the order.
        require(block.timestamp > endAt, BurnMintSettlement_EpochNotOver(epoch, endAt));

        EpochClose.Facts memory facts = _pricesOf(endAt, rounds);
        (facts.schedule, facts.floor) = emissionOf(epoch);
        facts.checksPaid = _checksPayee != address(0);
        EpochClose.Book memory book = _loadBook(epoch);
        Closing memory closing = EpochClose.close(book, facts, _TERMS.closeTermsAt(epoch));
        _storeBook(epoch, book, closing);
        emit EpochClosed(epoch, closing);

        _destroyUnburned();
        _mintPots(epoch, closing);
    }

    /// @inheritdoc IBurnMintSettlement
    function collect(address account) external returns (uint256 mill) {
        return _collect(account, 0);
    }

    /// @inheritdoc IBurnMintSettlement
    function collectEpoch(address account, uint32 epoch) external returns (uint256 mill) {
        return _collect(account, _book.priceAside(account, epoch));
    }

    // ─── MODULES ───

    /// @inheritdoc IBurnMintSettlement
    function lock(address buyer, uint256 credits) external onlyWired(Permissions.CREDIT) {
        Account storage account = _accounts[buyer];
        uint256 free = account.free;
        require(credits <= free, BurnMintSettlement_TooFewFree(buyer, free, credits));
        account.free = uint128(free - credits);
        account.locked += uint128(credits); // at most `free`, as checked
        emit Locked(buyer, credits);
    }

    /// @inheritdoc IBurnMintSettlement
    function refund(address buyer, uint256 credits) external onlyWired(Permissions.CREDIT) {
        Account storage account = _accounts[buyer];
        uint256 locked = account.locked;
        require(credits <= locked, BurnMintSettlement_TooFewLocked(buyer, locked, credits));
        account.locked = uint128(locked - credits);
        account.free += uint128(credits); // at most `locked`, as checked
        emit Refunded(buyer, credits);
    }

    /// @inheritdoc IBurnMintSettlement
    function pay(
        address buyer,
        address provider,
        uint256 credits,
        uint32 feePpm_
    ) external onlyWired(Permissions.CREDIT) {
        bool possible = feePpm_ >= FeeBounds.MIN_PPM && feePpm_ <= FeeBounds.MAX_PPM;
        require(possible, BurnMintSettlement_FeeOutOfBounds(feePpm_));
        if (credits == 0) return;
        uint256 burned = _takeLocked(buyer, credits);
        uint256 fee = Units.mulPpmUp(credits, feePpm_);
        uint256 earned = credits - fee;
        uint32 epoch = currentEpoch();
        Redemption.Tally storage tally = _book.tallies[epoch];
        tally.credits += earned.toUint128();
        tally.fees += fee.toUint128();
        _totals.outstanding -= fee.toUint128();
        _book.addEarned(provider, epoch, earned);
        emit Paid(buyer, provider, epoch, credits, fee, burned);
    }

    /// @inheritdoc IBurnMintSettlement
    function compensate(
        address buyer,
        uint256 millToBuyer,
        uint256 millToBurn
    ) external onlyWired(Permissions.COMPENSATE) {
        Totals storage totals = _totals;
        _accounts[buyer].owedMill += millToBuyer.toUint128();
        totals.owedMill += millToBuyer.toUint128();
        totals.unburned += millToBurn.toUint128();
        // Only a guard against a caller that forgot to pay: the amounts are its own, never read from the balance.
        uint256 held = _TOKEN.balanceOf(address(this));
        uint256 needed = uint256(totals.owedMill) + totals.unburned;
        require(held >= needed, BurnMintSettlement_CompensationMissing(held, needed));
        emit Compensated(buyer, millToBuyer, millToBurn);
    }

    // ─── DEPLOYMENT ───

    /// @inheritdoc IBurnMintSettlement
    function setPayees(address availabilityPayee, address ecosystemPayee) external {
        _checkWiring();
        _requireAddress(availabilityPayee, "availabilityPayee");
        _requireAddress(ecosystemPayee, "ecosystemPayee");
        _availabilityPayee = availabilityPayee;
        _ecosystemPayee = ecosystemPayee;
        emit PayeesSet(availabilityPayee, ecosystemPayee);
    }

    /// @inheritdoc IBurnMintSettlement
    function setChecksPayee(address checksPayee) external {
        _checkWiring();
        _requireAddress(checksPayee, "checksPayee");
        _checksPayee = checksPayee;
        emit ChecksPayeeSet(checksPayee);
    }

    // ─── INTERNAL: PRICE ───

    /// @dev (4): the live prices at the epoch's end, or the last ones when there were none for too long.
    function _pricesOf(uint48 endAt, uint80[] calldata rounds) private returns (EpochClose.Facts memory facts) {
        bool usable;
        bool unprovable = rounds.length == 0 && block.timestamp >= uint256(endAt) + _DEAD_PRICE_SECONDS;
        if (!unprovable) (facts.loWad, facts.hiWad, usable) = _ORACLE.priceAt(endAt, rounds);
        if (usable) {
            _lastPrice = LastPrice(facts.loWad.toUint104(), facts.hiWad.toUint104(), endAt);
        } else {
            facts.loWad = 0;
            facts.hiWad = _isDead(endAt) ? _lastPrice.hi : 0;
        }
    }

    /// @dev (8): the live lower price, or the last one when there was none for too long.
    function _owedPrice() private view returns (uint256 loWad) {
        bool usable;
        (loWad, , usable) = _ORACLE.prices();
        if (usable) return loWad;
        require(_isDead(block.timestamp), BurnMintSettlement_NoUsablePrice());
        return _lastPrice.lo;
    }

    function _isDead(uint256 timestamp) private view returns (bool dead) {
        return timestamp >= uint256(_lastPrice.pricedAt) + _DEAD_PRICE_SECONDS;
    }

    /// @dev `bank * lo / L`; without credits there is nothing to back.
    function _ratioDown(uint256 bank_, uint256 credits, uint256 loWad) private pure returns (uint256 ratioWad) {
        return credits == 0 ? type(uint256).max : Units.mulDivDown(bank_, loWad, credits);
    }

    // ─── INTERNAL: CLOSE ───

    function _loadBook(uint32 epoch) private view returns (EpochClose.Book memory book) {
        Redemption.Tally memory tally = _book.tallies[epoch];
        book.bank = _totals.bank;
        book.outstanding = _totals.outstanding;
        book.credits = uint256(_book.carriedCredits) + tally.credits;
        book.fees = uint256(_book.carriedFees) + tally.fees;
        book.feeBurnEma = _totals.feeBurnEma;
    }

    function _storeBook(uint32 epoch, EpochClose.Book memory book, Closing memory closing) private {
        // A rate is only looked up for credits, so an epoch that had none to price needs none.
        if (closing.redeemed != 0) _book.rates.push(epoch, closing.rate.toUint224());
        _book.nextEpoch = epoch + 1;
        _book.carriedCredits = book.credits.toUint96();
        _book.carriedFees = book.fees.toUint96();
        Totals storage totals = _totals;
        totals.bank = book.bank.toUint128();
        totals.outstanding = book.outstanding.toUint128();
        totals.owed += closing.reserved.toUint128();
        totals.burned += (closing.feeBurn + closing.surplusBurn).toUint128();
        totals.emitted += closing.emitted.toUint128();
        totals.feeBurnEma = book.feeBurnEma.toUint128();
    }

    function _destroyUnburned() private {
        uint128 mill = _totals.unburned;
        if (mill == 0) return;
        _totals.unburned = 0;
        _totals.burned += mill;
        emit UnburnedDestroyed(mill);
        _TOKEN.retire(address(this), mill);
    }

    function _mintPots(uint32 epoch, Closing memory closing) private {
        _pots[epoch] = Pot(closing.availability.toUint128(), closing.attestors.toUint128());
        _mint(_availabilityPayee, closing.availability + closing.attestors);
        _mint(_checksPayee, closing.checks);
        _mint(_ecosystemPayee, closing.ecosystem);
    }

    function _mint(address to, uint256 mill) private {
        if (mill != 0) _TOKEN.mint(to, mill);
    }

    // ─── INTERNAL: ACCOUNTS ───

    /// @dev (1) and (8): MILL enters the bank, credits enter `L`.
    function _credit(address buyer, uint256 mill, uint256 credits) private {
        uint256 total = _totals.outstanding + credits;
        require(total <= MAX_OUTSTANDING, BurnMintSettlement_OutstandingTooLarge(total));
        _totals.outstanding = uint128(total);
        _totals.bank += mill.toUint128();
        _accounts[buyer].free += uint128(credits); // at most `total`
        _accounts[buyer].burned += mill.toUint128();
    }

    /// @dev (2), the buyer's side. Returns the MILL that it can no longer redeem.
    function _takeLocked(address buyer, uint256 credits) private returns (uint256 burned) {
        Account storage account = _accounts[buyer];
        (uint256 free, uint256 locked) = (account.free, account.locked);
        require(credits <= locked, BurnMintSettlement_TooFewLocked(buyer, locked, credits));
        uint256 backing = account.burned;
        burned = EpochClose.burnedShareUp(backing, credits, free + locked);
        account.locked = uint128(locked - credits);
        account.burned = uint128(backing - burned); // the share is at most the whole, as `credits <= locked`
    }

    function _collect(address account, uint256 returned) private returns (uint256 mill) {
        uint256 more;
        (mill, more) = _book.take(account);
        _returnToBank(returned + more);
        if (mill == 0) return 0;
        _totals.owed -= mill.toUint128();
        emit Collected(account, mill);
        _mint(account, mill);
    }

    function _returnToBank(uint256 mill) private {
        if (mill == 0) return;
        _totals.owed -= mill.toUint128();
        _totals.bank += mill.toUint128();
    }
}
