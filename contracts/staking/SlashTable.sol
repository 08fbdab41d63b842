// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MAX_PPM, Units} from "../common/Units.sol";

/// @title SlashTable
/// @notice What each offence costs, and who is paid from it: the one place where a slash is priced.
/// @dev Shares are parts per million and never change: governance has no say in them. Every row burns at least
/// `MIN_BURN_PPM`, shares are rounded down, and what rounding leaves over is burned. `docs/slashing.md` is the same
/// table in prose; a test compares the two.
library SlashTable {
    using Units for uint256;

    /// @notice Offences, in the order of the table. Zero is no offence and cannot be slashed for.
    enum Offence {
        None,
        WrongResult,
        ResultWithheld,
        NotDelivered,
        UptimeBelowPromise,
        LeaseAbandoned,
        WrongCapacityProof,
        AttestorContradiction,
        AttestorNoHeartbeat,
        FalseReport,
        FalseVouch,
        CheckMissed
    }

    /// @notice A row: what is taken, and how it is shared.
    /// @param takenPpm Part of the collateral at risk that the offence takes, PPM; the whole where the amount follows
    /// from another formula that the collateral only caps
    /// @param buyerPpm Part of what is taken that goes to the buyer, as credits, PPM
    /// @param reporterPpm Part of what is taken that goes to who brought the evidence, in MILL, PPM
    struct Row {
        uint32 takenPpm;
        uint32 buyerPpm;
        uint32 reporterPpm;
    }

    /// @notice Least part of every slash that is burned, PPM.
    uint32 internal constant MIN_BURN_PPM = 200_000;

    /// @notice Thrown when a slash names no offence.
    error SlashTable_NoOffence();

    /// @notice Row of an offence.
    /// @param offence Offence; `None` reverts
    /// @return row Its row
    function rowOf(Offence offence) internal pure returns (Row memory row) {
        require(offence != Offence.None, SlashTable_NoOffence());

        if (offence <= Offence.ResultWithheld) return Row({takenPpm: MAX_PPM, buyerPpm: 200_000, reporterPpm: 300_000});
        if (offence == Offence.NotDelivered) return Row({takenPpm: 200_000, buyerPpm: 800_000, reporterPpm: 0});
        if (offence <= Offence.LeaseAbandoned) return Row({takenPpm: MAX_PPM, buyerPpm: 800_000, reporterPpm: 0});
        if (offence == Offence.WrongCapacityProof) return Row({takenPpm: 100_000, buyerPpm: 0, reporterPpm: 0});
        row = Row({takenPpm: MAX_PPM, buyerPpm: 0, reporterPpm: 300_000});
        if (offence == Offence.AttestorContradiction) row.takenPpm = 800_000;
        if (offence == Offence.AttestorNoHeartbeat) row.takenPpm = 100_000;
        if (offence == Offence.FalseReport) row.takenPpm = 300_000;
    }

    /// @notice Amount that an offence takes from the collateral at risk, rounded up against the offender.
    /// @dev Callers snapshot the collateral when the job or the statement is made, not when it is judged.
    /// @param offence Offence; `None` reverts
    /// @param collateral Bond of the job, bond of the attestor or required stake of the node, MILL
    /// @return mill Amount to slash, MILL; never more than `collateral`
    function amountUp(Offence offence, uint256 collateral) internal pure returns (uint256 mill) {
        return collateral.mulPpmUp(rowOf(offence).takenPpm);
    }

    /// @notice Shares of a slash: those of buyer and reporter grow with the amount, and all add up to it exactly.
    /// @param offence Offence; `None` reverts
    /// @param mill Amount taken, MILL
    /// @param hasBuyer Whether there is a buyer to compensate; without one its share is burned
    /// @param hasReporter Whether there is a reporter to reward; without one its share is burned
    /// @return toBuyer Share of the buyer, MILL
    /// @return toReporter Share of the reporter, MILL
    /// @return burned The rest, at least a fifth of `mill`, MILL
    function splitDown(
        Offence offence,
        uint256 mill,
        bool hasBuyer,
        bool hasReporter
    ) internal pure returns (uint256 toBuyer, uint256 toReporter, uint256 burned) {
        Row memory row = rowOf(offence);
        if (hasBuyer) toBuyer = mill.mulPpmDown(row.buyerPpm);
        if (hasReporter) toReporter = mill.mulPpmDown(row.reporterPpm);
        burned = mill - toBuyer - toReporter;
    }
}
