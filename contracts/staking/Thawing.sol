// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakingRegistry} from "./IStakingRegistry.sol";

/// @title Thawing
/// @notice A provider's exits under way: a short dense list, oldest first, in which every entry carries its own time.
/// @dev Nothing relies on the order of release times, so a shortened thaw period cannot strand an older entry behind a
/// newer one; and no cursor or offset can run past an entry that was not paid. Entries are whole amounts, never
/// shares of a pool, so that a slash leaves no rounding behind. The number of entries lives with the caller, in a
/// slot that it writes anyway. An entry of zero is never kept.
library Thawing {
    using SafeCast for uint256;

    /// @notice Most thaws that a provider can have at once.
    uint256 internal constant MAX_THAWS = 8;

    /// @notice Storage of the thaws of a provider.
    /// @param items Entries; only those before the caller's count mean anything
    struct Queue {
        IStakingRegistry.Thaw[MAX_THAWS] items;
    }

    /// @notice Adds a thaw at the end.
    /// @param queue Thaws
    /// @param count Number of them; the caller has checked that there is room
    /// @param thaw New entry
    /// @return kept New number
    function push(Queue storage queue, uint256 count, IStakingRegistry.Thaw memory thaw) internal returns (uint8 kept) {
        queue.items[count] = thaw;
        return (count + 1).toUint8();
    }

    /// @notice Removes a thaw.
    /// @param queue Thaws
    /// @param count Number of them
    /// @param thawId Number of the one to remove
    /// @return mill What was left of it, MILL; zero if it is not there
    /// @return kept New number
    function remove(Queue storage queue, uint256 count, uint256 thawId) internal returns (uint256 mill, uint8 kept) {
        uint256 next;
        for (uint256 i = 0; i < count; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            if (thaw.id == thawId) mill = thaw.amount;
            else _keep(queue, next++, i, thaw);
        }
        kept = _cut(queue, next, count);
    }

    /// @notice Removes all thaws that have matured.
    /// @param queue Thaws
    /// @param count Number of them
    /// @return mill What was left of them, MILL
    /// @return kept New number
    function removeMatured(Queue storage queue, uint256 count) internal returns (uint256 mill, uint8 kept) {
        uint256 next;
        for (uint256 i = 0; i < count; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            if (isMatured(thaw)) mill += thaw.amount;
            else _keep(queue, next++, i, thaw);
        }
        kept = _cut(queue, next, count);
    }

    /// @notice Takes from thaws that have not matured, oldest first: what matures later stays within reach longer.
    /// @param queue Thaws
    /// @param count Number of them
    /// @param provider Whose they are, for the log
    /// @param mill Amount to take, MILL
    /// @return taken Amount taken, MILL; less if there is not that much
    /// @return kept New number
    function slash(
        Queue storage queue,
        uint256 count,
        address provider,
        uint256 mill
    ) internal returns (uint256 taken, uint8 kept) {
        uint256 next;
        for (uint256 i = 0; i < count; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
            uint256 part = isMatured(thaw) ? 0 : Math.min(thaw.amount, mill - taken);
            if (part != 0) {
                taken += part;
                thaw.amount -= part.toUint96();
                queue.items[i] = thaw;
                emit IStakingRegistry.ThawSlashed({provider: provider, thawId: thaw.id, mill: part});
            }
            if (thaw.amount != 0) _keep(queue, next++, i, thaw);
        }
        kept = _cut(queue, next, count);
    }

    /// @notice Sum of thaws.
    /// @param queue Thaws
    /// @param count Number of them
    /// @return total All of them, MILL
    /// @return matured Those that have matured, MILL
    function sums(Queue storage queue, uint256 count) internal view returns (uint256 total, uint256 matured) {
        for (uint256 i = 0; i < count; ++i) {
            IStakingRegistry.Thaw memory thaw = queue.items[i];
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
    function _keep(Queue storage queue, uint256 next, uint256 index, IStakingRegistry.Thaw memory thaw) private {
        if (next != index) queue.items[next] = thaw;
    }

    /// @dev Clears what the entries that are kept no longer use.
    function _cut(Queue storage queue, uint256 next, uint256 count) private returns (uint8 kept) {
        for (uint256 i = next; i < count; ++i) delete queue.items[i];
        return next.toUint8();
    }
}
