// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInspections} from "../hardware/IInspections.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";

/// @title NodeFilter
/// @notice Which nodes an order takes: by class, by name, by where they are, by what they have and who says so.
/// @dev Class and names cost nothing beyond what a reservation reads; region and attributes need the node's details as
/// calldata, checked against their hash; inspectors need a call each.
library NodeFilter {
    /// @notice Nodes that an order can name: bounds the loop of `isListed`.
    uint256 internal constant MAX_NODES = 32;

    /// @notice Inspectors that an order can name.
    uint256 internal constant MAX_INSPECTORS = 16;

    /// @notice What an order wants of each node.
    /// @param classId Class of hardware; zero: any
    /// @param units Units of the node
    /// @param nodeIds Nodes that may take it; empty: any
    /// @param region ISO 3166-2 code, packed left, or the beginning of one: "DE" takes "DE-BE"; zero: anywhere
    /// @param attributes Bitmap of attributes that the node must have; zero: none
    /// @param inspectors Who must confirm the attributes; empty: the node's own word will do
    /// @param allInspectors Whether each of them must, or any one will do
    struct Wanted {
        uint16 classId;
        uint16 units;
        uint64[] nodeIds;
        bytes32 region;
        uint256 attributes;
        address[] inspectors;
        bool allInspectors;
    }

    /// @notice Thrown when a node is not of the wanted class.
    /// @param nodeId The node
    /// @param classId Its class
    /// @param wanted The wanted class
    error NodeFilter_WrongClass(uint64 nodeId, uint16 classId, uint16 wanted);

    /// @notice Thrown when an order names its nodes and this is none of them.
    /// @param nodeId The node
    error NodeFilter_NotListed(uint64 nodeId);

    /// @notice Thrown when a node is elsewhere.
    /// @param nodeId The node
    /// @param region Its region
    /// @param wanted The wanted region
    error NodeFilter_WrongRegion(uint64 nodeId, bytes32 region, bytes32 wanted);

    /// @notice Thrown when a node lacks attributes.
    /// @param nodeId The node
    /// @param attributes What it has
    /// @param wanted What is wanted
    error NodeFilter_AttributesMissing(uint64 nodeId, uint256 attributes, uint256 wanted);

    /// @notice Thrown when the named inspectors do not confirm a node's attributes now.
    /// @param nodeId The node
    /// @param wanted The attributes
    error NodeFilter_NotConfirmed(uint64 nodeId, uint256 wanted);

    /// @notice Reverts unless a node is what is wanted.
    /// @param wanted What is wanted
    /// @param nodeId The node
    /// @param classId Its class
    /// @param details What it says of itself; read only if a region or attributes are wanted
    /// @param nodes To check the details with
    /// @param inspections To ask inspectors' word of
    function checkFits(
        Wanted calldata wanted,
        uint64 nodeId,
        uint16 classId,
        INodeRegistry.NodeDetails calldata details,
        INodeRegistry nodes,
        IInspections inspections
    ) internal view {
        bool rightClass = wanted.classId == 0 || wanted.classId == classId;
        require(rightClass, NodeFilter_WrongClass(nodeId, classId, wanted.classId));
        require(isListed(wanted.nodeIds, nodeId), NodeFilter_NotListed(nodeId));
        checkPlace(wanted.region, wanted.attributes, nodeId, details, nodes);
        checkConfirmed(wanted.attributes, wanted.inspectors, wanted.allInspectors, nodeId, inspections);
    }

    /// @notice Reverts unless a node is where, and has what, is wanted.
    /// @param region Wanted region or the beginning of one; zero: anywhere
    /// @param attributes Wanted attributes; zero: none
    /// @param nodeId The node
    /// @param details What it says of itself; read only if something is wanted
    /// @param nodes To check the details with
    function checkPlace(
        bytes32 region,
        uint256 attributes,
        uint64 nodeId,
        INodeRegistry.NodeDetails calldata details,
        INodeRegistry nodes
    ) internal view {
        if (region == 0 && attributes == 0) return;
        nodes.verifyDetails(nodeId, details);
        require(startsWith(details.region, region), NodeFilter_WrongRegion(nodeId, details.region, region));
        bool hasAll = details.attributes & attributes == attributes;
        require(hasAll, NodeFilter_AttributesMissing(nodeId, details.attributes, attributes));
    }

    /// @notice Reverts unless named inspectors confirm a node's attributes now.
    /// @param attributes The attributes
    /// @param inspectors Who must confirm them; empty: nobody
    /// @param all Whether each of them must, or any one will do
    /// @param nodeId The node
    /// @param inspections To ask inspectors' word of
    function checkConfirmed(
        uint256 attributes,
        address[] calldata inspectors,
        bool all,
        uint64 nodeId,
        IInspections inspections
    ) internal view {
        if (inspectors.length == 0) return;
        bool isConfirmed = inspections.isConfirmed(nodeId, attributes, inspectors, all);
        require(isConfirmed, NodeFilter_NotConfirmed(nodeId, attributes));
    }

    /// @notice Whether a packed text begins with another.
    /// @param text The text
    /// @param prefix Its beginning; zero begins everything
    /// @return begins True if so
    function startsWith(bytes32 text, bytes32 prefix) internal pure returns (bool begins) {
        if (prefix == 0) return true;
        // Zero bytes at its end, in bits: what lies there is not asked for. A byte that is set stops the loop.
        uint256 unused = 0;
        while ((uint256(prefix) >> unused) & 0xff == 0) unused += 8;
        return uint256(text) >> unused == uint256(prefix) >> unused;
    }

    /// @notice Whether an order's list of nodes has a node.
    /// @param nodeIds The list; empty: any node
    /// @param nodeId The node
    /// @return listed True if so
    function isListed(uint64[] calldata nodeIds, uint64 nodeId) internal pure returns (bool listed) {
        if (nodeIds.length == 0) return true;
        for (uint256 i = 0; i < nodeIds.length; ++i) {
            if (nodeIds[i] == nodeId) return true;
        }
        return false;
    }
}
