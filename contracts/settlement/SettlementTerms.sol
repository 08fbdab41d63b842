// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {MAX_PPM} from "../common/Units.sol";
import {FeeBounds} from "./FeeBounds.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";

/// @title SettlementTerms
/// @notice See `ISettlementTerms`.
contract SettlementTerms is ISettlementTerms, AccessManaged {
    using Checkpoints for Checkpoints.Trace224;
    using EpochClock for EpochClock.Clock;

    /// @notice φ at least, see `FeeBounds`.
    uint32 public constant MIN_FEE_PPM = FeeBounds.MIN_PPM;
    /// @notice φ at most.
    uint32 public constant MAX_FEE_PPM = FeeBounds.MAX_PPM;
    /// @notice s at most.
    uint32 public constant MAX_SPREAD_PPM = 50_000;
    /// @notice The hourly cap's share of `L`, at least: purchases can be slowed, not stopped.
    uint32 public constant MIN_HOURLY_CAP_PPM = 10_000;
    /// @notice The hourly cap's floor, at least.
    uint128 public constant MIN_HOURLY_CAP_FLOOR = 1_000e18;
    /// @notice The hourly cap's floor, at most.
    uint128 public constant MAX_HOURLY_CAP_FLOOR = 100_000_000e18;
    /// @notice γ at most: at least a tenth of what fees burn never comes back (7).
    uint32 public constant MAX_GAMMA_PPM = 900_000;
    /// @notice τ at most.
    uint32 public constant MAX_TAU_PPM = 500_000;
    /// @notice κ at most, 1/30.
    uint32 public constant MAX_KAPPA_PPM = 33_333;
    /// @notice The buffer at least.
    uint32 public constant MIN_BUFFER_PPM = 250_000;
    /// @notice The buffer at most.
    uint32 public constant MAX_BUFFER_PPM = 10_000_000;
    /// @notice The nodes' share at least.
    uint32 public constant MIN_AVAILABILITY_PPM = 500_000;
    /// @notice The attestors', the checkers' and the ecosystem's share at most, each.
    uint32 public constant MAX_OTHER_SHARE_PPM = 200_000;

    EpochClock.Clock private _clock;
    TradeTerms private _tradeTerms;
    /// @dev Terms of closes by their first epoch; seven fields of 32 bits fill a value of 224 exactly.
    Checkpoints.Trace224 private _closeTerms;

    constructor(
        address authority,
        EpochClock.Clock memory clock,
        TradeTerms memory tradeTerms_,
        CloseTerms memory closeTerms_
    ) AccessManaged(authority) {
        EpochClock.validate(clock);
        _clock = clock;
        _setTradeTerms(tradeTerms_);
        _setCloseTerms(closeTerms_, 0);
    }

    // ─── READ ───

    /// @inheritdoc ISettlementTerms
    function feePpm() external view returns (uint32 fee) {
        return _tradeTerms.feePpm;
    }

    /// @inheritdoc ISettlementTerms
    function tradeTerms() external view returns (TradeTerms memory terms) {
        return _tradeTerms;
    }

    /// @inheritdoc ISettlementTerms
    function closeTermsAt(uint32 epoch) external view returns (CloseTerms memory terms) {
        uint224 packed = _closeTerms.upperLookupRecent(epoch);
        terms.gammaPpm = uint32(packed); // each cast takes the lowest 32 bits of what is left
        terms.tauPpm = uint32(packed >> 32);
        terms.kappaPpm = uint32(packed >> 64);
        terms.bufferPpm = uint32(packed >> 96);
        terms.availabilityPpm = uint32(packed >> 128);
        terms.attestorsPpm = uint32(packed >> 160);
        terms.checksPpm = uint32(packed >> 192);
    }

    // ─── GOVERNANCE ───

    /// @inheritdoc ISettlementTerms
    function setTradeTerms(TradeTerms calldata newTerms) external restricted {
        _setTradeTerms(newTerms);
    }

    /// @inheritdoc ISettlementTerms
    function setCloseTerms(CloseTerms calldata newTerms) external restricted {
        _setCloseTerms(newTerms, _clock.epochAtDown(block.timestamp) + 1);
    }

    // ─── INTERNAL ───

    function _setTradeTerms(TradeTerms memory terms) private {
        _checkBounds("feePpm", terms.feePpm, MIN_FEE_PPM, MAX_FEE_PPM);
        _checkBounds("spreadPpm", terms.spreadPpm, 0, MAX_SPREAD_PPM);
        _checkBounds("hourlyCapPpm", terms.hourlyCapPpm, MIN_HOURLY_CAP_PPM, MAX_PPM);
        _checkBounds("hourlyCapFloor", terms.hourlyCapFloor, MIN_HOURLY_CAP_FLOOR, MAX_HOURLY_CAP_FLOOR);
        _tradeTerms = terms;
        emit TradeTermsSet(terms);
    }

    function _setCloseTerms(CloseTerms memory terms, uint32 fromEpoch) private {
        _checkBounds("gammaPpm", terms.gammaPpm, 0, MAX_GAMMA_PPM);
        _checkBounds("tauPpm", terms.tauPpm, 0, MAX_TAU_PPM);
        _checkBounds("kappaPpm", terms.kappaPpm, 0, MAX_KAPPA_PPM);
        _checkBounds("bufferPpm", terms.bufferPpm, MIN_BUFFER_PPM, MAX_BUFFER_PPM);
        _checkBounds("availabilityPpm", terms.availabilityPpm, MIN_AVAILABILITY_PPM, MAX_PPM);
        _checkBounds("attestorsPpm", terms.attestorsPpm, 0, MAX_OTHER_SHARE_PPM);
        _checkBounds("checksPpm", terms.checksPpm, 0, MAX_OTHER_SHARE_PPM);
        uint256 sum = uint256(terms.availabilityPpm) + terms.attestorsPpm + terms.checksPpm;
        _checkBounds("sum of shares", sum, MAX_PPM - MAX_OTHER_SHARE_PPM, MAX_PPM);
        _closeTerms.push(fromEpoch, _pack(terms));
        emit CloseTermsSet(fromEpoch, terms);
    }

    function _pack(CloseTerms memory terms) private pure returns (uint224 packed) {
        packed = terms.checksPpm;
        packed = (packed << 32) | terms.attestorsPpm;
        packed = (packed << 32) | terms.availabilityPpm;
        packed = (packed << 32) | terms.bufferPpm;
        packed = (packed << 32) | terms.kappaPpm;
        packed = (packed << 32) | terms.tauPpm;
        packed = (packed << 32) | terms.gammaPpm;
    }

    function _checkBounds(string memory name, uint256 given, uint256 min, uint256 max) private pure {
        require(given >= min && given <= max, SettlementTerms_OutOfBounds(name, given, min, max));
    }
}
