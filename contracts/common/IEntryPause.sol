// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IEntryPause
/// @notice A guardian's brake on new business. It holds back nothing that is already open, and it ends by itself.
interface IEntryPause {
    /// @notice Emitted when entries are paused or reopened.
    /// @param until First second at which entries are open again.
    event EntriesPaused(uint48 until);

    /// @notice Thrown when something new is begun during a pause.
    /// @param until First second at which entries are open again.
    error EntryPause_EntriesPaused(uint48 until);

    /// @notice Thrown when a pause longer than allowed is asked for.
    /// @param pauseSeconds What was asked for.
    /// @param maxPauseSeconds The most that is allowed.
    error EntryPause_PauseTooLong(uint32 pauseSeconds, uint32 maxPauseSeconds);

    /// @notice Pauses entries from now on; zero seconds reopens them.
    /// @dev Emits {EntriesPaused}. Replaces a running pause, it does not add to it.
    ///
    /// Requirements:
    /// - the caller holds the guardian's role;
    /// - `pauseSeconds` is at most seven days.
    /// @param pauseSeconds Length of the pause in seconds.
    function pauseEntries(uint32 pauseSeconds) external;

    /// @notice When entries open again; a time in the past means that they are open.
    /// @return until First second at which entries are open.
    function entriesPausedUntil() external view returns (uint48 until);
}
