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
  let keeper: TaskKeeper;
  let block: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-tasks-"));
    store = new AgentStore(folder);
    [status, block] = [TaskStatus.None, 0];
    const market = {
      filters: { TaskOpened: () => undefined },
      queryFilter: () => Promise.resolve([]),
      taskOf: () => Promise.resolve({ nodeId: status === TaskStatus.None ? 0n : MINE, attempt: 1n }),
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

  it("should do the work of a task whose block was replaced, and that came again with its acceptance", async () => {
    store.follow("task", [7n]);
    await blockWith(TaskStatus.None);
    expect(store.open("task")).to.deep.equal([7n]);
    await blockWith(TaskStatus.Working);
    expect(store.attempt("task", 7n, 1)?.status).to.equal("accepted");
  });
});
