// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInspections} from "../hardware/IInspections.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {NodeFilter} from "./NodeFilter.sol";

/// @title NodeTraits
/// @notice See `INodeTraits`.
contract NodeTraits is INodeTraits {
    INodeRegistry private immutable _NODES;
    IInspections private immutable _INSPECTIONS;

    /// @notice Fixes whom to ask.
    /// @param nodes What nodes say of themselves
    /// @param inspections What inspectors say of them
    constructor(INodeRegistry nodes, IInspections inspections) {
        require(address(nodes) != address(0), NodeTraits_ZeroAddress("nodes"));
        require(address(inspections) != address(0), NodeTraits_ZeroAddress("inspections"));
        _NODES = nodes;
        _INSPECTIONS = inspections;
    }

    /// @inheritdoc INodeTraits
    function publish(Traits calldata traits) external returns (bytes32 traitsHash) {
        uint256 count = traits.inspectors.length;
        uint256 max = NodeFilter.MAX_INSPECTORS;
        require(count <= max, NodeTraits_TooManyInspectors(count, max));
        require(traits.region != 0 || traits.attributes != 0 || count != 0, NodeTraits_NothingWanted());

        traitsHash = hashOf(traits);
        emit TraitsPublished(traitsHash, traits);
    }

    /// @inheritdoc INodeTraits
    function check(
        bytes32 traitsHash,
        uint64 nodeId,
        Traits calldata traits,
        INodeRegistry.NodeDetails calldata details
    ) external view {
        bytes32 given = hashOf(traits);
        require(given == traitsHash, NodeTraits_WrongTraits(given, traitsHash));
        NodeFilter.checkPlace(traits.region, traits.attributes, nodeId, details, _NODES);
        NodeFilter.checkConfirmed(traits.attributes, traits.inspectors, traits.allInspectors, nodeId, _INSPECTIONS);
    }

    /// @inheritdoc INodeTraits
    function hashOf(Traits calldata traits) public pure returns (bytes32 traitsHash) {
        return keccak256(abi.encode(traits));
    }
}
