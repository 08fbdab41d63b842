// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MAX_PPM, Units, WAD} from "../common/Units.sol";
import {ITaskBook} from "./ITaskBook.sol";
import {NodeFilter} from "./NodeFilter.sol";

/// @title OrderTerms
/// @notice The rules of an order: what its terms may be, what it pays at a time, what bond it takes, which nodes it
/// fits.
library OrderTerms {
    using SafeCast for uint256;

    /// @notice Length of `dataUri` in bytes: every client must be able to hold it.
    uint256 internal constant MAX_URI_BYTES = 256;

    /// @notice Longest acknowledgement, during which a provider blocks an order at no risk.
    uint32 internal constant MAX_ACK_SECONDS = 1 days;

    /// @notice Longest work.
    uint32 internal constant MAX_WORK_SECONDS = 365 days;

    /// @notice Longest challenge window and longest response.
    uint32 internal constant MAX_CLAIM_SECONDS = 30 days;

    /// @notice `r` of (9): what a cheat gets back of its own bond by buying its own work (20 %) and proving itself
    /// wrong (30 %).
    uint32 internal constant RECOVERABLE_PPM = 500_000;

    // ─── TERMS ───

    /// @notice Reverts unless terms are within their bounds.
    /// @param terms The terms
    function check(ITaskBook.TaskTerms calldata terms) internal view {
        checkBounds("units", terms.units, 1, type(uint16).max);
        checkBounds("nodeIds", terms.nodeIds.length, 0, NodeFilter.MAX_NODES);
        checkBounds("maxPrice", terms.maxPrice, 1, type(uint96).max);
        checkBounds("startPrice", terms.startPrice, 1, terms.maxPrice);
        checkBounds("expiresAt", terms.expiresAt, block.timestamp + 1, type(uint48).max);
        checkBounds("ackSeconds", terms.ackSeconds, 1, MAX_ACK_SECONDS);
        checkBounds("workSeconds", terms.workSeconds, 1, MAX_WORK_SECONDS);
        checkBounds("dataUri", bytes(terms.dataUri).length, 0, MAX_URI_BYTES);
    }

    /// @notice Reverts unless the times of a result that can be challenged are within their bounds.
    /// @param terms The terms
    /// @param minResponseSeconds Least time to respond, but for small jobs
    function checkClaim(ITaskBook.TaskTerms calldata terms, uint32 minResponseSeconds) internal pure {
        checkBounds("windowSeconds", terms.windowSeconds, 1, MAX_CLAIM_SECONDS);
        uint32 least = terms.isSmallJob ? 1 : minResponseSeconds;
        checkBounds("responseSeconds", terms.responseSeconds, least, MAX_CLAIM_SECONDS);
    }

    /// @notice Hash of an order.
    /// @param order The order
    /// @return orderHash The hash
    function hash(ITaskBook.TaskOrder calldata order) internal pure returns (bytes32 orderHash) {
        return keccak256(abi.encode(order.terms, order.snapshot));
    }

    /// @notice The bytes that `TaskOpened` logs, and whose hash is the order's.
    /// @param terms The terms
    /// @param snapshot The snapshot
    /// @return data The bytes
    function encode(
        ITaskBook.TaskTerms calldata terms,
        ITaskBook.TaskSnapshot memory snapshot
    ) internal pure returns (bytes memory data) {
        return abi.encode(terms, snapshot);
    }

    // ─── PRICE ───

    /// @notice What an order pays a given time after its opening: a straight climb from start to max. Rounded down, so
    /// the provider, who chooses the second, gains nothing from rounding.
    /// @param terms The order's terms
    /// @param elapsedSeconds Time since the opening
    /// @return price Credits
    function priceAfterDown(
        ITaskBook.TaskTerms calldata terms,
        uint256 elapsedSeconds
    ) internal pure returns (uint96 price) {
        if (elapsedSeconds >= terms.rampSeconds) return terms.maxPrice;
        uint256 range = Math.saturatingSub(terms.maxPrice, terms.startPrice);
        uint256 climb = Units.mulDivDown(range, elapsedSeconds, terms.rampSeconds);
        return (terms.startPrice + climb).toUint96();
    }

    // ─── BOND ───

    /// @notice Equation (9): `bond ≥ max(floor, (c / p − fee + V · (1 − p) / p) / (1 − r))` with `c = fee = price`,
    /// which is `(price + V) · (1 − p) / (p · (1 − r))`: cheating must cost more than the work saved and the value
    /// gained outside. Rounded up at each step, against the provider.
    /// @param snapshot The order's snapshot
    /// @param outsideValue `V`, credits
    /// @param price What the provider is paid, credits
    /// @param millPriceWad USD per MILL, WAD
    /// @return bond MILL
    function bondUp(
        ITaskBook.TaskSnapshot calldata snapshot,
        uint96 outsideValue,
        uint96 price,
        uint256 millPriceWad
    ) internal pure returns (uint96 bond) {
        ITaskBook.BondRule calldata rule = snapshot.bondRule;
        // Also asked about orders that nobody opened.
        checkBounds("detectionPpm", rule.detectionPpm, 1, MAX_PPM);
        uint256 gain = uint256(price) + outsideValue;
        uint256 atRisk = Units.mulDivUp(gain, MAX_PPM - rule.detectionPpm, rule.detectionPpm);
        uint256 credits = Units.mulDivUp(atRisk, MAX_PPM, MAX_PPM - RECOVERABLE_PPM);
        uint256 mill = Units.mulDivUp(credits, WAD, millPriceWad);
        return (mill > rule.floor ? mill : rule.floor).toUint96();
    }

    // ─── ELIGIBILITY ───

    /// @notice Reverts unless a node fits an order.
    /// @param terms The order's terms
    /// @param nodeId The node
    /// @param classId Its class
    function checkEligible(ITaskBook.TaskTerms calldata terms, uint64 nodeId, uint16 classId) internal pure {
        bool rightClass = terms.classId == 0 || terms.classId == classId;
        require(rightClass, ITaskBook.TaskMarket_WrongClass(nodeId, classId, terms.classId));
        require(NodeFilter.isListed(terms.nodeIds, nodeId), ITaskBook.TaskMarket_NodeNotListed(nodeId));
    }

    /// @notice Reverts unless a value is within its bounds.
    /// @param name Which value
    /// @param value What was given
    /// @param min The least allowed
    /// @param max The most allowed
    function checkBounds(string memory name, uint256 value, uint256 min, uint256 max) internal pure {
        require(value >= min && value <= max, ITaskBook.TaskMarket_TermOutOfBounds(name, value, min, max));
    }
}
