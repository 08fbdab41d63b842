// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IBeacon
/// @notice A random value for every second: fixed by a rule, the same for everybody, unknown before its time.
/// @dev Whoever uses a beacon names a second by a rule of its own, before that second. Promises:
/// - the value of a second never changes once it is known, and no call chooses it or makes it be drawn again;
/// - a value that was not recorded in time is lost for ever: what depends on it is void, never drawn anew;
/// - nobody knows the value of a second more than moments before it.
///
/// What remains, and what it costs: whoever makes the block, or reveals last, can suppress a value that it dislikes,
/// for the price of a block or of a bond. Uses must be worth less than that (`docs/capacity.md`).
interface IBeacon {
    /// @notice The value of a second.
    /// @param second The second
    /// @return value The value; zero while it is not recorded, and for ever if it was lost
    function valueAt(uint48 second) external view returns (bytes32 value);

    /// @notice How long before a second its users must have named it.
    /// @return seconds_ Duration
    function noticeSeconds() external view returns (uint32 seconds_);

    /// @notice How long after a second its value may stay unknown.
    /// @return seconds_ Duration
    function delaySeconds() external view returns (uint32 seconds_);
}
