// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../../verifiers/IKernel.sol";
import {Range} from "../../verifiers/TensorTypes.sol";

/// @title MisbehavedKernel
/// @notice Pure, but not total: breaks one rule of `IKernel`, chosen by its parameters `abi.encode(Function, Fault)`.
contract MisbehavedKernel is IKernel {
    enum Function {
        First,
        Reads,
        Compute
    }

    enum Fault {
        None,
        Reverts,
        BurnsGas,
        ReturnsBomb,
        ReturnsNothing,
        ReturnsOffset,
        ReturnsTrailing,
        ReturnsShort,
        ReturnsHugeLength,
        TooMany,
        Stops,
        RangeTooLarge,
        StartTooLarge,
        Unaligned,
        AcrossRegions,
        TooManyWords,
        LaneTooWide
    }

    error MisbehavedKernel_AsAsked();

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64, uint16) external pure returns (Range[] memory range) {
        Fault fault = _misbehave(params, Function.First);
        if (fault == Fault.TooMany) return new Range[](2);
        if (fault == Fault.None) return range;
        return _ranges(fault);
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata
    ) external pure returns (Range[] memory ranges) {
        Fault fault = _misbehave(params, Function.Reads);
        if (fault == Fault.TooMany) return new Range[](9);
        if (fault == Fault.None) return ranges;
        return _ranges(fault);
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata
    ) external pure returns (bytes32[] memory result) {
        Fault fault = _misbehave(params, Function.Compute);
        result = new bytes32[](fault == Fault.TooMany ? 2 : 1);
        if (fault == Fault.LaneTooWide) result[0] = bytes32(uint256(1 << 32));
    }

    function _ranges(Fault fault) private pure returns (Range[] memory ranges) {
        ranges = new Range[](fault == Fault.TooManyWords ? 3 : 1);
        if (fault == Fault.RangeTooLarge) ranges[0] = Range({start: 0, log2: 9});
        if (fault == Fault.Unaligned) ranges[0] = Range({start: 1, log2: 1});
        if (fault == Fault.AcrossRegions) ranges[0] = Range({start: 0, log2: 6});
        if (fault == Fault.TooManyWords) for (uint256 i = 0; i < 3; ++i) ranges[i] = Range({start: 1 << 40, log2: 8});
        if (fault == Fault.StartTooLarge) {
            assembly ("memory-safe") {
                // Return data of one range that starts at 2^64.
                mstore(0, 32)
                mstore(32, 1)
                let data := mload(0x40)
                mcopy(data, 0, 64)
                mstore(add(data, 64), shl(64, 1))
                mstore(add(data, 96), 0)
                return(data, 128)
            }
        }
    }

    function _misbehave(bytes calldata params, Function here) private pure returns (Fault) {
        (Function where, Fault fault) = abi.decode(params, (Function, Fault));
        if (where != here) return Fault.None;
        if (fault == Fault.Reverts) revert MisbehavedKernel_AsAsked();
        if (fault == Fault.BurnsGas) {
            for (uint256 i = 0; i != type(uint256).max; ++i) continue;
        }
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, 32)
            mstore(add(data, 32), 1)
            mstore(add(data, 64), 0)
            mstore(add(data, 96), 0)
            switch fault
            case 3 {
                return(0, 300000)
            }
            case 4 {
                return(0, 0)
            }
            case 5 {
                mstore(data, 33)
                return(data, 96)
            }
            case 6 {
                return(data, 97)
            }
            case 7 {
                return(data, 95)
            }
            case 8 {
                // Times 32 this wraps to 32.
                mstore(add(data, 32), add(shl(251, 1), 1))
                return(data, 96)
            }
            case 10 {
                stop()
            }
        }
        return fault;
    }
}
