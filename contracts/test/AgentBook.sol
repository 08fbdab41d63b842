// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Stands in for the node registry where a test is about claims: says whose agent may answer.
contract AgentBook {
    mapping(uint64 nodeId => address agent) public agentOf;

    function setAgent(uint64 nodeId, address agent) external {
        agentOf[nodeId] = agent;
    }
}
