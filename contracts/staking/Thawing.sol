// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakingRegistry} from "./IStakingRegistry.sol";

/// @title Thawing
/// @notice A provider's exits under way: a short dense list, oldest first, in which every entry carries its own time.
/// @dev Nothing relies on the order of release times, so a shortened thaw period cannot strand an older entry behind a
/// newer one; and no cursor or offset can run past an entry that was not paid. Entries are whole amounts, never
/// shares of a pool, so that a slash leaves no rounding behind. An entry of zero is never kept: the first one ends the
/// list, and no number of entries needs storing.
library Thawing {
    using SafeCast for uint256;

    /// @notice Most thaws that a provider can have at once.
    uint256 internal constant MAX_THAWS = 8;

    /// @notice Storage of the thaws of a provider.
    /// @param items Entries; the first of zero and all after it are unused
    struct Queue {
        IStakingRegistry.Thaw[MAX_THAWS] items;
    }

    /// @notice Adds a thaw at the end.
    /// @param queue Thaws
    /// @param count Number of them; the caller has checked that there is room
    /// @param thaw New entry, not zero
    function push(Queue storage queue, uint256 count, IStakingRegistry.Thaw memory thaw) internal {
        queue.items[count] = thaw;
    }

    /// @notice Removes a thaw.
    /// @param queue Thaws
    /// @param thawId Number of the one to remove
    /// @return mill What was left of it, MILL; zero if it is not there
    function remove(Queue storage queue, uint256 thawId) internal returns (uint256 mill) {
        uint256 kept;
        for (uint256 i = 0; i < MAX_THAWS; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            if (thaw.amount == 0) break;
            if (thaw.id == thawId) mill = thaw.amount;
            else _keep(queue, kept++, i, thaw);
        }
        if (mill != 0) delete queue.items[kept];
    }

    /// @notice Removes all thaws that have matured.
    /// @param queue Thaws
    /// @return mill What was left of them, MILL
    function removeMatured(Queue storage queue) internal returns (uint256 mill) {
        uint256 kept;
        uint256 i;
        for (; i < MAX_THAWS; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            if (thaw.amount == 0) break;
            if (isMatured(thaw)) mill += thaw.amount;
            else _keep(queue, kept++, i, thaw);
        }
        _cut(queue, kept, i);
    }

    /// @notice Takes from thaws that have not matured, oldest first: what matures later stays within reach longer.
    /// @param queue Thaws
    /// @param provider Whose they are, for the log
    /// @param mill Amount to take, MILL
    /// @return taken Amount taken, MILL; less if there is not that much
    function slash(Queue storage queue, address provider, uint256 mill) internal returns (uint256 taken) {
        uint256 kept;
        uint256 i;
        for (; i < MAX_THAWS; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            if (thaw.amount == 0) break;
            uint256 part = isMatured(thaw) ? 0 : Math.min(thaw.amount, mill - taken);
            if (part != 0) {
                taken += part;
                thaw.amount -= part.toUint96();
                queue.items[i] = thaw;
                emit IStakingRegistry.ThawSlashed({provider: provider, thawId: thaw.id, mill: part});
            }
            if (thaw.amount != 0) _keep(queue, kept++, i, thaw);
        }
        _cut(queue, kept, i);
    }

    /// @notice Number of thaws.
    /// @param queue Thaws
    /// @return count Number
    function countOf(Queue storage queue) internal view returns (uint256 count) {
        while (count < MAX_THAWS && queue.items[count].amount != 0) ++count;
    }

    /// @notice Sum of thaws.
    /// @param queue Thaws
    /// @return total All of them, MILL
    /// @return matured Those that have matured, MILL
    function sums(Queue storage queue) internal view returns (uint256 total, uint256 matured) {
        for (uint256 i = 0; i < MAX_THAWS; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            if (thaw.amount == 0) break;
            total += thaw.amount;
            if (isMatured(thaw)) matured += thaw.amount;
        }
    }

    /// @notice Whether a thaw can be withdrawn; from then on no slash reaches it.
    /// @param thaw Thaw
    /// @return matured Whether it can
    function isMatured(IStakingRegistry.Thaw memory thaw) internal view returns (bool matured) {
        return block.timestamp >= thaw.releaseAt;
    }

    /// @dev Moves an entry up to close the gap before it.
    function _keep(Queue storage queue, uint256 kept, uint256 index, IStakingRegistry.Thaw memory thaw) private {
        if (kept != index) queue.items[kept] = thaw;
    }

    /// @dev Clears what the entries that are kept no longer use.
    function _cut(Queue storage queue, uint256 kept, uint256 count) private {
        for (uint256 i = kept; i < count; ++i) delete queue.items[i];
    }
}
