import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { AgentWorld, type Party } from "./AgentWorld.js";
import { deepIt } from "../../support/deep.js";

/** `ICapacityProofs.AnswerState`. */
const STATE = { committed: 1n, passed: 2n, wrong: 3n } as const;
/** `INodeRegistry.Status`. */
const JAILED = 3n;

describe("node agent, challenged", function () {
  let world: AgentWorld;
  let honest: Party;
  let lazy: Party;
  let stakeBefore: bigint;

  before(async () => {
    world = await AgentWorld.start();
    honest = await world.addParty("honest");
    lazy = await world.addParty("lazy");
    // The nodes of a round are those of the epoch before.
    const now = await world.now();
    const wait = world.clock.endOf(world.clock.epochAt(now)) - now;
    await world.provider.send("evm_increaseTime", [wait]);
    await world.mineEverySecond();
    stakeBefore = (await world.contracts.staking.accountOf(lazy.provider.address)).active;
    await world.startAgent(lazy, { cheat: "lazy" });
  });

  after(async () => {
    await world.end();
  });

  /** Epoch in which a node's answer is of this state, undefined if there was none so far. */
  const epochOf = async ({ nodeId }: Party, state: bigint): Promise<number | undefined> => {
    const now = world.clock.epochAt(await world.now());
    for (let epoch = 1; epoch <= now; epoch++)
      if ((await world.contracts.capacity.answerOf(nodeId, epoch)).state === state) return epoch;
    return undefined;
  };
  const reaches = async (party: Party, state: bigint): Promise<number> => {
    await world.until(`${party.name}: ${state}`, async () => (await epochOf(party, state)) !== undefined);
    return (await epochOf(party, state)) ?? 0;
  };

  deepIt("should pass, though it is killed once it has committed", async () => {
    const agent: ManagedProcess = await world.startAgent(honest);
    await reaches(honest, STATE.committed);
    agent.kill("SIGKILL");
    const folder = join(world.folder, honest.name, "capacity");
    expect(existsSync(folder) && readdirSync(folder).length, "what it committed to is on disk").to.be.greaterThan(0);
    await world.startAgent(honest);
    const epoch = await reaches(honest, STATE.passed);
    expect(await world.contracts.capacity.hasCapacity(honest.nodeId, epoch)).to.equal(true);
  });

  it("should be caught, slashed and jailed if it leaves out half of the work", async () => {
    const epoch = await reaches(lazy, STATE.wrong);
    expect(await world.contracts.capacity.hasCapacity(lazy.nodeId, epoch)).to.equal(false);
    expect(await world.contracts.nodes.statusOf(lazy.nodeId)).to.equal(JAILED);
    expect((await world.contracts.staking.accountOf(lazy.provider.address)).active).to.be.lessThan(stakeBefore);
  });
});
