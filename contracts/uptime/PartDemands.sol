// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IUptimeChallenges} from "./IUptimeChallenges.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {UptimeLeaf} from "./UptimeLeaf.sol";

/// @title PartDemands
/// @notice The half of the challenges that is about a report as a whole: parts of it that nobody shows; and what both
/// halves share, the time for an answer and the coin that is owed. See `IUptimeChallenges`.
abstract contract PartDemands is IUptimeChallenges {
    using SafeCast for uint256;
    using UptimeLeaf for IUptimeOracle.Leaf;

    /// @notice Part of the window in which an answer is due: one over this.
    uint32 public constant ANSWER_DIVISOR = 4;

    /// @notice Bytes of a chunk of the data file; the last one may be shorter.
    uint256 public constant CHUNK_BYTES = 1024;

    /// @notice Open demands to one epoch for which the fee grows by one bond.
    uint32 public constant DEMANDS_PER_STEP = 16;

    IUptimeOracle internal immutable _ORACLE;
    uint96 internal immutable _BOND_WEI;

    mapping(bytes32 demandId => Demand demand) private _demands;
    mapping(uint32 epoch => uint32 count) private _openDemands;
    mapping(address account => uint256 amountWei) internal _owed;

    constructor(IUptimeOracle oracle, uint96 newBondWei) {
        require(address(oracle) != address(0), UptimeChallenges_ZeroValue("oracle"));
        require(newBondWei != 0, UptimeChallenges_ZeroValue("bond"));
        (_ORACLE, _BOND_WEI) = (oracle, newBondWei);
    }

    // ─── MISSING DATA ───

    /// @inheritdoc IUptimeChallenges
    function demandPart(
        IUptimeOracle.Report calldata report,
        Part part,
        uint32 index
    ) external payable returns (bytes32 demandId) {
        uint96 feeWei = feeOf(report.epoch);
        require(msg.value == feeWei, UptimeChallenges_WrongBond(msg.value, feeWei));
        uint48 finalAt = _ORACLE.verifyPosted(report);
        bool exists = part == Part.DataChunk || index < report.nodeCount;
        demandId = demandIdOf(_ORACLE.reportHashOf(report), part, index);
        uint48 answerBy = _answerBy(report.epoch);
        // The report must still be open for as long again after the deadline: a part that is missing is no matter of
        // one leaf, and what is final never falls.
        bool inTime = answerBy + answerSecondsOf(report.epoch) <= finalAt;
        bool isNew = _demands[demandId].demander == address(0);
        require(exists && inTime && isNew, UptimeChallenges_CannotDemand(demandId, answerBy));

        _demands[demandId] = Demand({demander: msg.sender, answerBy: answerBy, feeWei: feeWei});
        ++_openDemands[report.epoch];
        emit PartDemanded({
            demandId: demandId,
            epoch: report.epoch,
            part: part,
            index: index,
            demander: msg.sender,
            feeWei: feeWei,
            answerBy: answerBy
        });
    }

    /// @inheritdoc IUptimeChallenges
    function showLeaf(
        IUptimeOracle.Report calldata report,
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof
    ) external {
        bytes32 demandId = demandIdOf(_ORACLE.reportHashOf(report), Part.Leaf, leaf.index);
        require(leaf.isUnder(proof, report.root), UptimeChallenges_WrongPart(demandId));
        _answer(demandId, report.epoch);
        emit LeafShown(demandId, leaf);
    }

    /// @inheritdoc IUptimeChallenges
    function showChunk(
        IUptimeOracle.Report calldata report,
        uint32 index,
        uint256 length,
        bytes32 chunksRoot,
        bytes calldata chunk,
        bytes32[] calldata proof
    ) external {
        bytes32 demandId = demandIdOf(_ORACLE.reportHashOf(report), Part.DataChunk, index);
        bool isIts = keccak256(abi.encode(length, chunksRoot)) == report.dataHash;
        uint256 start = uint256(index) * CHUNK_BYTES;
        if (start < length) {
            bytes32 leafHash = keccak256(bytes.concat(keccak256(abi.encode(index, keccak256(chunk)))));
            bool isWhole = chunk.length == Math.min(CHUNK_BYTES, length - start);
            isIts = isIts && isWhole && MerkleProof.verifyCalldata(proof, chunksRoot, leafHash);
        } else {
            isIts = isIts && chunk.length == 0;
        }
        require(isIts, UptimeChallenges_WrongPart(demandId));
        _answer(demandId, report.epoch);
        emit ChunkShown(demandId, length, chunk);
    }

    /// @inheritdoc IUptimeChallenges
    function voidMissing(IUptimeOracle.Report calldata report, Part part, uint32 index) external {
        _ORACLE.verifyPosted(report);
        bytes32 demandId = demandIdOf(_ORACLE.reportHashOf(report), part, index);
        Demand memory demand = _demands[demandId];
        bool isMissed = demand.demander != address(0) && block.timestamp >= demand.answerBy;
        require(isMissed, UptimeChallenges_NoDemand(demandId, demand.answerBy));

        _close(demandId, report.epoch, demand.demander);
        emit PartMissed(demandId);
        _ORACLE.voidReport({epoch: report.epoch, isFalse: false, reporter: demand.demander});
    }

    /// @inheritdoc IUptimeChallenges
    function returnFee(IUptimeOracle.Report calldata report, Part part, uint32 index) external {
        bytes32 reportHash = _ORACLE.reportHashOf(report);
        bytes32 demandId = demandIdOf(reportHash, part, index);
        Demand memory demand = _demands[demandId];
        uint32 epoch = report.epoch;
        bool isStanding = _ORACLE.reportHashAt(epoch) == reportHash && !_ORACLE.isFinal(epoch);
        bool isLeft = demand.demander != address(0) && block.timestamp >= demand.answerBy && !isStanding;
        require(isLeft, UptimeChallenges_NoDemand(demandId, demand.answerBy));

        _close(demandId, epoch, demand.demander);
        emit FeeReturned(demandId);
    }

    // ─── MONEY ───

    /// @inheritdoc IUptimeChallenges
    function withdraw(address payable account) external {
        uint256 amountWei = _owed[account];
        require(amountWei != 0, UptimeChallenges_NothingOwed(account));
        _owed[account] = 0;
        emit Withdrawn(account, amountWei);
        Address.sendValue(account, amountWei);
    }

    // ─── READ ───

    /// @inheritdoc IUptimeChallenges
    function demandOf(bytes32 demandId) external view returns (Demand memory demand) {
        return _demands[demandId];
    }

    /// @inheritdoc IUptimeChallenges
    function demandIdOf(bytes32 reportHash, Part part, uint32 index) public pure returns (bytes32 demandId) {
        return keccak256(abi.encode(reportHash, part, index));
    }

    /// @inheritdoc IUptimeChallenges
    function bondWei() external view returns (uint96 bond) {
        return _BOND_WEI;
    }

    /// @inheritdoc IUptimeChallenges
    function feeOf(uint32 epoch) public view returns (uint96 feeWei) {
        return _steppedWei(_openDemands[epoch], DEMANDS_PER_STEP);
    }

    /// @inheritdoc IUptimeChallenges
    function answerSecondsOf(uint32 epoch) public view returns (uint32 length) {
        return (_ORACLE.challengeSecondsOf(epoch) + ANSWER_DIVISOR - 1) / ANSWER_DIVISOR;
    }

    /// @inheritdoc IUptimeChallenges
    function owedTo(address account) external view returns (uint256 amountWei) {
        return _owed[account];
    }

    // ─── FOR THE OTHER HALF ───

    /// @dev From when on an answer to what is asked now of a report is too late.
    function _answerBy(uint32 epoch) internal view returns (uint48 answerBy) {
        return (block.timestamp + answerSecondsOf(epoch)).toUint48();
    }

    /// @dev The bond, and as much again for every so many questions that are open.
    function _steppedWei(uint32 open, uint32 perStep) internal view returns (uint96 valueWei) {
        return _BOND_WEI * (1 + open / perStep);
    }

    // ─── INTERNAL ───

    /// @dev Ends a demand in time and pays who answered.
    function _answer(bytes32 demandId, uint32 epoch) private {
        Demand memory demand = _demands[demandId];
        bool isOpen = demand.demander != address(0) && block.timestamp < demand.answerBy;
        require(isOpen, UptimeChallenges_NoDemand(demandId, demand.answerBy));
        _close(demandId, epoch, msg.sender);
    }

    /// @dev Ends a demand; its fee is owed to a payee.
    function _close(bytes32 demandId, uint32 epoch, address payee) private {
        _owed[payee] += _demands[demandId].feeWei;
        delete _demands[demandId];
        --_openDemands[epoch];
    }
}
