// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITaskBook} from "./ITaskBook.sol";

/// @title IApprovalMarket
/// @notice Pay for what only its buyer can judge, frames of a film for example: the work is cut into chunks; of each
/// the provider shows a preview and commits to the encrypted whole; the buyer approves or rejects; on approval the
/// provider releases the chunk's key and is paid for it.
///
/// The task goes as in `ITaskMarket` until Working, and stays there while chunks go round:
///
/// ```
///  None ──submitChunk──▶ Submitted ──approveChunk, or ┄windowSeconds┄▶ Approved ──releaseKey──▶ Paid
///                          ▲   │                                          ┊
///                          │   │ rejectChunk                              ┊ responseSeconds
///              submitChunk │   ▼                                          ▼
///                         Rejected                                    Withheld ──timeoutKey──▶ the attempt failed
///
///  Submitted ──third rejectChunk──▶ Refunded
/// ```
/// - At most `MAX_IN_FLIGHT` chunks are in flight: submitted, and neither paid nor refunded. So nobody works far ahead
///   of its pay, and nobody pays far ahead of its chunks.
/// - The provider's clock, `workSeconds`, runs whenever it has something to submit, and starts anew with each
///   submission; it rests while everything waits for the buyer. A clock that runs out makes the task Overdue.
/// - Silence approves: a chunk that is not judged within the order's `windowSeconds`, at most `APPROVAL_SECONDS`,
///   counts as approved.
/// - A provider that does not release the key of an approved chunk within `responseSeconds` has not delivered.
/// - A chunk that is rejected three times is refunded, and from then on either side may end the rest without fault.
///
/// A failed attempt is handled as in `ITaskMarket`: part of the bond is slashed, what was not paid is listed again, or
/// cancelled by the buyer.
///
/// In the terms, prices are for one chunk, `workSeconds` is the time for one submission, `windowSeconds` that for
/// judging one, `responseSeconds` that for releasing a key, and `programHash` a hash of whatever describes the work.
///
/// @dev Promises:
/// - `chunks · maxPrice` credits are locked once, at `open`; of each chunk the price goes to its provider, at most
///   once, or `maxPrice` back to the buyer, and at the end the rest goes back;
/// - a chunk is paid only if it was approved or not judged in time, and only for its key;
/// - the side that waits for the other has a way out after a time that the order states;
/// - those of `ITaskMarket` about what is governed and about the two ends.
///
/// What a preview cannot show is not protected: a buyer that finds a released key or a ciphertext worthless has lost
/// the chunks in flight, and stops approving.
interface IApprovalMarket is ITaskBook {
    // ─── TYPES ───

    /// @notice What can be seen of a chunk, in life order.
    enum ChunkStatus {
        /// Not submitted in the current attempt.
        None,
        /// The buyer can approve or reject it.
        Submitted,
        /// The provider has to submit it again.
        Rejected,
        /// Approved, or not judged in time; the provider has to release its key.
        Approved,
        /// The key is overdue; anyone can show it.
        Withheld,
        /// Its key is released and its price paid. Final.
        Paid,
        /// Its price is back with the buyer. Final.
        Refunded
    }

    /// @notice The last step that a transaction recorded of a chunk; only `ChunkStatus` says what it means now.
    enum ChunkStep {
        None,
        Submitted,
        Rejected,
        Approved,
        Paid,
        Refunded
    }

    /// @notice What is stored of a chunk: two slots.
    /// @param commitment `keccak256(abi.encode(previewHash, cipherRoot, keyHash))` of the last submission
    /// @param clockAt Submitted: last second for judging it; Approved: last second for its key
    /// @param attempt Attempt that submitted it
    /// @param submissions How often that attempt did
    /// @param step Last recorded step
    struct Chunk {
        // 32
        bytes32 commitment;
        // 6 + 1 + 1 + 1 = 9
        uint48 clockAt;
        uint8 attempt;
        uint8 submissions;
        ChunkStep step;
    }

    /// @notice How far a task is: one slot.
    /// @param escrow Credits that it still holds
    /// @param paid Credits paid for its chunks, of all attempts
    /// @param chunks Chunks that it was opened with
    /// @param left Chunks neither paid nor refunded
    /// @param inFlight Chunks of the current attempt that were submitted and neither paid nor refunded
    /// @param toRedo Those of them that were rejected last
    /// @param canEnd Whether either side may end the rest
    struct Progress {
        // 12 + 12 + 2 + 2 + 1 + 1 + 1 = 31
        uint96 escrow;
        uint96 paid;
        uint16 chunks;
        uint16 left;
        uint8 inFlight;
        uint8 toRedo;
        bool canEnd;
    }

