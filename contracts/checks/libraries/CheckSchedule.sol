// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Terms} from "../../claims/ClaimTypes.sol";
import {ICheckGame} from "../ICheckGame.sol";

/// @title CheckSchedule
/// @notice When what happens in a check: all of it lies inside the claim's own challenge window.
/// @dev
/// ```
/// posted      pickAt     window/4              window/2     openAt              window
///   ├───────────┼──── draw ──┤                     │           │                   │
///   │           └────────────────── commit ────────┤           └────── vouch ──────┤
/// ```
/// The two drawn seconds are multiples of `gridSeconds`, so that all claims of that time share what is recorded. Each
/// lies `leadSeconds` or more after what it must not be known before: the post, the last commitment.
library CheckSchedule {
    using SafeCast for uint256;

    /// @notice Part of a window that the two draws together may take up, as a divisor for each.
    uint256 internal constant DRAW_PART = 8;

    /// @notice Most openings on a path of a claim, as `IResultClaims` and `IRunClaims` promise.
    uint256 internal constant MAX_OPENINGS = 8;

    /// @notice Longest time for showing a first pointer, that of the game.
    uint256 internal constant SHOW_SECONDS = 1 hours;

    /// @notice Times of a check.
    /// @param postedAt When the claim was posted
    /// @param pickAt Second whose value says whether it is checked, and by whom
    /// @param drawBy Last second for recording that
    /// @param commitBy Last second for committing to a salted root
    /// @param openAt Second whose value says which words are opened
    struct Times {
        uint48 postedAt;
        uint48 pickAt;
        uint48 drawBy;
        uint48 commitBy;
        uint48 openAt;
    }

    /// @notice Whether a claim can be checked: its window has room, and it ends while the bonds of its checkers are
    /// still there.
    /// @param rules Rules
    /// @param delaySeconds How long the beacon's values may stay unknown
    /// @param terms Terms of the claim
    /// @return fits True if so
    function fits(
        ICheckGame.CheckRules memory rules,
        uint256 delaySeconds,
        Terms calldata terms
    ) internal pure returns (bool) {
        uint256 draw = uint256(rules.leadSeconds) + rules.gridSeconds + delaySeconds;
        uint256 show = Math.min(SHOW_SECONDS, Math.ceilDiv(terms.responseSeconds, 4));
        uint256 lasts = terms.windowSeconds + show + 2 * MAX_OPENINGS * terms.responseSeconds;
        return terms.windowSeconds >= DRAW_PART * draw && lasts <= rules.maxLifeSeconds;
    }

    /// @notice The times of a check.
    /// @param rules Rules
    /// @param windowEndsAt Last second of the claim's window
    /// @param windowSeconds Its length
    /// @return times The times
    function timesOf(
        ICheckGame.CheckRules memory rules,
        uint48 windowEndsAt,
        uint32 windowSeconds
    ) internal pure returns (Times memory times) {
        // A window begins when its claim is posted.
        uint48 postedAt = windowEndsAt - windowSeconds;
        times.postedAt = postedAt;
        times.pickAt = _gridUp(rules, postedAt);
        times.drawBy = postedAt + windowSeconds / 4;
        times.commitBy = postedAt + windowSeconds / 2;
        times.openAt = _gridUp(rules, times.commitBy);
    }

    function _gridUp(ICheckGame.CheckRules memory rules, uint48 from) private pure returns (uint48 second) {
        uint256 grid = rules.gridSeconds;
        return (Math.ceilDiv(uint256(from) + rules.leadSeconds, grid) * grid).toUint48();
    }
}
