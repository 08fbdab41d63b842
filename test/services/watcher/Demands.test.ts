import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ChunkDesk } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";
import { Region } from "@millrace/tensor";
import { expect } from "chai";
import { parseEther } from "ethers";
import { pino } from "pino";

import { Demands } from "../../../services/watcher/src/Demands.js";
import type { Desk } from "../../../services/watcher/src/Desk.js";
import { Purse } from "../../../services/watcher/src/Purse.js";
import { WatcherStore } from "../../../services/watcher/src/WatcherStore.js";

const [NOW, WINDOW] = [1_000, 100];
const BUDGET = parseEther("1");

describe("Demands", () => {
  let folder: string;
  let store: WatcherStore;
  /** How a transaction fails, if it does. */
  let failure: string | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-watcher-"));
    store = new WatcherStore(folder);
    failure = undefined;
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  /** What is left of the budget after a step that asks for the one chunk of an input. */
  async function leftAfterStep(): Promise<bigint> {
    const purse = new Purse(store, BUDGET);
    const desk = {
      account: "0xwatcher",
      clock: { latest: () => Promise.resolve({ number: 1, timestamp: NOW }) },
      provider: { getBlock: () => Promise.resolve({ baseFeePerGas: 0n }) },
      purse,
      sender: {
        send: () => {
          if (failure !== undefined) return Promise.reject(new MillraceError(failure as "TIMEOUT", "It fails."));
          return Promise.resolve({ gasUsed: 1n, hash: "0x" });
        },
      },
    } as unknown as Desk;
    const chunks = {
      ...{ claimId: 1n, buyer: "0xbuyer", isPrivate: false, windowEndsAt: NOW + 1 },
      game: {
        stateOf: () => Promise.resolve(1n),
        claimOf: () => Promise.resolve({ bondGwei: 1_000_000n, pending: 0n }),
      },
      ...{ depthOf: () => 4, usedBytes: () => 32, demands: () => Promise.resolve([]) },
      demand: () => Promise.resolve({}),
    } as unknown as ChunkDesk;
    const demands = new Demands(desk, chunks, WINDOW);
    await demands.step(Region.Input, pino({ enabled: false })).catch(() => undefined);
    return purse.leftWei;
  }

  it("should spend nothing on demands that cannot be mined, however often it tries", async () => {
    for (const code of ["INSUFFICIENT_FUNDS", "REVERTED"]) {
      failure = code;
      for (let i = 0; i < 3; i++) expect(await leftAfterStep(), code).to.equal(BUDGET);
    }
  });

  it("should have spent what was sent, and what may be mined yet", async () => {
    const once = await leftAfterStep();
    expect(BUDGET - once > 0n).to.equal(true);
    failure = "TIMEOUT";
    expect(await leftAfterStep()).to.equal(2n * once - BUDGET);
  });
});