    // ─── EVENTS ───

    /// @notice Emitted before `TaskOpened`.
    /// @param taskId The task
    /// @param chunks How many chunks it has
    event ChunksOrdered(uint256 indexed taskId, uint16 chunks);

    /// @notice Emitted when a chunk was submitted, or submitted again.
    /// @param taskId The task
    /// @param chunk Number of the chunk, from 0
    /// @param attempt Number of the attempt
    /// @param submission First, second or third
    /// @param previewHash Hash of the preview
    /// @param cipherRoot Commitment to the ciphertext
    /// @param keyHash `keccak256(abi.encode(key))`
    /// @param judgeBy Last second for judging it
    event ChunkSubmitted(
        uint256 indexed taskId,
        uint16 indexed chunk,
        uint8 attempt,
        uint8 submission,
        bytes32 previewHash,
        bytes32 cipherRoot,
        bytes32 keyHash,
        uint48 judgeBy
    );

    /// @notice Emitted when the buyer approved a chunk.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @param keyBy Last second for its key
    event ChunkApproved(uint256 indexed taskId, uint16 indexed chunk, uint48 keyBy);

    /// @notice Emitted when the buyer rejected a chunk.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @param submission Which submission it rejected
    /// @param reasonHash Hash of the buyer's words
    event ChunkRejected(uint256 indexed taskId, uint16 indexed chunk, uint8 submission, bytes32 reasonHash);

    /// @notice Emitted when a chunk was rejected for the last time: from now on either side may end the rest.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @param credits Credits back with the buyer
    event ChunkRefunded(uint256 indexed taskId, uint16 indexed chunk, uint256 credits);

    /// @notice Emitted when a key was released and its chunk paid.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @param key The key
    /// @param credits Credits paid, fee included
    event ChunkPaid(uint256 indexed taskId, uint16 indexed chunk, bytes32 key, uint256 credits);

    /// @notice Emitted when a key was not released in time; `TaskRelisted` follows.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    event KeyWithheld(uint256 indexed taskId, uint16 indexed chunk);

    /// @notice Emitted when the provider's clock was set.
    /// @param taskId The task
    /// @param submitBy Last second for the next submission; the largest `uint48` while everything waits for the buyer
    event ClockSet(uint256 indexed taskId, uint48 submitBy);

    /// @notice Emitted when either side ended the rest without fault; `TaskCancelled` follows.
    /// @param taskId The task
    /// @param by Who did
    event RestEnded(uint256 indexed taskId, address indexed by);

    // ─── ERRORS ───

    /// @notice Thrown when somebody other than the buyer judges.
    /// @param caller Who called
    /// @param buyer Who may
    error ApprovalMarket_NotBuyer(address caller, address buyer);

    /// @notice Thrown when a task has no chunk of a number.
    /// @param taskId The task
    /// @param chunk Number given
    /// @param chunks How many there are, counted from 0
    error ApprovalMarket_NoSuchChunk(uint256 taskId, uint16 chunk, uint16 chunks);

    /// @notice Thrown when a chunk's status does not allow the call.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @param status Its status
    /// @param allowed Statuses that allow it: bit `s` for status `s`
    error ApprovalMarket_WrongChunkStatus(uint256 taskId, uint16 chunk, ChunkStatus status, uint256 allowed);

    /// @notice Thrown when another chunk is begun while as many as may be are in flight.
    /// @param taskId The task
    /// @param max How many may be
    error ApprovalMarket_TooManyInFlight(uint256 taskId, uint8 max);

    /// @notice Thrown when key, preview and ciphertext are not what was committed to.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @param given Hash of what was given
    /// @param committed Hash of what was submitted
    error ApprovalMarket_WrongKey(uint256 taskId, uint16 chunk, bytes32 given, bytes32 committed);

    /// @notice Thrown when the rest cannot be ended: no chunk was refunded, or some wait for a judgement or a key.
    /// @param taskId The task
    /// @param canEnd Whether a chunk was refunded in this attempt
    /// @param undecided Chunks that wait
    error ApprovalMarket_CannotEnd(uint256 taskId, bool canEnd, uint8 undecided);

    // ─── BUYER ───

    /// @notice Opens a task of many chunks and locks `chunks · maxPrice` from the caller's free credits.
    /// @dev Emits {ChunksOrdered} and {TaskOpened}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the terms are within their bounds, `windowSeconds` at most `APPROVAL_SECONDS`;
    /// - there is at least one chunk, and the caller has so many free credits.
    /// @param terms What the caller wants of each chunk
    /// @param chunks How many
    /// @return taskId The new task's id
    function open(TaskTerms calldata terms, uint16 chunks) external returns (uint256 taskId);

