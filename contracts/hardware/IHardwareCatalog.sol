// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IHardwareCatalog
/// @notice Classes of hardware: what a unit of each must stake, and what it weighs in rewards.
/// @dev Promises:
/// - A raised stake reaches nodes that are already there only after a grace period, fixed when it is raised; a
///   lowered one serves everybody at once (I10).
/// - A changed weight or challenge acts from the next epoch, and those of every past epoch stay known.
/// - Classes are never removed; a closed class takes no new nodes, those it has go on.
interface IHardwareCatalog {
    // ─── TYPES ───

    /// @notice Kinds of hardware. Zero is none.
    enum Kind {
        None,
        CPU,
        GPU,
        FPGA,
        ASIC,
        SOC
    }

    /// @notice A class of hardware.
    /// @param stakePerUnit Stake that a unit needs on entry, MILL
    /// @param weight Weight of a unit in availability points, acting from the next epoch on after a change
    /// @param challengeSize Size of a capacity challenge: int8 products that keep a unit of the class's reference
    /// device busy for at least half a window; zero while the class is not challenged. Acts from the next epoch after
    /// a change
    /// @param raisedAt From when `stakePerUnit` holds for nodes that entered with less
    /// @param kind Kind of hardware; `None` means that the class does not exist
    /// @param open Whether nodes may enter
    /// @param name Name, for example "NVIDIA H100 80 GB"
    struct Class {
        uint96 stakePerUnit;
        uint32 weight;
        uint32 challengeSize;
        uint48 raisedAt;
        Kind kind;
        bool open;
        string name;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a class is added.
    /// @param classId Number of the class
    /// @param kind Kind of hardware
    /// @param name Name
    /// @param stakePerUnit Stake that a unit needs, MILL
    /// @param weight Weight of a unit in availability points
    /// @param challengeSize Size of a capacity challenge, int8 products
    event ClassAdded(
        uint16 indexed classId,
        Kind kind,
        string name,
        uint96 stakePerUnit,
        uint32 weight,
        uint32 challengeSize
    );

    /// @notice Emitted when a class changes.
    /// @param classId Number of the class
    /// @param stakePerUnit Stake that a unit needs on entry, MILL
    /// @param raisedAt From when it holds for nodes that entered with less
    /// @param weight Weight of a unit in availability points
    /// @param weightFromEpoch From which epoch on weight and challenge act
    /// @param challengeSize Size of a capacity challenge, int8 products
    /// @param open Whether nodes may enter
    event ClassChanged(
        uint16 indexed classId,
        uint96 stakePerUnit,
        uint48 raisedAt,
        uint32 weight,
        uint32 weightFromEpoch,
        uint32 challengeSize,
        bool open
    );

    // ─── ERRORS ───

    /// @notice Thrown when the deployment leaves out a contract.
    error HardwareCatalog_ZeroAddress();

    /// @notice Thrown when the grace period is longer than allowed.
    error HardwareCatalog_GraceOutOfBounds(uint32 graceSeconds, uint32 max);

    /// @notice Thrown when a class does not exist.
    error HardwareCatalog_UnknownClass(uint16 classId);

    /// @notice Thrown when a class is of no kind.
    error HardwareCatalog_NoKind();

    /// @notice Thrown when a name is empty or too long.
    error HardwareCatalog_BadName(uint256 length, uint256 max);

    /// @notice Thrown when a unit would need no stake, or more than a bound.
    error HardwareCatalog_StakeOutOfBounds(uint96 stakePerUnit, uint96 max);

    /// @notice Thrown when a weight is zero or above its bound.
    error HardwareCatalog_WeightOutOfBounds(uint32 weight, uint32 max);

    /// @notice Thrown when a stake is raised while the last raise has not reached everybody.
    error HardwareCatalog_RaisePending(uint16 classId, uint48 raisedAt);

    // ─── GOVERNANCE ───

    /// @notice Adds a class, open for nodes.
    /// @dev Restricted. Emits {ClassAdded}. Requirements: a kind; a name of 1 to 64 bytes; stake and weight in bounds.
    /// @param kind Kind of hardware
    /// @param name Name
    /// @param stakePerUnit Stake that a unit needs, MILL; 1 to 1,000,000 MILL
    /// @param weight Weight of a unit in availability points; 1 to 1,000,000
    /// @param challengeSize Size of a capacity challenge, int8 products; zero for none
    /// @return classId Number of the class, from 1
    function addClass(
        Kind kind,
        string calldata name,
        uint96 stakePerUnit,
        uint32 weight,
        uint32 challengeSize
    ) external returns (uint16 classId);

    /// @notice Changes a class. Stake that is raised holds for new nodes at once and for others after the grace
    /// period; a weight and a challenge act from the next epoch.
    /// @dev Restricted. Emits {ClassChanged}. Requirements: the class exists; stake and weight in bounds; no earlier
    /// raise on its way if this is one.
    /// @param classId Number of the class
    /// @param stakePerUnit Stake that a unit needs on entry, MILL
    /// @param weight Weight of a unit in availability points
    /// @param challengeSize Size of a capacity challenge, int8 products
    /// @param open Whether nodes may enter
    function changeClass(uint16 classId, uint96 stakePerUnit, uint32 weight, uint32 challengeSize, bool open) external;

    // ─── VIEWS ───

    /// @notice A class.
    /// @param classId Number of the class
    /// @return class_ Class; of kind `None` if there is none
    function classOf(uint16 classId) external view returns (Class memory class_);

    /// @notice Stake that a unit needs on entry, and whether nodes may enter.
    /// @param classId Number of the class
    /// @return stakePerUnit Stake, MILL
    /// @return open Whether nodes may enter; false for unknown classes
    function entryOf(uint16 classId) external view returns (uint96 stakePerUnit, bool open);

    /// @notice Stake that a unit needs which entered with `entered`: until a raise takes effect, that or what the class
    /// asked before the raise, whichever is more, but no more than the class asks; what it asks from then on.
    /// @param classId Number of the class
    /// @param entered Stake that the unit needed so far, MILL
    /// @return stakePerUnit Stake that it needs now, MILL
    function stakeDue(uint16 classId, uint96 entered) external view returns (uint96 stakePerUnit);

    /// @notice Weight of a unit in the points of an epoch.
    /// @param classId Number of the class
    /// @param epoch Epoch
    /// @return weight Weight; zero for unknown classes, and for epochs before the class
    function weightAt(uint16 classId, uint32 epoch) external view returns (uint32 weight);

    /// @notice Size of the capacity challenge of a unit in an epoch.
    /// @param classId Number of the class
    /// @param epoch Epoch
    /// @return challengeSize Size, int8 products; zero for unknown classes, and for epochs before the class
    function challengeSizeAt(uint16 classId, uint32 epoch) external view returns (uint32 challengeSize);

    /// @notice Number of classes; their numbers are 1 to this.
    /// @return count Number
    function classCount() external view returns (uint16 count);

    /// @notice Time between a raise of a stake and its effect on nodes that are already there.
    /// @return seconds_ Duration
    function graceSeconds() external view returns (uint32 seconds_);
}
