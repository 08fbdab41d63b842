// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IBeacon} from "./IBeacon.sol";
import {ICommitRevealBeacon} from "./ICommitRevealBeacon.sol";

/// @title CommitRevealBeacon
/// @notice See `ICommitRevealBeacon`.
contract CommitRevealBeacon is ICommitRevealBeacon {
    /// @dev What was revealed for a second.
    struct Mix {
        // slot 1
        bytes32 value; // sum without order: who reveals when makes no difference
        // slot 2: 4 bytes
        uint32 count;
    }

    uint32 private immutable _COMMIT_SECONDS;
    uint32 private immutable _REVEAL_SECONDS;
    uint96 private immutable _BOND_WEI;

    mapping(uint48 second => Mix mix) private _mixes;
    mapping(uint48 second => mapping(address account => bytes32 commitment)) private _commitments;

    /// @notice Fixes the phases and the bond.
    /// @param commitSeconds How long before a second it can be committed to
    /// @param revealSeconds How long after it can be revealed
    /// @param bond What a participant pays, in the native coin
    constructor(uint32 commitSeconds, uint32 revealSeconds, uint96 bond) {
        require(
            commitSeconds != 0 && revealSeconds != 0 && bond != 0,
            CommitRevealBeacon_BadRules(commitSeconds, revealSeconds, bond)
        );
        _COMMIT_SECONDS = commitSeconds;
        _REVEAL_SECONDS = revealSeconds;
        _BOND_WEI = bond;
    }

    // ─── READ ───

    /// @inheritdoc IBeacon
    function valueAt(uint48 second) external view returns (bytes32 value) {
        Mix storage mix = _mixes[second];
        if (mix.count == 0 || block.timestamp < _revealEnd(second)) return 0;
        return keccak256(abi.encode(mix.value, second));
    }

    /// @inheritdoc IBeacon
    function noticeSeconds() external view returns (uint32 seconds_) {
        return _COMMIT_SECONDS;
    }

    /// @inheritdoc IBeacon
    function delaySeconds() external view returns (uint32 seconds_) {
        return _REVEAL_SECONDS;
    }

    /// @inheritdoc ICommitRevealBeacon
    function commitmentOf(uint48 second, address account, bytes32 secret) public pure returns (bytes32 commitment) {
        return keccak256(abi.encode(second, account, secret));
    }

    /// @inheritdoc ICommitRevealBeacon
    function revealsOf(uint48 second) external view returns (uint32 count) {
        return _mixes[second].count;
    }

    /// @inheritdoc ICommitRevealBeacon
    function bondWei() external view returns (uint96 bond) {
        return _BOND_WEI;
    }

    // ─── PARTICIPANTS ───

    /// @inheritdoc ICommitRevealBeacon
    function commit(uint48 second, bytes32 commitment) external payable {
        _checkTime({from: second < _COMMIT_SECONDS ? 0 : second - _COMMIT_SECONDS, until: second});
        require(msg.value == _BOND_WEI, CommitRevealBeacon_WrongBond(msg.value, _BOND_WEI));
        bool isFirst = _commitments[second][msg.sender] == 0 && commitment != 0;
        require(isFirst, CommitRevealBeacon_CannotCommit(second, msg.sender));

        _commitments[second][msg.sender] = commitment;
        emit SecretCommitted({second: second, account: msg.sender, commitment: commitment});
    }

    /// @inheritdoc ICommitRevealBeacon
    function reveal(uint48 second, bytes32 secret) external {
        _checkTime({from: second, until: _revealEnd(second)});
        bytes32 commitment = commitmentOf(second, msg.sender, secret);
        require(_commitments[second][msg.sender] == commitment, CommitRevealBeacon_OtherSecret(second, msg.sender));

        // Not zero: that would let the account commit again, were the two phases ever to meet.
        _commitments[second][msg.sender] = bytes32(type(uint256).max);
        Mix storage mix = _mixes[second];
        mix.value ^= keccak256(abi.encode(msg.sender, secret));
        mix.count += 1;
        emit SecretRevealed({second: second, account: msg.sender, secret: secret});
        Address.sendValue(payable(msg.sender), _BOND_WEI);
    }

    // ─── INTERNAL ───

    function _revealEnd(uint48 second) private view returns (uint256 end) {
        return uint256(second) + _REVEAL_SECONDS;
    }

    function _checkTime(uint256 from, uint256 until) private view {
        bool isNow = block.timestamp >= from && block.timestamp < until;
        require(isNow, CommitRevealBeacon_NotNow(from, until, block.timestamp));
    }
}
