// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Wired} from "../common/Wired.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {EmissionSchedule} from "./EmissionSchedule.sol";
import {IBurnMintSettlement} from "./IBurnMintSettlement.sol";
import {IPriceOracle} from "./IPriceOracle.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";
import {PurchaseWindow} from "./PurchaseWindow.sol";
import {Redemption} from "./Redemption.sol";

/// @title SettlementState
/// @notice What `BurnMintSettlement` stores, how it is deployed and read. What it does is there.
abstract contract SettlementState is IBurnMintSettlement, EntryPause, Wired {
    using EpochClock for EpochClock.Clock;
    using Redemption for Redemption.Book;

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
    /// @param gross L and the fees of `Redemption.Book.newest`, which leave it when another epoch begins to count: a
    /// payment need not write here.
    /// @param owed MILL that left the bank and was not yet minted.
    /// @param burned MILL that this contract destroyed for good.
    /// @param emitted Σ E.
    /// @param feeBurnEma Moving average of burned fees, in MILL per epoch.
    /// @param unburned Slashed MILL held here, to be burned.
    /// @param owedMill Slashed MILL held here, to become credits.
    struct Totals {
        uint128 bank;
        uint128 gross;
        uint128 owed;
        uint128 burned;
        uint128 emitted;
        uint128 feeBurnEma;
        uint128 unburned;
        uint128 owedMill;
    }

    /// @notice Price of the last close that had live ones.
    /// @param hi Higher price, in USD per MILL.
    /// @param pricedAt End of that epoch.
    /// @param unpricedAt When the first close after it was made that had none; zero if there is none.
    struct LastPrice {
        uint104 hi;
        uint48 pricedAt;
        uint48 unpricedAt;
    }

    /// @notice What a close minted to UptimeOracle.
    /// @param availability MILL for the nodes.
    /// @param attestors MILL for the attestors.
    struct Pot {
        uint128 availability;
        uint128 attestors;
    }

    // ─── CONSTANTS ───

    /// @notice The most credits that can be outstanding, with the fees of one epoch: what an account or an epoch can
    /// have waiting fits its field, so no exit can ever fail for its size.
    uint256 public constant MAX_OUTSTANDING = type(uint96).max;

    /// @notice The most MILL that there can ever be, for the same reason.
    uint256 public constant MAX_SUPPLY = type(uint96).max;

    IMillToken internal immutable _TOKEN;
    IPriceOracle internal immutable _ORACLE;
    ISettlementTerms internal immutable _TERMS;
    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;
    uint128 private immutable _SCHEDULE_TOTAL;
    uint128 private immutable _FLOOR_PER_YEAR;
    uint64 private immutable _DECAY_WAD;

    uint256 private immutable _GENESIS_SUPPLY;
    uint32 internal immutable _DEAD_PRICE_SECONDS;

    // ─── STATE ───

    Totals internal _totals;
    LastPrice internal _lastPrice;
    PurchaseWindow.Window internal _window;
    Redemption.Book internal _book;
    address internal _availabilityPayee;
    address internal _checksPayee;
    address internal _ecosystemPayee;
    mapping(address account => Account state) internal _accounts;
    mapping(address account => address receiver) internal _payouts;
    mapping(uint32 epoch => Pot pot) internal _pots;

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
        // What holders have burned by now counts as burned for good, so it must have been there.
        _GENESIS_SUPPLY = config.token.totalSupply() + config.token.burnedByHolders();
        uint256 maxSupply = _GENESIS_SUPPLY + config.scheduleTotal;
        require(maxSupply <= MAX_SUPPLY, BurnMintSettlement_SupplyTooLarge(maxSupply, MAX_SUPPLY));
        _DEAD_PRICE_SECONDS = config.deadPriceSeconds;
        _lastPrice = LastPrice(config.genesisPriceWad, config.clock.genesisAt, 0);
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
    function payoutOf(address account) public view returns (address receiver) {
        receiver = _payouts[account];
        if (receiver == address(0)) receiver = account;
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
        return _outstanding();
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
        Redemption.Tally memory tally = _book.tallyOf(epoch);
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

    // ─── INTERNAL ───

    /// @dev L.
    function _outstanding() internal view returns (uint256 credits) {
        return _totals.gross - _book.newest.fees;
    }
}
