// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUptimeOracle} from "./IUptimeOracle.sol";
import {IUptimeReceipts} from "./IUptimeReceipts.sol";
import {UptimeEvidence} from "./UptimeEvidence.sol";

/// @title UptimeReceipts
/// @notice See `IUptimeReceipts`.
contract UptimeReceipts is IUptimeReceipts {
    using UptimeEvidence for UptimeEvidence.Receipt;

    IUptimeOracle private immutable _ORACLE;

    mapping(uint32 epoch => mapping(uint64 nodeId => uint256 seen)) private _seen;

    constructor(IUptimeOracle oracle) {
        require(address(oracle) != address(0), UptimeReceipts_ZeroAddress());
        _ORACLE = oracle;
    }

    /// @inheritdoc IUptimeReceipts
    function show(
        uint32 epoch,
        uint64 nodeId,
        uint8[] calldata slots,
        UptimeEvidence.Receipt[] calldata receipts
    ) external returns (uint256 seen) {
        bool isOneEach = slots.length != 0 && slots.length == receipts.length;
        require(isOneEach, UptimeReceipts_WrongCount(slots.length, receipts.length));
        seen = _seen[epoch][nodeId];
        for (uint256 i = 0; i < slots.length; ++i) {
            receipts[i].checkReceipt(_ORACLE, nodeId, epoch, slots[i]);
            seen |= 1 << slots[i];
        }
        _seen[epoch][nodeId] = seen;
        emit ReceiptsShown({epoch: epoch, nodeId: nodeId, seen: seen});
    }

    /// @inheritdoc IUptimeReceipts
    function seenOf(uint32 epoch, uint64 nodeId) external view returns (uint256 seen) {
        return _seen[epoch][nodeId];
    }
}