    /// @notice Approves a chunk: its key is due.
    /// @dev Emits {ChunkApproved}. Requirements: the caller is the buyer; the task is Working, the chunk Submitted.
    /// @param taskId The task
    /// @param order Its order
    /// @param chunk Number of the chunk
    function approveChunk(uint256 taskId, TaskOrder calldata order, uint16 chunk) external;

    /// @notice Rejects a chunk: it is to be submitted again, or refunded if this was its third submission.
    /// @dev Emits {ChunkRejected}; with the third {ChunkRefunded}, and {TaskFinalized} if it was the last chunk.
    ///
    /// Requirements: the caller is the buyer; the task is Working, the chunk Submitted.
    /// @param taskId The task
    /// @param order Its order
    /// @param chunk Number of the chunk
    /// @param reasonHash Hash of what the buyer has to say about it
    function rejectChunk(uint256 taskId, TaskOrder calldata order, uint16 chunk, bytes32 reasonHash) external;

    // ─── PROVIDER ───

    /// @notice Commits to a chunk and its preview.
    /// @dev Emits {ChunkSubmitted} and {ClockSet}.
    ///
    /// Requirements:
    /// - the caller is the node's provider, its operator or its agent;
    /// - the task is Working, the chunk None or Rejected;
    /// - fewer than `MAX_IN_FLIGHT` chunks are in flight, unless this one is.
    /// @param taskId The task
    /// @param order Its order
    /// @param chunk Number of the chunk, from 0
    /// @param previewHash Hash of the preview
    /// @param cipherRoot Commitment to the ciphertext
    /// @param keyHash `keccak256(abi.encode(key))`
    function submitChunk(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 chunk,
        bytes32 previewHash,
        bytes32 cipherRoot,
        bytes32 keyHash
    ) external;

    /// @notice Releases the key of an approved chunk and is paid for it. With the last chunk the task ends: bond and
    /// node are free, and the rest of the escrow goes back.
    /// @dev Emits {ChunkPaid}; {ClockSet} or {TaskFinalized}. Possible while Overdue too, until the task is listed
    /// again.
    ///
    /// Requirements:
    /// - the caller is the node's provider, its operator or its agent;
    /// - the task is Working or Overdue, the chunk Approved;
    /// - the key is the one that was committed to.
    /// @param taskId The task
    /// @param order Its order
    /// @param chunk Number of the chunk
    /// @param previewHash As submitted
    /// @param cipherRoot As submitted
    /// @param key The key
    function releaseKey(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 chunk,
        bytes32 previewHash,
        bytes32 cipherRoot,
        bytes32 key
    ) external;

    // ─── BOTH ───

    /// @notice Ends the rest of a task without fault, after a chunk was refunded: the bond goes back whole, and so does
    /// the escrow.
    /// @dev Emits {RestEnded} and {TaskCancelled}.
    ///
    /// Requirements:
    /// - the caller is the buyer, the node's provider, its operator or its agent;
    /// - the task is Working, and a chunk was refunded in this attempt;
    /// - no chunk waits for a judgement or a key: all in flight are Rejected.
    /// @param taskId The task
    /// @param order Its order
    function endRest(uint256 taskId, TaskOrder calldata order) external;

    // ─── ANYONE ───

    /// @notice Shows that a key was not released in time: the attempt failed, and what is left is listed again.
    /// @dev Emits {KeyWithheld} and {TaskRelisted}. Requirements: the task is Working, the chunk Withheld.
    /// @param taskId The task
    /// @param order Its order
    /// @param chunk Number of the chunk
    function timeoutKey(uint256 taskId, TaskOrder calldata order, uint16 chunk) external;

    // ─── READ ───

    /// @notice How far a task is.
    /// @param taskId The task
    /// @return progress All zero for an unknown id
    function progressOf(uint256 taskId) external view returns (Progress memory progress);

    /// @notice What is stored of a chunk.
    /// @param taskId The task
    /// @param chunk Number of the chunk
    /// @return stored All zero if it was never submitted
    function chunkOf(uint256 taskId, uint16 chunk) external view returns (Chunk memory stored);

    /// @notice Where a chunk stands now.
    /// @param taskId The task
    /// @param order Its order
    /// @param chunk Number of the chunk
    /// @return status Its status
    function chunkStatusOf(
        uint256 taskId,
        TaskOrder calldata order,
        uint16 chunk
    ) external view returns (ChunkStatus status);
}
