// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {ProofCall} from "../verifiers/libraries/ProofCall.sol";
import {INodeTraits} from "./INodeTraits.sol";
import {IProofMarket} from "./IProofMarket.sol";
import {OrderTerms} from "./OrderTerms.sol";
import {TaskBook} from "./TaskBook.sol";

/// @title ProofMarket
/// @notice See `IProofMarket`.
contract ProofMarket is IProofMarket, TaskBook {
    using OrderTerms for TaskTerms;

    /// @notice Most gas that a verifier can use.
    uint256 public constant VERIFIER_GAS = ProofCall.GAS;

    /// @notice Fixes the contracts below and sets the first bond rule.
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL
    /// @param settlement Credits
    /// @param staking Bonds
    /// @param nodes Hardware
    /// @param traits What orders may ask of a node
    /// @param rule First bond rule
    constructor(
        address authority,
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        INodeTraits traits,
        BondRule memory rule
    ) TaskBook(authority, token, settlement, staking, nodes, traits, rule) {}

    // ─── BUYER ───

    /// @inheritdoc IProofMarket
    function open(
        TaskTerms calldata terms,
        ProofProgram calldata program
    ) external whenEntriesOpen returns (uint256 taskId) {
        terms.check();
        OrderTerms.checkBounds("windowSeconds", terms.windowSeconds, 0, 0);
        OrderTerms.checkBounds("responseSeconds", terms.responseSeconds, 0, 0);
        _checkProgram(program, terms.programHash);
        require(ProofCall.hasOwnCode(program.verifier), ProofMarket_NoCode(program.verifier));

        emit ProgramNamed({taskId: _nextTaskId(), program: program});
        return _list(terms, terms.maxPrice);
    }

    // ─── PROVIDER ───

    /// @inheritdoc IProofMarket
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        ProofProgram calldata program,
        bytes32 outputRoot,
        bytes calldata proof
    ) external {
        Task storage task = _load(taskId, order);
        _checkStatus(taskId, task, _WORKING);
        address provider = _providerOf(task.nodeId);
        _checkProvider(task.nodeId, provider);
        _checkProgram(program, order.terms.programHash);
        uint256 gasNeeded = ProofCall.GAS_NEEDED;
        require(gasleft() >= gasNeeded, ProofMarket_TooLittleGas(gasleft(), gasNeeded));
        bool holds = ProofCall.verify(program.verifier, program.programHash, order.terms.inputRoot, outputRoot, proof);
        require(holds, ProofMarket_NotProven(taskId, program.verifier));

        emit ResultProven({taskId: taskId, attempt: task.attempt, outputRoot: outputRoot});
        _finish(taskId, task, order, provider);
    }

    // ─── READ ───

    /// @inheritdoc IProofMarket
    function isProven(
        ProofProgram calldata program,
        bytes32 inputRoot,
        bytes32 outputRoot,
        bytes calldata proof
    ) external view returns (bool) {
        if (program.verifier.codehash != program.codeHash || !ProofCall.hasOwnCode(program.verifier)) return false;
        return ProofCall.verify(program.verifier, program.programHash, inputRoot, outputRoot, proof);
    }

    /// @inheritdoc IProofMarket
    function programHashOf(ProofProgram calldata program) public pure returns (bytes32 programHash) {
        return keccak256(abi.encode(program));
    }

    // ─── INTERNAL ───

    function _checkProgram(ProofProgram calldata program, bytes32 ordered) private view {
        bytes32 given = programHashOf(program);
        require(given == ordered, ProofMarket_WrongProgram(given, ordered));
        bytes32 codeHash = program.verifier.codehash;
        require(codeHash == program.codeHash, ProofMarket_WrongCode(program.verifier, codeHash, program.codeHash));
    }
}
