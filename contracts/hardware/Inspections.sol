// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IInspections} from "./IInspections.sol";
import {INodeRegistry} from "./INodeRegistry.sol";

/// @title Inspections
/// @notice See `IInspections`.
contract Inspections is IInspections, EIP712 {
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Type of what an inspector signs.
    bytes32 public constant INSPECTION_TYPEHASH = keccak256(
        "Inspection(uint64 nodeId,uint256 attributes,uint48 issuedAt,uint48 expiresAt)"
    );

    /// @notice Most inspectors that can be asked at once.
    uint256 public constant MAX_INSPECTORS = 16;

    // ─── IMMUTABLES ───

    /// @notice Nodes.
    INodeRegistry public immutable NODES;

    // ─── STORAGE ───

    mapping(uint64 nodeId => mapping(address inspector => Inspection inspection)) private _inspections;

    // ─── CONSTRUCTOR ───

    /// @notice Deploys with no statements.
    /// @param nodes Nodes
    constructor(address nodes) EIP712("Millrace Inspections", "1") {
        require(nodes != address(0), Inspections_ZeroAddress());
        NODES = INodeRegistry(nodes);
    }

    // ─── READ ───

    /// @inheritdoc IInspections
    function isConfirmed(
        uint64 nodeId,
        uint256 attributes,
        address[] calldata inspectors,
        bool all
    ) external view returns (bool confirmed) {
        uint256 count = inspectors.length;
        require(count <= MAX_INSPECTORS, Inspections_TooManyInspectors(count, MAX_INSPECTORS));

        for (uint256 i = 0; i < count; ++i) {
            confirmed = _confirms(_inspections[nodeId][inspectors[i]], attributes);
            if (confirmed != all) break;
        }
    }

    /// @inheritdoc IInspections
    function inspectionOf(uint64 nodeId, address inspector) external view returns (Inspection memory inspection) {
        return _inspections[nodeId][inspector];
    }

    /// @inheritdoc IInspections
    function statementDigest(Statement calldata statement) external view returns (bytes32 digest) {
        return _digestOf(statement);
    }

    // ─── EVERYBODY ───

    /// @inheritdoc IInspections
    function bring(address inspector, Statement calldata statement, bytes calldata signature) external {
        (uint64 nodeId, uint48 issuedAt, uint48 expiresAt) = (
            statement.nodeId,
            statement.issuedAt,
            statement.expiresAt
        );
        require(nodeId != 0 && nodeId <= NODES.nodeCount(), Inspections_UnknownNode(nodeId));
        require(issuedAt <= block.timestamp, Inspections_NotYetIssued(issuedAt, block.timestamp));
        require(block.timestamp < expiresAt, Inspections_Expired(expiresAt, block.timestamp));
        uint48 latest = _inspections[nodeId][inspector].issuedAt;
        require(issuedAt > latest, Inspections_Superseded(nodeId, inspector, issuedAt, latest));
        bool signed = SignatureChecker.isValidSignatureNowCalldata(inspector, _digestOf(statement), signature);
        require(signed, Inspections_WrongSignature(inspector));

        _inspections[nodeId][inspector] = Inspection({
            attributes: statement.attributes,
            issuedAt: issuedAt,
            expiresAt: expiresAt
        });
        emit NodeInspected({
            nodeId: nodeId,
            inspector: inspector,
            attributes: statement.attributes,
            issuedAt: issuedAt,
            expiresAt: expiresAt
        });
    }

    // ─── INSPECTORS ───

    /// @inheritdoc IInspections
    function revoke(uint64 nodeId) external {
        _inspections[nodeId][msg.sender] = Inspection({
            attributes: 0,
            issuedAt: block.timestamp.toUint48(),
            expiresAt: 0
        });
        emit InspectionRevoked(nodeId, msg.sender);
    }

    // ─── INTERNAL ───

    function _confirms(Inspection storage inspection, uint256 attributes) private view returns (bool confirms) {
        return block.timestamp < inspection.expiresAt && inspection.attributes & attributes == attributes;
    }

    function _digestOf(Statement calldata statement) private view returns (bytes32 digest) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        INSPECTION_TYPEHASH,
                        statement.nodeId,
                        statement.attributes,
                        statement.issuedAt,
                        statement.expiresAt
                    )
                )
            );
    }
}
