// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev A window of a picture, cut to what lies inside it.
/// @param origin First row or column, may be negative
/// @param from First index within the window that is inside
/// @param count How many are inside from there on
struct Span {
    int256 origin;
    uint256 from;
    uint256 count;
}

/// @title ImageMath
/// @notice Places in batches of pictures. Total: no function reverts.
/// @dev A batch is a tensor with a row for each row of pixels of a picture; the channels of a pixel lie together. All
/// arguments have at most 64 bits, so no product or sum leaves 256.
library ImageMath {
    /// @dev Quotient and remainder; by zero, both are zero.
    function divided(uint256 value, uint256 by) internal pure returns (uint256 quotient, uint256 rest) {
        assembly ("memory-safe") {
            quotient := div(value, by)
            rest := mod(value, by)
        }
    }

    /// @dev The window of `size` that begins `padding` before `position · stride`, within `limit`.
    function span(
        uint256 position,
        uint256 stride,
        uint256 padding,
        uint256 size,
        uint256 limit
    ) internal pure returns (Span memory window) {
        unchecked {
            window.origin = int256(position * stride) - int256(padding);
            int256 end = window.origin + int256(size);
            if (end > int256(limit)) end = int256(limit);
            int256 begin = window.origin < 0 ? int256(0) : window.origin;
            if (end <= begin) return window;
            window.from = uint256(begin - window.origin);
            window.count = uint256(end - begin);
        }
    }

    /// @dev The least aligned range of words that holds bytes `begin … end` of a row: its first word and the logarithm
    /// of its size. `begin < end`.
    function cover(uint256 begin, uint256 end) internal pure returns (uint256 first, uint256 log2) {
        unchecked {
            first = begin >> 5;
            uint256 differing = first ^ ((end - 1) >> 5);
            while (differing != 0) {
                differing >>= 1;
                ++log2;
            }
            first = (first >> log2) << log2;
        }
    }
}
