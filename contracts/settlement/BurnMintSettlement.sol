// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Permissions} from "../common/Permissions.sol";
import {Units} from "../common/Units.sol";
import {EpochClose} from "./EpochClose.sol";
import {FeeBounds} from "./FeeBounds.sol";
import {IBurnMintSettlement} from "./IBurnMintSettlement.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";
import {PurchaseWindow} from "./PurchaseWindow.sol";
import {Redemption} from "./Redemption.sol";
import {SettlementState} from "./SettlementState.sol";

/// @title BurnMintSettlement
/// @notice See `IBurnMintSettlement`.
/// @dev Equations are in `EpochClose`, waiting credits in `Redemption`, storage and reads in `SettlementState`.
contract BurnMintSettlement is SettlementState {
    using EpochClock for EpochClock.Clock;
    using PurchaseWindow for PurchaseWindow.Window;
    using Redemption for Redemption.Book;
    using SafeCast for uint256;

    /// @notice Most items of a batch.
    uint256 public constant MAX_BATCH = 64;

    constructor(Config memory config) SettlementState(config) {}

    // ─── READ ───

    /// @inheritdoc IBurnMintSettlement
    function quote(
        uint256 mill
    ) external view returns (uint256 credits, uint256 collateralRatioWad, uint256 hourlyLeft) {
        ISettlementTerms.TradeTerms memory trade = _TERMS.tradeTerms();
        uint256 outstanding_ = _outstanding();
        (uint256 loWad, , bool usable) = _ORACLE.prices();
        hourlyLeft = _window.left(trade, outstanding_);
        if (!usable) return (0, 0, hourlyLeft);
        credits = EpochClose.creditsDown(mill.toUint128(), loWad, trade.spreadPpm);
        collateralRatioWad = _ratioDown(_totals.bank + mill, outstanding_ + credits, loWad);
    }

    // ─── BUYERS ───

    /// @inheritdoc IBurnMintSettlement
    function buy(uint256 mill, uint256 minCredits, uint256 minCollateralRatioWad) external returns (uint256 credits) {
        return _buy(msg.sender, mill, minCredits, minCollateralRatioWad);
    }

    /// @inheritdoc IBurnMintSettlement
    function buyFor(
        address buyer,
        uint256 mill,
        uint256 minCredits,
        uint256 minCollateralRatioWad
    ) external onlyWired(Permissions.BUY_FOR) returns (uint256 credits) {
        return _buy(buyer, mill, minCredits, minCollateralRatioWad);
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
        _count(epoch, credits, 0);
        _returnToBank(_book.addRequested(msg.sender, epoch, credits, share));
        emit RedemptionRequested(msg.sender, epoch, credits, share);
    }

    /// @inheritdoc IBurnMintSettlement
    function creditOwed(address buyer) external {
        uint256 mill = _accounts[buyer].owedMill;
        require(mill != 0, BurnMintSettlement_NothingOwed(buyer));
        (uint256 loWad, , bool usable) = _ORACLE.prices();
        _accounts[buyer].owedMill = 0;
        _totals.owedMill -= uint128(mill);
        // Credits given at a dead price would be bought with MILL that may be worth a fraction of it by now.
        if (!usable) return _payOwed(buyer, mill);
        uint256 credits = EpochClose.creditsDown(mill, loWad, 0);
        require(credits != 0, BurnMintSettlement_ZeroAmount());
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
    function collectEpochs(address account, uint32[] calldata epochs) external returns (uint256 mill) {
        _checkBatch(epochs.length);
        uint256 returned = 0;
        for (uint256 i = 0; i < epochs.length; ++i) returned += _book.priceAside(account, epochs[i]);
        return _collect(account, returned);
    }

    /// @inheritdoc IBurnMintSettlement
    function collectMany(address[] calldata accounts) external returns (uint256 mill) {
        _checkBatch(accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) mill += _collect(accounts[i], 0);
    }

    // ─── ACCOUNTS ───

    /// @inheritdoc IBurnMintSettlement
    function setPayout(address receiver) external {
        if (receiver == address(0)) receiver = msg.sender;
        bool isRedirected = receiver != msg.sender;
        _payouts[msg.sender] = isRedirected ? receiver : address(0);
        _book.positions[msg.sender].isRedirected = isRedirected;
        emit PayoutSet(msg.sender, receiver);
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
        _count(epoch, earned, fee);
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

    // ─── INTERNAL: PRICE ───

    /// @dev (4): the live prices at the epoch's end, or the last ones when there were none for too long.
    function _pricesOf(uint48 endAt, uint80[] calldata rounds) private returns (EpochClose.Facts memory facts) {
        bool usable;
        bool unprovable = rounds.length == 0 && block.timestamp >= uint256(endAt) + _DEAD_PRICE_SECONDS;
        if (!unprovable) (facts.loWad, facts.hiWad, usable) = _ORACLE.priceAt(endAt, rounds);
        if (usable) {
            _lastPrice = LastPrice(facts.hiWad.toUint104(), endAt, 0);
        } else {
            if (_lastPrice.unpricedAt == 0) _lastPrice.unpricedAt = uint48(block.timestamp);
            facts.loWad = 0;
            facts.hiWad = _isDead(endAt) ? _lastPrice.hi : 0;
        }
    }

    /// @dev By the epochs, and by the clock since the first close without a price: that nobody closed is no death.
    function _isDead(uint256 timestamp) private view returns (bool dead) {
        uint256 unpricedAt = _lastPrice.unpricedAt;
        return
            unpricedAt != 0 &&
            Math.min(timestamp - _lastPrice.pricedAt, block.timestamp - unpricedAt) >= _DEAD_PRICE_SECONDS;
    }

    /// @dev `bank * lo / L`; without credits there is nothing to back.
    function _ratioDown(uint256 bank_, uint256 credits, uint256 loWad) private pure returns (uint256 ratioWad) {
        return credits == 0 ? type(uint256).max : Units.mulDivDown(bank_, loWad, credits);
    }

    // ─── INTERNAL: CLOSE ───

    function _loadBook(uint32 epoch) private returns (EpochClose.Book memory book) {
        book.bank = _totals.bank;
        book.outstanding = _outstanding();
        Redemption.Tally memory tally = _book.takeTally(epoch);
        book.credits = uint256(_book.carriedCredits) + tally.credits;
        book.fees = uint256(_book.carriedFees) + tally.fees;
        book.feeBurnEma = _totals.feeBurnEma;
    }

    function _storeBook(uint32 epoch, EpochClose.Book memory book, Closing memory closing) private {
        // A rate is only looked up for credits, so an epoch that had none to price needs none.
        if (closing.redeemed != 0) _book.addRate(epoch, closing.rate);
        _book.nextEpoch = epoch + 1;
        _book.carriedCredits = book.credits.toUint96();
        // Fees have left `L`, so nothing bounds them but sense: a close must not fail for it.
        _book.carriedFees = Math.min(book.fees, type(uint96).max).toUint96();
        Totals storage totals = _totals;
        totals.bank = book.bank.toUint128();
        totals.gross = (book.outstanding + _book.newest.fees).toUint128();
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

    /// @dev (1).
    function _buy(
        address buyer,
        uint256 mill,
        uint256 minCredits,
        uint256 minCollateralRatioWad
    ) private whenEntriesOpen returns (uint256 credits) {
        (uint256 loWad, , bool usable) = _ORACLE.prices();
        require(usable, BurnMintSettlement_NoUsablePrice());
        ISettlementTerms.TradeTerms memory trade = _TERMS.tradeTerms();
        // Cast first: an amount beyond any supply is refused by name, not by an overflow.
        credits = EpochClose.creditsDown(mill.toUint128(), loWad, trade.spreadPpm);
        require(credits != 0, BurnMintSettlement_ZeroAmount());
        require(credits >= minCredits, BurnMintSettlement_TooFewCredits(credits, minCredits));
        uint256 before = _outstanding();
        _window.take(trade, before, credits);
        _credit(buyer, mill, credits);
        uint256 ratioWad = _ratioDown(_totals.bank, before + credits, loWad);
        require(
            ratioWad >= minCollateralRatioWad,
            BurnMintSettlement_CollateralTooLow(ratioWad, minCollateralRatioWad)
        );
        emit Bought(buyer, mill, credits, loWad);
        _TOKEN.retire(buyer, mill);
    }

    /// @dev (2) and (3): credits that wait for the close of their epoch, fees that leave `L`.
    function _count(uint32 epoch, uint256 credits, uint256 fees) private {
        uint256 olderFees = _book.count(epoch, credits, fees);
        if (olderFees != 0) _totals.gross -= uint128(olderFees); // they are a part of it
    }

    /// @dev (1) and (8): MILL enters the bank, credits enter `L`.
    function _credit(address buyer, uint256 mill, uint256 credits) private {
        uint256 total = _totals.gross + credits;
        require(total <= MAX_OUTSTANDING, BurnMintSettlement_OutstandingTooLarge(total));
        _totals.gross = uint128(total);
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

    /// @dev (8), once the price is dead: MILL for MILL, which needs none.
    function _payOwed(address buyer, uint256 mill) private {
        require(_isDead(block.timestamp), BurnMintSettlement_NoUsablePrice());
        address receiver = payoutOf(buyer);
        emit OwedPaid(buyer, receiver, mill);
        // MILL reverts where it cannot be moved, and returns true.
        _TOKEN.transfer(receiver, mill);
    }

    function _collect(address account, uint256 returned) private returns (uint256 mill) {
        uint256 more;
        (mill, more) = _book.take(account);
        _returnToBank(returned + more);
        if (mill == 0) return 0;
        _totals.owed -= mill.toUint128();
        emit Collected(account, mill);
        _mint(_book.positions[account].isRedirected ? _payouts[account] : account, mill);
    }

    function _checkBatch(uint256 count) private pure {
        require(count <= MAX_BATCH, BurnMintSettlement_TooManyItems(count, MAX_BATCH));
    }

    function _returnToBank(uint256 mill) private {
        if (mill == 0) return;
        _totals.owed -= mill.toUint128();
        _totals.bank += mill.toUint128();
    }
}
