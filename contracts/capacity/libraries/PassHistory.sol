// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title PassHistory
/// @notice In which epochs a node passed, and how often in a row it was silent: one word a node.
library PassHistory {
    /// @dev Bits of `passes`.
    uint256 private constant _LENGTH = 128;

    /// @notice History of a node: 16 + 4 + 1 + 6 = 27 bytes.
    /// @param passes Bit i: it passed in epoch `lastPass - i`; none set: it never passed
    /// @param lastPass Epoch in which it last passed
    /// @param strikes Strikes in a row since it last passed
    /// @param heldUntil Until when no pass frees it, as it gave a wrong entry
    struct History {
        uint128 passes;
        uint32 lastPass;
        uint8 strikes;
        uint48 heldUntil;
    }

    /// @notice Notes a pass. Epochs never go back: a node passes in the current one.
    /// @param history History
    /// @param epoch Epoch, later than the last pass
    function pass(History storage history, uint32 epoch) internal {
        uint256 age = epoch - history.lastPass;
        // A shift by more than the width leaves nothing: a first pass, or one after very long.
        history.passes = uint128(age < _LENGTH ? uint256(history.passes) << age : 0) | 1;
        history.lastPass = epoch;
        history.strikes = 0;
    }

    /// @notice Notes a strike: once for each epoch, in any order. One from before a pass does not count.
    /// @param history History
    /// @param epoch Epoch in which the node was silent, and for which it was not struck before
    /// @return strikes Strikes in a row; zero if it did not count
    function strike(History storage history, uint32 epoch) internal returns (uint8 strikes) {
        if (history.passes != 0 && epoch <= history.lastPass) return 0;
        strikes = history.strikes;
        // Beyond the most that counts there is nothing to count.
        if (strikes < type(uint8).max) history.strikes = ++strikes;
    }

    /// @notice Whether a node passed in one of some epochs.
    /// @param history History
    /// @param epoch The last of them
    /// @param count How many, `epoch` among them
    /// @return passed True if so; false also where it is forgotten
    function passedWithin(History storage history, uint32 epoch, uint256 count) internal view returns (bool passed) {
        uint256 passes = history.passes;
        uint256 last = history.lastPass;
        if (passes == 0) return false;
        // Bit 0 is now `epoch`, or an epoch before it.
        if (last > epoch) passes = last - epoch < _LENGTH ? passes >> (last - epoch) : 0;
        else if (epoch - last >= count) return false;
        else count -= epoch - last;
        return passes & ((1 << count) - 1) != 0;
    }
}
