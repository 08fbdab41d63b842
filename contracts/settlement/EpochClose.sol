// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MAX_PPM, Units, WAD} from "../common/Units.sol";
import {IBurnMintSettlement} from "./IBurnMintSettlement.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";

/// @title EpochClose
/// @notice The equations of the settlement, numbered as in `docs/settlement.md`. Pure: state goes in, state comes out.
library EpochClose {
    /// @notice One, as a rate of MILL per credit. 27 decimals: a credit may be worth a millionth of a MILL, or less.
    uint256 internal constant RATE_ONE = 1e27;

    /// @notice Epochs over which the average of burned fees looks back. Constant, because the sum of the averages stays
    /// below the sum of what they average only while the weight does not change.
    uint256 internal constant FEE_BURN_EPOCHS = 7;

    /// @notice What a close changes.
    /// @param bank MILL that may be minted again.
    /// @param outstanding L, in credits.
    /// @param credits R + C, the credits to price: earned and requested.
    /// @param fees F, credits of fees.
    /// @param feeBurnEma Moving average of burned fees, in MILL per epoch.
    struct Book {
        uint256 bank;
        uint256 outstanding;
        uint256 credits;
        uint256 fees;
        uint256 feeBurnEma;
    }

    /// @notice What a close is made at.
    /// @param loWad Lower price, in USD per MILL; zero if there is no live one, and then nothing is burned.
    /// @param hiWad Higher price, in USD per MILL; zero if there is none, and then nothing is priced.
    /// @param schedule The schedule's part of emission, in MILL.
    /// @param floor The part of emission that needs no fees, in MILL.
    /// @param checksPaid Whether somebody pays out the checkers' pot; else it is cancelled.
    struct Facts {
        uint256 loWad;
        uint256 hiWad;
        uint256 schedule;
        uint256 floor;
        bool checksPaid;
    }

    // ─── (4) CLOSE ───

    /// @notice Closes an epoch, (4).
    /// @param book What changes; in place
    /// @param facts What it is made at
    /// @param terms The epoch's terms
    /// @return closing All numbers of the close
    function close(
        Book memory book,
        Facts memory facts,
        ISettlementTerms.CloseTerms memory terms
    ) internal pure returns (IBurnMintSettlement.Closing memory closing) {
        closing.loWad = facts.loWad;
        closing.hiWad = facts.hiWad;
        _emit(book, facts, terms, closing);
        if (facts.hiWad != 0) _redeem(book, closing);
        // A bank that is burned at a price nobody can see today could be missing tomorrow: no live price, no burn.
        if (facts.loWad != 0) _burn(book, terms, closing);
        book.feeBurnEma = nextFeeBurnEmaDown(book.feeBurnEma, closing.feeBurn);
    }

    function _emit(
        Book memory book,
        Facts memory facts,
        ISettlementTerms.CloseTerms memory terms,
        IBurnMintSettlement.Closing memory closing
    ) private pure {
        uint256 emission = emissionDown(facts.schedule, facts.floor, book.feeBurnEma, terms.gammaPpm);
        closing.availability = Units.mulPpmDown(emission, terms.availabilityPpm);
        closing.attestors = Units.mulPpmDown(emission, terms.attestorsPpm);
        closing.checks = Units.mulPpmDown(emission, terms.checksPpm);
        closing.ecosystem = emission - closing.availability - closing.attestors - closing.checks;
        if (!facts.checksPaid) {
            emission -= closing.checks;
            closing.checks = 0;
        }
        closing.emitted = emission;
        closing.cancelled = facts.schedule - emission;
        if (facts.hiWad != 0) {
            closing.topUp = topUpDown(closing.availability, book.bank, book.outstanding, facts.hiWad, terms.tauPpm);
            closing.availability -= closing.topUp;
            book.bank += closing.topUp;
        }
    }

    function _redeem(Book memory book, IBurnMintSettlement.Closing memory closing) private pure {
        closing.rate = rateDown(book.bank, book.outstanding, closing.hiWad);
        if (closing.rate == 0) return; // an empty bank prices nothing: requests and fees roll over
        closing.redeemed = book.credits;
        closing.reserved = redeemDown(book.credits, closing.rate);
        book.bank -= closing.reserved;
        book.outstanding -= book.credits;
        book.credits = 0;
    }

    function _burn(
        Book memory book,
        ISettlementTerms.CloseTerms memory terms,
        IBurnMintSettlement.Closing memory closing
    ) private pure {
        uint256 needed = Units.wadDivUp(book.outstanding, closing.loWad);
        if (closing.rate != 0) {
            closing.feeBurn = feeBurnDown(book.fees, closing.rate, book.bank, needed);
            book.bank -= closing.feeBurn;
            book.fees = 0;
        }
        closing.surplusBurn = surplusBurnDown(book.bank, needed, terms.bufferPpm, terms.kappaPpm);
        book.bank -= closing.surplusBurn;
    }

    // ─── (1) BUY ───

    /// @notice Credits for MILL, (1).
    /// @param mill MILL burned
    /// @param loWad Lower price, in USD per MILL
    /// @param spreadPpm s
    /// @return credits `floor(mill * lo * (1 - s))`
    function creditsDown(uint256 mill, uint256 loWad, uint32 spreadPpm) internal pure returns (uint256 credits) {
        return Units.mulDivDown(mill, loWad * (MAX_PPM - spreadPpm), WAD * MAX_PPM);
    }

    // ─── (2) SETTLE ───

    /// @notice What burned MILL goes with credits that leave an account to pay, (2).
    /// @param burned MILL burned for all credits of the account
    /// @param credits Credits that leave, at most `held`
    /// @param held Free and locked credits of the account
    /// @return share `ceil(burned * x / (free + locked))`
    function burnedShareUp(uint256 burned, uint256 credits, uint256 held) internal pure returns (uint256 share) {
        return Units.mulDivUp(burned, credits, held);
    }

    // ─── (3) REDEEM ───

    /// @notice What burned MILL goes with credits that are requested for redemption, (3).
    /// @param burned MILL burned for all credits of the account
    /// @param credits Credits requested, at most `held`
    /// @param held Free and locked credits of the account
    /// @return share `floor(burned * c / (free + locked))`
    function burnedShareDown(uint256 burned, uint256 credits, uint256 held) internal pure returns (uint256 share) {
        return Units.mulDivDown(burned, credits, held);
    }

    // ─── (4a) … (4g) ───

    /// @notice Emission of an epoch, (4a).
    /// @param schedule The schedule's part, in MILL
    /// @param floor The part that needs no fees, in MILL
    /// @param feeBurnEma Average of burned fees up to the epoch before, in MILL
    /// @param gammaPpm γ
    /// @return mill `min(schedule, floor + γ * feeBurnEma)`
    function emissionDown(
        uint256 schedule,
        uint256 floor,
        uint256 feeBurnEma,
        uint32 gammaPpm
    ) internal pure returns (uint256 mill) {
        return Math.min(schedule, floor + Units.mulPpmDown(feeBurnEma, gammaPpm));
    }

    /// @notice Emission that refills the bank, (4b).
    /// @param availability The availability part of the emission, in MILL
    /// @param bank MILL in the bank
    /// @param outstanding L, in credits
    /// @param hiWad Higher price, in USD per MILL
    /// @param tauPpm τ
    /// @return mill `min(τ * availability, max(0, ceil(L / hi) - bank))`
    function topUpDown(
        uint256 availability,
        uint256 bank,
        uint256 outstanding,
        uint256 hiWad,
        uint32 tauPpm
    ) internal pure returns (uint256 mill) {
        uint256 missing = Math.saturatingSub(Units.wadDivUp(outstanding, hiWad), bank);
        return Math.min(Units.mulPpmDown(availability, tauPpm), missing);
    }

    /// @notice MILL per credit at a close, (4c): par while the bank covers it, pro rata otherwise.
    /// @param bank MILL in the bank
    /// @param outstanding L, in credits
    /// @param hiWad Higher price, in USD per MILL
    /// @return rate `m = min(1 / hi, bank / L)`, 27 decimals; `1 / hi` when `L` is zero
    function rateDown(uint256 bank, uint256 outstanding, uint256 hiWad) internal pure returns (uint256 rate) {
        uint256 par = (RATE_ONE * WAD) / hiWad;
        return outstanding == 0 ? par : Math.min(par, Units.mulDivDown(bank, RATE_ONE, outstanding));
    }

    /// @notice MILL for credits at a close's rate, (4d).
    /// @param credits Credits
    /// @param rate m, 27 decimals
    /// @return mill `floor(c * m)`
    function redeemDown(uint256 credits, uint256 rate) internal pure returns (uint256 mill) {
        return Units.mulDivDown(credits, rate, RATE_ONE);
    }

    /// @notice MILL of fees that is burned for good, (4e): while the bank is short, fees stay in it instead.
    /// @param fees F, in credits
    /// @param rate m, 27 decimals
    /// @param bank MILL in the bank
    /// @param needed `ceil(L / lo)`, what the bank needs for par
    /// @return mill `min(F * m, max(0, bank - ceil(L / lo)))`
    function feeBurnDown(
        uint256 fees,
        uint256 rate,
        uint256 bank,
        uint256 needed
    ) internal pure returns (uint256 mill) {
        return Math.min(redeemDown(fees, rate), Math.saturatingSub(bank, needed));
    }

    /// @notice MILL of the bank's surplus that is burned for good, (4f).
    /// @param bank MILL in the bank
    /// @param needed `ceil(L / lo)`, what the bank needs for par
    /// @param bufferPpm What the bank keeps above that
    /// @param kappaPpm κ
    /// @return mill `κ * max(0, bank - (1 + buffer) * ceil(L / lo))`
    function surplusBurnDown(
        uint256 bank,
        uint256 needed,
        uint32 bufferPpm,
        uint32 kappaPpm
    ) internal pure returns (uint256 mill) {
        uint256 kept = needed + Units.mulPpmUp(needed, bufferPpm);
        return Units.mulPpmDown(Math.saturatingSub(bank, kept), kappaPpm);
    }

    /// @notice The next average of burned fees, (4g). Its sum over time never exceeds the sum of what was burned.
    /// @param feeBurnEma The average so far, in MILL
    /// @param feeBurn MILL of fees burned by this close
    /// @return mill `ema + (feeBurn - ema) / FEE_BURN_EPOCHS`
    function nextFeeBurnEmaDown(uint256 feeBurnEma, uint256 feeBurn) internal pure returns (uint256 mill) {
        return (feeBurnEma * (FEE_BURN_EPOCHS - 1) + feeBurn) / FEE_BURN_EPOCHS;
    }
}
