// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IWired
/// @notice The sealed wiring between modules: who may call what, fixed at deployment and then for ever.
/// @dev Promise: once `isSealed` returns true, no permission of this contract ever changes again; governance included.
interface IWired {
    /// @notice Emitted when a module is given permissions.
    /// @param module The calling contract.
    /// @param permissions All permission bits (see `Permissions`) that the module now holds here.
    event PermissionsGranted(address indexed module, uint256 permissions);

    /// @notice Emitted once, when the wiring became final.
    event WiringSealed();

    /// @notice Thrown when anyone but the deployer wires or seals.
    /// @param caller Who called.
    error Wired_OnlyDeployer(address caller);

    /// @notice Thrown when the wiring is already final.
    error Wired_AlreadySealed();

    /// @notice Thrown when a module without the permission calls.
    /// @param caller Who called.
    /// @param permission The permission bit that is missing.
    error Wired_Forbidden(address caller, uint256 permission);

    /// @notice Thrown when a system address is zero.
    /// @param name What the address was for.
    error Wired_ZeroAddress(string name);

    /// @notice Sets the permissions of a module.
    /// @dev Emits {PermissionsGranted}.
    ///
    /// Requirements:
    /// - the caller is the deployer;
    /// - the wiring is not sealed;
    /// - `module` is not zero.
    /// @param module The calling contract.
    /// @param permissions The permission bits it shall hold.
    function wire(address module, uint256 permissions) external;

    /// @notice Makes the wiring final.
    /// @dev Emits {WiringSealed}.
    ///
    /// Requirements:
    /// - the caller is the deployer;
    /// - the wiring is not sealed.
    function seal() external;

    /// @notice The permission bits of a module.
    /// @param module The calling contract.
    /// @return permissions The bits, zero for a stranger.
    function permissionsOf(address module) external view returns (uint256 permissions);

    /// @notice Whether the wiring is final. Once true, always true.
    /// @return isFinal True after `seal`.
    function isSealed() external view returns (bool isFinal);
}
