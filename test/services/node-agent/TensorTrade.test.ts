import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Kernels, serveBundles } from "@millrace/jobs";
import { encodeBundle, INPUT_FILE, JOB_FILE, keccak256Hex, ownKernels } from "@millrace/tensor";
import { expect } from "chai";
import { pino } from "pino";

import type { Contracts } from "@millrace/sdk";

import { honestConduct } from "../../../services/node-agent/src/Conduct.js";
import { policySchema } from "../../../services/node-agent/src/config.js";
import { JobFileStore } from "../../../services/node-agent/src/tasks/JobFileStore.js";
import { ResultStore } from "../../../services/node-agent/src/tasks/ResultStore.js";
import { TensorTrade } from "../../../services/node-agent/src/tasks/TensorTrade.js";
import { taskTerms } from "../../market/marketFixture.js";
import { sampleBundle } from "./sampleBundle.js";

describe("TensorTrade", () => {
  const bundle = sampleBundle(1);
  const files = encodeBundle(bundle);
  const bundleHash = keccak256Hex(files.job);
  let folder: string;
  let asked: string[];
  let host: Awaited<ReturnType<typeof serveBundles>>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "millrace-trade-"));
    mkdirSync(join(folder, bundleHash));
    writeFileSync(join(folder, bundleHash, JOB_FILE), files.job);
    writeFileSync(join(folder, bundleHash, INPUT_FILE), files.input);
    asked = [];
    const onRequest = (file: string): void => void asked.push(file.split("/")[1]!);
    host = await serveBundles({ folder, host: "127.0.0.1", port: 0, onRequest });
  });

  afterEach(async () => {
    await host.server.close();
    rmSync(folder, { recursive: true });
  });

  function examine(maxWords: number): Promise<string | undefined> {
    const { signal } = new AbortController();
    const trade = new TensorTrade({
      contracts: {} as unknown as Contracts,
      files: new JobFileStore(folder, signal),
      results: new ResultStore(folder),
      kernels: { set: ownKernels, modules: [] } as unknown as Kernels,
      policy: { ...policySchema.parse({ maxWords }), minResponseSeconds: 0 },
      conduct: honestConduct,
      deployedAtBlock: 0,
      logger: pino({ enabled: false }),
      signal,
    });
    const terms = taskTerms({
      programHash: bundle.program.hash,
      inputRoot: files.inputRoot,
      bundleHash,
      dataUri: `${host.url}/${bundleHash}`,
      workSeconds: 3_600,
    });
    const snapshot = { buyer: "0x", openedAt: 0, feePpm: 0, bondRule: { floor: 1, detectionPpm: 500_000 } };
    return trade.examine(7n, { terms, snapshot });
  }

  it("should fetch no input, whatever its size, of a program that it does not take", async () => {
    expect(await examine(bundle.program.totalWords - 1)).to.match(/words/);
    expect(asked).to.deep.equal([JOB_FILE]);
  });

  it("should keep job and input of one that it takes", async () => {
    expect(await examine(bundle.program.totalWords)).to.equal(undefined);
    expect(asked).to.include(INPUT_FILE);
    expect(existsSync(join(folder, "jobs", "task-7", "input.bin"))).to.equal(true);
  });
});
