import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { changingFunctions, deployedAbis } from "./deployedAbis.js";

const ROOT = new URL("../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

/** A contract whose things have a status, the table of its transitions, and calls that make new things or repeat others. */
interface Machine {
  readonly table: string;
  /** Covered by tests of their own: they begin a thing, or act on time and reports rather than on a status. */
  readonly besides: readonly string[];
}

const MACHINES: Readonly<Record<string, Machine>> = {
  TaskMarket: {
    table: "test/market/claimMarketTransitions.ts",
    // `acceptFitting` is `accept` behind a check of traits: test/market/NodeTraits.test.ts.
    besides: ["open", "buyCredits", "acceptFitting"],
  },
  MachineMarket: { table: "test/market/claimMarketTransitions.ts", besides: ["open", "buyCredits", "acceptFitting"] },
  ProofMarket: { table: "test/market/ProofMarket.test.ts", besides: ["open", "buyCredits", "acceptFitting"] },
  LeaseMarket: {
    table: "test/market/LeaseMarket.transitions.test.ts",
    besides: ["hire", "begin", "buyCredits"],
  },
  LeaseOrders: {
    table: "test/market/LeaseOrders.transitions.test.ts",
    besides: ["open", "buyCredits", "acceptSeats", "startSeats"],
  },
  QuoteDesk: { table: "test/market/QuoteDesk.transitions.test.ts", besides: ["buyCredits"] },
  ApprovalMarket: {
    table: "test/market/ApprovalMarket.transitions.test.ts",
    // These are TaskBook's, as they stand in TaskMarket's table; chunks are what this market adds.
    besides: ["open", "buyCredits", "accept", "acceptFitting", "acknowledge", "release", "cancel"],
  },
  VoucherChannels: { table: "test/market/VoucherChannels.transitions.test.ts", besides: ["open", "buyCredits"] },
  StakingRegistry: {
    table: "test/staking/StakingRegistry.transitions.test.ts",
    besides: [
      "claimRewards",
      "reward",
      "setCommission",
      "setOperator",
      "setMetadata",
      "setRequired",
      "slashBond",
      "slashStake",
    ],
  },
};

/** Of OpenZeppelin, of `test/common` and of the deployment: the same in every contract that has them. */
const COMMON: ReadonlySet<string> = new Set([
  ...["approve", "transfer", "transferFrom", "delegateBySig", "permit", "multicall", "setAuthority"],
  ...["wire", "seal", "pauseEntries"],
]);

const ABIS = await deployedAbis();

/** Functions of a contract that its own tests must call. */
function ownFunctions(name: string): string[] {
  const names = changingFunctions(ABIS.get(name) ?? []).map((fragment) => fragment.name ?? "");
  return [...new Set(names)].filter((each) => !COMMON.has(each));
}

describe("Calls of all contracts", function () {
  for (const name of ABIS.keys()) {
    if (name === "AccessManager") continue;

    it(`should each be made by a test of ${name}'s folder`, async function () {
      const { sourceName } = await hre.artifacts.readArtifact(name);
      const folder = dirname(sourceName.replace(/^project\//, "")).replace("contracts/", "test/");
      const tests = globSync(`${folder}/**/*.ts`, { cwd: ROOT }).map(read).join("\n");
      expect(tests.length, folder).to.be.greaterThan(0);
      const missing = ownFunctions(name).filter(
        (each) => !new RegExp(`\\.${each}\\(|\\.${each}\\.|["'\`]${each}["'\`]`).test(tests),
      );
      expect(missing, folder).to.deep.equal([]);
    });
  }

  for (const [name, { table, besides }] of Object.entries(MACHINES)) {
    it(`should stand in ${name}'s table of transitions, for every status`, async function () {
      const text = read(table);
      expect(text, "a line for every status").to.match(/for \(const status of \w*(STATUSES|STAGES)\)/);
      const governed = await restrictedOf(name);
      const expected = ownFunctions(name).filter(
        (each) => !besides.includes(each) && !governed.has(each) && !each.endsWith("Many"),
      );
      expect(expected.filter((each) => !new RegExp(`^\\s+${each}: [[{]`, "m").test(text))).to.deep.equal([]);
    });
  }
});

/** Functions that governance alone calls: they have no status, and tests of their bounds. */
async function restrictedOf(name: string): Promise<Set<string>> {
  const { sourceName } = await hre.artifacts.readArtifact(name);
  const folder = dirname(sourceName.replace(/^project\//, ""));
  const texts = globSync(`${folder}/*.sol`, { cwd: ROOT }).map(read).join("\n");
  return new Set([...texts.matchAll(/function\s+(\w+)\s*\([^)]*\)[^{;]*\brestricted\b/g)].map(([, each]) => each));
}
