// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Units} from "../../common/Units.sol";
import {SlashTable} from "../../staking/SlashTable.sol";
import {RewardRule} from "../ClaimTypes.sol";

/// @title RewardSplit
/// @notice Who is rewarded for a claim that fell, and with how much of its bond.
/// @dev The reward is what the slash table gives whoever brings the evidence, at most the cap. Each pointer on the path
/// is first refunded what its gas is worth; of the rest, half goes to the finisher and half to the path, the same for
/// each branch. Without a finisher the path has all, without a path the finisher.
///
/// The staking registry pays a fixed part of what it slashes to one reporter. So a reward is expressed as the part of
/// the bond that is slashed in its name; a part in nobody's name is burned but for the buyer's share.
library RewardSplit {
    using Units for uint256;

    /// @notice A part of a bond, and in whose name it is slashed; nobody's if zero.
    struct Part {
        address reporter;
        uint256 mill;
    }

    /// @notice Divides a bond. The parts add up to it exactly.
    /// @param offence What it is slashed for
    /// @param bond The bond, MILL
    /// @param rule Cap and refund
    /// @param owners Owners of the branches on the path, one entry for each branch
    /// @param finisher Who proved it; zero for nobody
    /// @return parts Parts of the bond; those of nobody's are last, and may be empty
    function splitDown(
        SlashTable.Offence offence,
        uint256 bond,
        RewardRule memory rule,
        address[] memory owners,
        address finisher
    ) internal pure returns (Part[] memory parts) {
        parts = new Part[](owners.length + 2);
        uint256 whole = bond.mulPpmDown(SlashTable.rowOf(offence).reporterPpm);
        uint256 reward = Math.min(whole, rule.cap);
        uint256 left = bond - _name(parts, bond, whole, reward, rule.moveRefund, owners, finisher);
        // What rounding left belongs to the last of an uncapped reward, so that one claimant takes one slash.
        if (reward == whole && parts[0].mill != 0) {
            uint256 last = 0;
            while (parts[last + 1].mill != 0) ++last;
            parts[last].mill += left;
        } else {
            parts[owners.length + 1].mill = left;
        }
    }

    /// @dev Names the parts of owners and finisher, and adds them up.
    function _name(
        Part[] memory parts,
        uint256 bond,
        uint256 whole,
        uint256 reward,
        uint256 moveRefund,
        address[] memory owners,
        address finisher
    ) private pure returns (uint256 named) {
        if (reward == 0) return 0;
        (uint256 toEach, uint256 toFinisher) = sharesDown(reward, moveRefund, owners.length, finisher != address(0));
        toEach = Units.mulDivDown(bond, toEach, whole);
        for (uint256 i = 0; i < owners.length; ++i) _add(parts, owners[i], toEach);
        toFinisher = Units.mulDivDown(bond, toFinisher, whole);
        if (toFinisher != 0) _add(parts, finisher, toFinisher);
        return toEach * owners.length + toFinisher;
    }

    /// @notice Divides a reward.
    /// @param reward The reward, MILL
    /// @param moveRefund What is refunded for each branch before anything is shared, MILL
    /// @param moves Branches on the path
    /// @param hasFinisher Whether there is a finisher
    /// @return toEach For each branch, MILL
    /// @return toFinisher For the finisher, MILL
    function sharesDown(
        uint256 reward,
        uint256 moveRefund,
        uint256 moves,
        bool hasFinisher
    ) internal pure returns (uint256 toEach, uint256 toFinisher) {
        if (moves == 0) return (0, hasFinisher ? reward : 0);
        if (hasFinisher) toFinisher = (reward - Math.min(reward, moveRefund * moves)) / 2;
        toEach = (reward - toFinisher) / moves;
    }

    /// @dev Adds to the part of an account, its first empty one if it has none.
    function _add(Part[] memory parts, address reporter, uint256 mill) private pure {
        uint256 i = 0;
        while (parts[i].mill != 0 && parts[i].reporter != reporter) ++i;
        parts[i].reporter = reporter;
        parts[i].mill += mill;
    }
}
