// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Terms} from "../claims/ClaimTypes.sol";
import {IRunClaims} from "../claims/IRunClaims.sol";
import {Run} from "../claims/RunTypes.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {MachineProgram} from "../verifiers/MachineTypes.sol";
import {ClaimMarket} from "./ClaimMarket.sol";
import {IMachineMarket} from "./IMachineMarket.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {TaskBook} from "./TaskBook.sol";

/// @title MachineMarket
/// @notice See `IMachineMarket`.
contract MachineMarket is IMachineMarket, ClaimMarket {
    IRunClaims private immutable _CLAIMS;

    /// @notice Fixes the contracts below and sets the first bond rule.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL
    /// @param settlement Credits
    /// @param staking Bonds
    /// @param nodes Hardware
    /// @param traits What orders may ask of a node
    /// @param claims Runs
    /// @param rule First bond rule
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        INodeTraits traits,
        IRunClaims claims,
        BondRule memory rule
    ) TaskBook(authority, token, settlement, staking, nodes, traits, rule) ClaimMarket(claims) {
        _CLAIMS = claims;
    }

    // ─── BUYER ───

    /// @inheritdoc IMachineMarket
    function open(
        TaskTerms calldata terms,
        MachineProgram calldata program
    ) external whenEntriesOpen returns (uint256 taskId) {
        _checkTerms(terms);
        bytes32 given = _CLAIMS.checkProgram(program);
        require(given == terms.programHash, MachineMarket_WrongProgram(given, terms.programHash));

        emit MachineProgramNamed({taskId: _nextTaskId(), program: program});
        return _list(terms, terms.maxPrice);
    }

    // ─── PROVIDER ───

    /// @inheritdoc IMachineMarket
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        MachineProgram calldata program,
        Run calldata run
    ) external {
        (Task storage task, uint256 claimId, Terms memory claimTerms) = _submit(taskId, order);
        emit RunSubmitted({taskId: taskId, attempt: task.attempt, claimId: claimId});

        _CLAIMS.post(claimId, claimTerms, task.nodeId, program, run);
    }
}
