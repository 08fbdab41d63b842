/** A fault put in on purpose, and the test that must fail with it. */
export interface Mutant {
  /** Promise that it breaks. */
  readonly promise: string;
  readonly file: string;
  /** Stands once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly test: string;
  /** Names of tests to run; all of the file else. */
  readonly grep?: string;
}

const WHOLE_SYSTEM = "test/invariants/Invariants.test.ts";
const STAKING = "contracts/staking/StakingRegistry.sol";
const SETTLEMENT = "contracts/settlement/BurnMintSettlement.sol";
const LEASES = "contracts/market/LeaseMarket.sol";
const CHECKS = "contracts/checks/CheckGame.sol";
const RESULT_CHECKS = "contracts/checks/ResultChecks.sol";
const RUN_CHECKS = "contracts/checks/RunChecks.sol";
const SEATS = "contracts/checks/CheckSeats.sol";

/** One at least for each promise. Each was seen to be caught. */
export const MUTANTS: readonly Mutant[] = [
  {
    promise: "I1",
    file: "contracts/settlement/EpochClose.sol",
    find: "book.bank -= closing.reserved;",
    replace: "",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I2",
    file: SETTLEMENT,
    find: "_totals.gross = uint128(total);",
    replace: "",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I2",
    file: STAKING,
    find: "_totalHeld -= toSettlement + toReporter;",
    replace: "_totalHeld -= toSettlement;",
    test: "test/staking/StakingRegistry.property.test.ts",
  },
  {
    promise: "I3",
    file: "contracts/settlement/Redemption.sol",
    find: "mill = Math.min(par, share);",
    replace: "mill = par;",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I4",
    file: STAKING,
    find: "function withdraw() external returns",
    replace: "function withdraw() external whenEntriesOpen returns",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I5",
    file: "contracts/staking/SlashTable.sol",
    find: "takenPpm: 200_000, buyerPpm: 800_000",
    replace: "takenPpm: 200_000, buyerPpm: 900_000",
    test: "test/staking/SlashTable.test.ts",
  },
  {
    promise: "I5",
    file: STAKING,
    find: "burned += fromDelegated;",
    replace: "",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I9",
    file: "contracts/market/TaskBook.sol",
    find: "_SETTLEMENT.refund(order.snapshot.buyer, escrow);",
    replace: "",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I6",
    file: "contracts/claims/ResultClaims.sol",
    find: "require(_isWrong(claim, target, witness), ResultClaims_WordIsRight());",
    replace: "_isWrong(claim, target, witness);",
    test: "test/claims/ResultClaims.game.test.ts",
  },
  {
    promise: "I7",
    file: "contracts/uptime/UptimeProofs.sol",
    find: "require(isOfOne && firstHash != secondHash, UptimeProofs_NoContradiction());",
    replace: "require(isOfOne, UptimeProofs_NoContradiction());",
    test: "test/uptime/Contradictions.test.ts",
  },
  {
    promise: "I7",
    file: "contracts/uptime/UptimeOracle.sol",
    find: "        require(epoch < nextSetEpoch(), UptimeOracle_EpochNotBegun(epoch));\n",
    replace: "",
    test: "test/uptime/Borders.test.ts",
  },
  {
    promise: "I8",
    file: "contracts/uptime/UptimeRewards.sol",
    find: "_payments[epoch].paid |= bit;",
    replace: "",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I8",
    file: "contracts/uptime/UptimeRewards.sol",
    find: "        purse.paid += more;\n",
    replace: "",
    test: "test/uptime/RewardBatches.test.ts",
  },
  {
    promise: "I9",
    file: LEASES,
    find: "if (refunded != 0) _SETTLEMENT.refund(buyer, refunded);",
    replace: "",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I10",
    file: LEASES,
    find: "paid, lease.feePpm);",
    replace: "paid, _SETTLEMENT.feePpm());",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I11",
    file: LEASES,
    find: "_checkStatus(leaseId, lease, _CLOSABLE);\n        _checkBuyer(lease);",
    replace: "_checkStatus(leaseId, lease, _CLOSABLE);",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I12",
    file: "contracts/market/TaskBook.sol",
    find: "taskId = ++_taskCount;",
    replace:
      "taskId = ++_taskCount;\n        for (uint256 i = 0; i < 12_000 * taskId; ++i) _taskCount = uint64(taskId);",
    test: WHOLE_SYSTEM,
  },
  {
    promise: "I6",
    file: "contracts/capacity/CapacityProofs.sol",
    find: "if (committed == computed) continue;",
    replace: "if (committed == committed) continue;",
    test: "test/capacity/CapacityProofs.test.ts",
    grep: "a wrong entry",
  },
  {
    promise: "I10",
    file: "contracts/hardware/HardwareCatalog.sol",
    find: "uint32 fromEpoch = _currentEpoch() + 1;",
    replace: "uint32 fromEpoch = _currentEpoch();",
    test: "test/hardware/HardwareCatalog.test.ts",
    grep: "challengeSizeAt",
  },
  {
    promise: "I13",
    file: RESULT_CHECKS,
    find: "require(_isWrong(claim, target, witness), ResultChecks_WordIsRight());",
    replace: "_isWrong(claim, target, witness);",
    test: "test/checks/ResultChecks.test.ts",
    grep: "convict",
  },
  {
    promise: "I13",
    file: RESULT_CHECKS,
    find: "TraceTree.foldWord(salted, position, opening.saltedSiblings) == trees.salted",
    replace: "TraceTree.foldWord(salted, position, opening.saltedSiblings) != 0",
    test: "test/checks/ResultChecks.test.ts",
    grep: "vouch",
  },
  {
    promise: "I13",
    file: CHECKS,
    find: "else if (charges) _charge(",
    replace: "else _charge(",
    test: "test/checks/ResultChecks.test.ts",
    grep: "settle",
  },
  {
    promise: "I13",
    file: RUN_CHECKS,
    find: "index: count > 1 ? position + 1 : 0,",
    replace: "index: position,",
    test: "test/checks/RunChecks.test.ts",
    grep: "vouch",
  },
  {
    promise: "I13",
    file: SEATS,
    find: "takenAt < postedAt",
    replace: "takenAt <= postedAt",
    test: "test/checks/CheckSeats.test.ts",
    grep: "drawn",
  },
  {
    promise: "I13",
    file: SEATS,
    find: "(leftAt == 0 || leftAt >= postedAt)",
    replace: "leftAt == 0",
    test: "test/checks/CheckSeats.test.ts",
    grep: "drawn",
  },
  {
    promise: "I13",
    file: SEATS,
    find: "uint256(seat.leftAt) + _LEAVE_SECONDS",
    replace: "uint256(seat.leftAt)",
    test: "test/checks/CheckSeats.test.ts",
    grep: "releaseSeat",
  },
];
