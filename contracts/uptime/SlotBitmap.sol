// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SlotBitmap
/// @notice A node's epoch of uptime as one word: bit s set means up in slot s.
library SlotBitmap {
    /// @notice Thrown when a range of slots is reversed or longer than a word.
    error SlotBitmap_BadRange(uint256 first, uint256 end);

    /// @notice Whether a slot is up.
    /// @param bitmap The word
    /// @param slot The slot, 0..255
    /// @return up True if so
    function isUp(uint256 bitmap, uint8 slot) internal pure returns (bool up) {
        return (bitmap >> slot) & 1 == 1;
    }

    /// @notice Number of slots that are up.
    /// @param bitmap The word
    /// @return slots The number
    function countUp(uint256 bitmap) internal pure returns (uint256 slots) {
        // Sums of neighbours: bits, then pairs, nibbles and bytes. A byte holds at most 8, so no sum reaches its
        // neighbour; the bytes then double up to one total of at most 256.
        uint256 x = bitmap;
        unchecked {
            x -= (x >> 1) & 0x5555555555555555555555555555555555555555555555555555555555555555;
            x =
                (x & 0x3333333333333333333333333333333333333333333333333333333333333333) +
                ((x >> 2) & 0x3333333333333333333333333333333333333333333333333333333333333333);
            x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            x =
                (x & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff) +
                ((x >> 8) & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff);
            x += x >> 16;
            x += x >> 32;
            x += x >> 64;
            x += x >> 128;
        }
        return x & 0x1ff;
    }

    /// @notice Number of slots of a range that are up.
    /// @param bitmap The word
    /// @param first First slot of the range
    /// @param end First slot after the range, at most 256; equal to `first` for an empty range
    /// @return slots The number
    function countUpWithin(uint256 bitmap, uint256 first, uint256 end) internal pure returns (uint256 slots) {
        require(first <= end && end <= 256, SlotBitmap_BadRange(first, end));
        if (first == end) return 0;
        return countUp((bitmap >> first) << (256 - (end - first)));
    }
}
