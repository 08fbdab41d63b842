import { claimIdOf } from "@millrace/jobs";
import { sleep } from "@millrace/sdk";
import { expect } from "chai";

import { EventTeller } from "../../../scripts/demo/EventTeller.js";
import type { World } from "../../../scripts/demo/World.js";

interface Event {
  readonly blockNumber: number;
  readonly index: number;
  readonly args: Readonly<Record<string, unknown>>;
}

const EVENTS: Readonly<Record<string, readonly Event[]>> = {
  BranchTimedOut: [{ blockNumber: 3, index: 4, args: { claimId: claimIdOf(1n, 1) } }],
  TaskSubmitted: [
    { blockNumber: 3, index: 1, args: { taskId: 1n } },
    { blockNumber: 4, index: 0, args: { taskId: 2n } },
  ],
};

describe("EventTeller", () => {
  /** A chain of ten blocks, of which nothing can be read at first. */
  function worldOf(said: string[]): { world: World; looks: () => number } {
    let looks = 0;
    const contract = {
      filters: new Proxy({}, { get: (_, name) => () => name }),
      queryFilter: (name: string, from: number, to: number) =>
        looks === 1
          ? Promise.reject(new Error("the node is away"))
          : Promise.resolve((EVENTS[name] ?? []).filter(({ blockNumber }) => blockNumber >= from && blockNumber <= to)),
    };
    const world = {
      clock: { latest: () => Promise.resolve({ number: 9 + ++looks }) },
      contracts: { tasks: contract, claims: contract, checks: contract, staking: contract, leases: contract },
      cast: { providers: [] },
      narrator: { say: (line: string) => said.push(line) },
      signal: new AbortController().signal,
    };
    return { world: world as unknown as World, looks: () => looks };
  }

  it("should tell what happened in its order, once, also what could not be read at first", async () => {
    const said: string[] = [];
    const { world, looks } = worldOf(said);
    const teller = new EventTeller(world, 2);
    teller.name(1n, "training");
    teller.start();
    while (looks() < 2) await sleep(10);
    await teller.stop();
    expect(said).to.deep.equal([
      "training: result submitted",
      "training: nobody answered in time",
      "task 2: result submitted",
    ]);
  });
});
