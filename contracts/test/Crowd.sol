// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {ILeaseMarket} from "../market/ILeaseMarket.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";

/// @dev One of a crowd: a provider of one node that also delegates.
contract CrowdMember {
    function join(
        IERC20 token,
        IStakingRegistry staking,
        INodeRegistry nodes,
        INodeRegistry.Ask calldata ask,
        uint256 mill,
        address provider
    ) external {
        token.approve(address(staking), 2 * mill);
        staking.register("");
        staking.stake(mill);
        INodeRegistry.NodeDetails memory details;
        nodes.addNode(1, 1, address(this), details, ask, "");
        staking.delegate(provider, mill);
    }
}

/// @dev Fills a deployment with many providers, nodes, delegators and leases, some dozens a call.
contract Crowd {
    address private immutable _MEMBER = address(new CrowdMember());

    function enlist(
        IERC20 token,
        IStakingRegistry staking,
        INodeRegistry nodes,
        INodeRegistry.Ask calldata ask,
        uint256 mill,
        address provider,
        uint256 count
    ) external {
        for (uint256 i = 0; i < count; ++i) {
            CrowdMember member = CrowdMember(Clones.clone(_MEMBER));
            token.transfer(address(member), 2 * mill);
            member.join(token, staking, nodes, ask, mill, provider);
        }
    }

    function buy(IERC20 token, IBurnMintSettlement settlement, uint256 mill) external {
        token.approve(address(settlement), mill);
        settlement.buy(mill, 0, 0);
    }

    function hire(ILeaseMarket leases, uint64 firstNodeId, uint256 count, uint32 leaseSeconds) external {
        for (uint256 i = 0; i < count; ++i) {
            leases.hire(uint64(firstNodeId + i), 1, leaseSeconds, type(uint96).max);
        }
    }
}
