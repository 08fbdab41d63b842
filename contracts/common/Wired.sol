// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWired} from "./IWired.sol";

/// @title Wired
/// @notice See `IWired`.
/// @dev A sealed map costs one cold read a call (2.2k gas); an access manager 13.5k, and its admin can change it.
abstract contract Wired is IWired {
    address private immutable _DEPLOYER;

    mapping(address module => uint256 permissions) private _permissions;
    bool private _sealed;

    /// @dev Only wired modules that hold `permission` pass.
    modifier onlyWired(uint256 permission) {
        _checkWired(permission);
        _;
    }

    constructor(address deployer) {
        _requireAddress(deployer, "deployer");
        _DEPLOYER = deployer;
    }

    // ─── DEPLOYMENT ───

    /// @inheritdoc IWired
    function wire(address module, uint256 permissions) external {
        _checkWiring();
        _requireAddress(module, "module");
        _permissions[module] = permissions;
        emit PermissionsGranted({module: module, permissions: permissions});
    }

    /// @inheritdoc IWired
    function seal() external {
        _checkWiring();
        _sealed = true;
        emit WiringSealed();
    }

    // ─── READ ───

    /// @inheritdoc IWired
    function permissionsOf(address module) external view returns (uint256 permissions) {
        return _permissions[module];
    }

    /// @inheritdoc IWired
    function isSealed() external view returns (bool isFinal) {
        return _sealed;
    }

    // ─── INTERNAL ───

    /// @dev The deployer may act, and only until the seal. Other one-time settings of a deployment use the same rule.
    function _checkWiring() internal view {
        require(msg.sender == _DEPLOYER, Wired_OnlyDeployer(msg.sender));
        require(!_sealed, Wired_AlreadySealed());
    }

    function _checkWired(uint256 permission) internal view {
        require(_permissions[msg.sender] & permission != 0, Wired_Forbidden(msg.sender, permission));
    }

    /// @dev A forgotten address would only show at the first call that needs it, after the seal.
    function _requireAddress(address account, string memory name) internal pure {
        require(account != address(0), Wired_ZeroAddress(name));
    }
}
