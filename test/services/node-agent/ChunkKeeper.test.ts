import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { pino } from "pino";

import { AgentStore } from "../../../services/node-agent/src/AgentStore.js";
import { ChunkKeeper } from "../../../services/node-agent/src/chunks/ChunkKeeper.js";
import { policySchema } from "../../../services/node-agent/src/config.js";
import { TaskStatus } from "../../../services/node-agent/src/tasks/TaskStatus.js";

const TASK = 7n;

describe("ChunkKeeper", () => {
  let folder: string;
  let store: AgentStore;
  let keeper: ChunkKeeper;
  /** Status of the task as of a block. */
  let statusAt: (block: number) => TaskStatus;
  let block: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-chunks-"));
    store = new AgentStore(folder);
    store.follow("chunks", [TASK]);
    block = 100;
    const approvals = {
      filters: { TaskOpened: () => undefined },
      queryFilter: () => Promise.resolve([]),
      taskOf: () => Promise.resolve({ nodeId: 2n, attempt: 1n }),
      statusOf: (_: bigint, at?: { blockTag: number }) => Promise.resolve(statusAt(at?.blockTag ?? block)),
    };
    keeper = new ChunkKeeper({
      contracts: { approvals },
      store,
      workload: { end: () => undefined, isFull: true },
      files: { forget: () => Promise.resolve() },
      policy: { ...policySchema.parse({ keyAfterBlocks: 2 }), minResponseSeconds: 0 },
      nodeIds: [1n],
      deployedAtBlock: 0,
      logger: pino({ enabled: false }),
      signal: new AbortController().signal,
    } as unknown as ConstructorParameters<typeof ChunkKeeper>[0]);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  async function round(): Promise<void> {
    block += 1;
    keeper.onBlock({ number: block, timestamp: block * 12 });
    await keeper.idle();
  }

  it("should follow a task whose end the chain may still forget", async () => {
    statusAt = (at) => (at > 100 ? TaskStatus.Finalized : TaskStatus.Working);
    for (let i = 0; i < 2; i++) {
      await round();
      expect(store.open("chunks")).to.deep.equal([TASK]);
    }
    await round();
    expect(store.open("chunks")).to.deep.equal([]);
  });
});
