import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { pino } from "pino";

import type { Contracts, TransactionSender } from "@millrace/sdk";

import { AgentStore } from "../../../services/node-agent/src/AgentStore.js";
import { honestConduct } from "../../../services/node-agent/src/Conduct.js";
import { policySchema } from "../../../services/node-agent/src/config.js";
import type { NodePicker } from "../../../services/node-agent/src/tasks/NodePicker.js";
import { TaskKeeper } from "../../../services/node-agent/src/tasks/TaskKeeper.js";
import { TaskStatus } from "../../../services/node-agent/src/tasks/TaskStatus.js";
import type { Trade } from "../../../services/node-agent/src/tasks/Trade.js";
import { Workload } from "../../../services/node-agent/src/tasks/Workload.js";

const MINE = 1n;

describe("TaskKeeper", () => {
  let folder: string;
  let store: AgentStore;
  /** What the chain says of the task. */
  let status: TaskStatus;
  let nodeOf: (taskId: bigint) => bigint;
  /** Tasks that the chain was asked about. */
  let looks: bigint[];
  let keeper: TaskKeeper;
  let block: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-tasks-"));
    store = new AgentStore(folder);
    [status, block, looks, nodeOf] = [TaskStatus.None, 0, [], () => MINE];
    const market = {
      filters: { TaskOpened: () => undefined },
      queryFilter: () => Promise.resolve([]),
      taskOf: (taskId: bigint) => {
        looks.push(taskId);
        return Promise.resolve({ nodeId: status === TaskStatus.None ? 0n : nodeOf(taskId), attempt: 1n });
      },
      statusOf: () => Promise.resolve(BigInt(status)),
    };
    const trade = {
      kind: "task",
      market,
      forget: () => Promise.resolve(),
    } as unknown as Trade;
    keeper = new TaskKeeper({
      contracts: {} as Contracts,
      sender: {} as unknown as TransactionSender,
      store,
      trade,
      workload: new Workload(1),
      picker: {} as unknown as NodePicker,
      policy: { ...policySchema.parse({}), minResponseSeconds: 0 },
      conduct: honestConduct,
      nodeIds: [MINE],
      deployedAtBlock: 0,
      logger: pino({ enabled: false }),
      signal: new AbortController().signal,
    });
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  async function blockWith(next: TaskStatus): Promise<void> {
    status = next;
    block += 1;
    await keeper.onBlock({ number: block, timestamp: block * 12 });
    await keeper.idle();
  }

  describe("among thousands of orders of strangers", () => {
    const OWN = 5_000n;
    const strangers = Array.from({ length: 1_000 }, (_, i) => BigInt(i + 1));

    beforeEach(() => {
      store.follow("task", [...strangers, OWN]);
      store.note({ kind: "task", taskId: OWN, attempt: 1, nodeId: MINE, status: "submitted" });
      nodeOf = (taskId) => (taskId === OWN ? MINE : 2n);
    });

    it("should look at its own first, and at a few of the others in turn", async () => {
      const seen = new Set<bigint>();
      for (let round = 0; round < 20; round++) {
        looks = [];
        await blockWith(TaskStatus.Submitted);
        expect(looks[0]).to.equal(OWN);
        expect(looks.length).to.be.at.most(65);
        for (const taskId of looks) seen.add(taskId);
      }
      expect(seen.size).to.equal(1_001);
    });

    it("should not ask about those again that have expired", async () => {
      for (let round = 0; round < 20; round++) await blockWith(TaskStatus.Expired);
      expect(looks.length).to.equal(1_000 + 20);
    });
  });

  it("should do the work of a task whose block was replaced, and that came again with its acceptance", async () => {
    store.follow("task", [7n]);
    await blockWith(TaskStatus.None);
    expect(store.open("task")).to.deep.equal([7n]);
    await blockWith(TaskStatus.Working);
    expect(store.attempt("task", 7n, 1)?.status).to.equal("accepted");
  });
});
