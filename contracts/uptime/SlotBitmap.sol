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

    /// @notice How many seconds of a span lie in slots that are up. Exact.
    /// @param bitmap The word
    /// @param from First second of the span, counted from the first slot's beginning
    /// @param to First second after it; later than `from`
    /// @param slotSeconds Length of a slot; not zero
    /// @return upSeconds Seconds
    function upSecondsWithin(
        uint256 bitmap,
        uint256 from,
        uint256 to,
        uint256 slotSeconds
    ) internal pure returns (uint256 upSeconds) {
        uint256 first = from / slotSeconds;
        uint256 last = (to - 1) / slotSeconds;

        // Whole slots first, then take away what the first and the last slot have outside the span.
        upSeconds = countUpWithin(bitmap, first, last + 1) * slotSeconds;
        if (isUp(bitmap, uint8(first))) upSeconds -= from - first * slotSeconds; // below 256, as just checked
        if (isUp(bitmap, uint8(last))) upSeconds -= (last + 1) * slotSeconds - to;
    }
}
