// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MAX_PPM} from "../common/Units.sol";

/// @title PriceMedian
/// @notice One price out of several, and whether enough of them agree with it.
library PriceMedian {
    /// @notice The median of the answers that are there.
    /// @dev Agreement is counted against *all* sources, so that silencing some never makes the rest a majority.
    /// @param answers One per source, in any unit; zero where a source has none. Sorted in place
    /// @param deviationPpm How far from the median a source may be to agree
    /// @return median The median, the mean of the middle two rounded down; zero if not usable
    /// @return usable Whether more than half of all sources, and at least two, agree
    function medianDown(
        uint256[] memory answers,
        uint32 deviationPpm
    ) internal pure returns (uint256 median, bool usable) {
        uint256 missing = _sort(answers);
        uint256 live = answers.length - missing;
        uint256 quorum = Math.max(2, answers.length / 2 + 1);
        if (live < quorum) return (0, false);
        uint256 upper = missing + live / 2;
        median = live % 2 == 1 ? answers[upper] : Math.average(answers[upper - 1], answers[upper]);
        uint256 agreeing = 0;
        for (uint256 i = missing; i < answers.length; ++i) {
            uint256 distance = answers[i] > median ? answers[i] - median : median - answers[i];
            if (distance * MAX_PPM <= median * deviationPpm) ++agreeing; // answers are below 2^104
        }
        return agreeing >= quorum ? (median, true) : (0, false);
    }

    /// @dev Insertion sort, ascending: there are at most seven. Returns how many are zero, which come first.
    function _sort(uint256[] memory answers) private pure returns (uint256 missing) {
        for (uint256 i = 0; i < answers.length; ++i) {
            uint256 answer = answers[i];
            if (answer == 0) ++missing;
            uint256 j = i;
            for (; j > 0 && answers[j - 1] > answer; --j) {
                answers[j] = answers[j - 1];
            }
            answers[j] = answer;
        }
    }
}
