// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";

/// @title UptimeWorld
/// @notice All that the uptime contracts call, as facts that a test states: token, settlement, staking, hardware.
contract UptimeWorld is ERC20Burnable {
    EpochClock.Clock private _clock;
    uint32 public nextEpochToClose;
    mapping(uint32 epoch => uint128[2] pots) private _pots;
    mapping(address provider => uint256 mill) public active;
    mapping(address provider => uint256 mill) public bonded;
    mapping(address provider => bool has) public hasDelegators;
    mapping(address provider => uint256 mill) public rewarded;
    bytes32 private _registryDigest;
    uint64 private _nodeCount;
    mapping(uint64 nodeId => INodeRegistry.Node node) private _nodes;
    mapping(uint64 nodeId => address agent) private _agents;
    mapping(uint64 nodeId => bool isPaused) private _paused;
    mapping(uint64 nodeId => bool isWeak) private _weak;

    event Slashed(SlashTable.Offence offence, address provider, uint256 mill, address buyer, address reporter);

    constructor(uint48 genesisAt, uint32 epochSeconds, uint16 slotsPerEpoch) ERC20("MILL", "MILL") {
        _clock = EpochClock.Clock(genesisAt, epochSeconds, slotsPerEpoch);
    }

    function setNodes(bytes32 registryDigest, uint64 nodeCount) external {
        (_registryDigest, _nodeCount) = (registryDigest, nodeCount);
    }

    function setNode(uint64 nodeId, address provider, uint16 units, address agent) external {
        _nodes[nodeId].provider = provider;
        _nodes[nodeId].units = units;
        _agents[nodeId] = agent;
    }

    function nodeOf(uint64 nodeId) external view returns (INodeRegistry.Node memory node) {
        return _nodes[nodeId];
    }

    function agentAt(uint64 nodeId, uint32) external view returns (address agent) {
        return _agents[nodeId];
    }

    function setPaused(uint64 nodeId, bool isPaused) external {
        _paused[nodeId] = isPaused;
    }

    function setWeak(uint64 nodeId, bool isWeak) external {
        _weak[nodeId] = isWeak;
    }

    function statusOf(uint64 nodeId) external view returns (INodeRegistry.Status status) {
        return _paused[nodeId] ? INodeRegistry.Status.Draining : INodeRegistry.Status.Active;
    }

    function hasCapacity(uint64 nodeId, uint32) external view returns (bool capable) {
        return !_weak[nodeId];
    }

    function weightAt(uint16, uint32) external pure returns (uint32 weight) {
        return 100;
    }

    function setActive(address provider, uint256 mill) external {
        active[provider] = mill;
    }

    function setDelegators(address provider, bool has) external {
        hasDelegators[provider] = has;
    }

    function reward(address provider, uint256 mill) external {
        rewarded[provider] += mill;
    }

    function mint(address to, uint256 mill) external {
        _mint(to, mill);
    }

    function close(uint128 availability, uint128 attestors, address payee) external {
        _pots[nextEpochToClose++] = [availability, attestors];
        _mint(payee, uint256(availability) + attestors);
    }

    function bond(address provider, uint256 mill) external {
        active[provider] -= mill;
        bonded[provider] += mill;
    }

    function unbond(address provider, uint256 mill) external {
        bonded[provider] -= mill;
        active[provider] += mill;
    }

    function slashBond(
        SlashTable.Offence offence,
        address provider,
        uint256 mill,
        address buyer,
        address reporter
    ) external returns (uint256 toBuyer, uint256 toReporter, uint256 burned) {
        bonded[provider] -= mill;
        emit Slashed(offence, provider, mill, buyer, reporter);
        return (0, 0, mill);
    }

    function clock() external view returns (EpochClock.Clock memory) {
        return _clock;
    }

    function potOf(uint32 epoch) external view returns (uint128 availability, uint128 attestors) {
        return (_pots[epoch][0], _pots[epoch][1]);
    }

    function payoutOf(address account) external pure returns (address receiver) {
        return account;
    }

    function registryAt(uint32) external view returns (bytes32 digest, uint64 count) {
        return (_registryDigest, _nodeCount);
    }
}
