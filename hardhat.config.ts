import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { config as loadDotenv } from "dotenv";
import { configVariable, defineConfig } from "hardhat/config";

import { readEnvironment } from "./packages/sdk/src/config/readEnvironment.js";
import { millraceTasks } from "./tasks/index.js";
import "./test/support/bigintsAsText.js";
import { longTests } from "./test/support/long.js";
import { steadyClock } from "./test/support/steadyClock.js";

// For configuration variables, which Hardhat takes from the environment or its keystore, never from a file.
loadDotenv({ quiet: true });

/** EIP-7825: what one transaction may use at most, on mainnet and therefore in every test. */
const TRANSACTION_GAS_CAP = 2 ** 24;

/** Compiler as an npm package: nothing is downloaded, and everybody has the same bytes. The path must be absolute. */
const compiler = {
  version: "0.8.37",
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
};

const settings = {
  evmVersion: "osaka",
  optimizer: { enabled: true, runs: 1_000 },
};

/**
 * Kernels are admitted on chain by their code hash, so their code must depend on nothing but what they compute:
 * no metadata trailer. Hardhat overrides single files, not globs, hence the list.
 */
const kernelSettings = {
  ...settings,
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

/**
 * What would not fit into a contract otherwise (EIP-170): it costs its calls some hundred gas each. Tests and deployment
 * compile it alike.
 */
const sizeSettings = { ...settings, optimizer: { enabled: true, runs: 200 } };
const sizedFiles = [
  "contracts/claims/ResultClaims.sol",
  "contracts/claims/RunClaims.sol",
  "contracts/market/ApprovalMarket.sol",
  "contracts/market/LeaseMarket.sol",
  "contracts/uptime/UptimeOracle.sol",
];

const kernelFiles = [
  ...globSync(["contracts/{,test/}kernels/**/*.sol", "examples/hamming/*.sol"], { cwd: import.meta.dirname }),
  // Programs name their machine by its code hash.
  "contracts/verifiers/rv32/Rv32Verifier.sol",
];

/** One profile for tests, node and deployment: what is tested is what is deployed. */
const profile = {
  isolated: false,
  toolVersionsInBuildInfo: true,
  compilers: [{ ...compiler, settings }],
  overrides: {
    ...Object.fromEntries(kernelFiles.map((file) => [file, { ...compiler, settings: kernelSettings }])),
    ...Object.fromEntries(sizedFiles.map((file) => [file, { ...compiler, settings: sizeSettings }])),
  },
};

const simulated = {
  type: "edr-simulated",
  chainType: "l1",
  hardfork: "osaka",
  chainId: 31_337,
  transactionGasCap: TRANSACTION_GAS_CAP,
} as const;

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, longTests, steadyClock],
  tasks: millraceTasks,
  paths: { sources: { solidity: ["contracts", "examples/hamming"] } },
  solidity: {
    profiles: { default: profile, production: profile },
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  networks: {
    /**
     * In-process chain of the tests: a block for each transaction, on the same day whenever they run. Gas is as much as a
     * transaction can have: to estimate it is to run everything twice, and what is refused would never be mined.
     */
    default: { ...simulated, initialDate: "2026-01-01T00:00:00Z", gas: TRANSACTION_GAS_CAP },
    /** `hardhat node`: a block for each transaction. */
    node: simulated,
    /** `hardhat node --network demo`: a block for each transaction and one every second, as services expect. */
    demo: { ...simulated, mining: { auto: true, interval: 1_000 } },
    /** A node started by any of these, or by anvil. */
    localhost: { type: "http", chainType: "l1", url: readEnvironment()["RPC_URL"] ?? "http://127.0.0.1:8545" },
    /** Any other chain; both variables may be in the environment, in .env or in Hardhat's keystore. */
    remote: {
      type: "http",
      chainType: "l1",
      url: configVariable("RPC_URL"),
      accounts: [configVariable("MILLRACE_PRIVATE_KEY")],
    },
  },
  typechain: { outDir: "typechain-types" },
  // No test is about time: this ends what hangs, also on a machine that is busy with other things.
  test: { mocha: { timeout: 600_000, parallel: true, jobs: 3 } },
});
