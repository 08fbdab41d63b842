import { claimIdOf, readRun, regionTree, RunHistory } from "@millrace/jobs";
import { Execution, unframeOutput } from "@millrace/rv32";
import { Region } from "@millrace/tensor";
import { expect } from "chai";
import hre from "hardhat";

import { deepDescribe } from "../../support/deep.js";
import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { PATIENCE_MS } from "../until.js";
import { AgentWorld, type Party } from "./AgentWorld.js";
import { killInTurn } from "./killInTurn.js";
import { sampleRun } from "./sampleRun.js";

const FINALIZED = 10n;
const SUBMITTED = 7n;
const SLASHED = 3n;
/** Longer than any restart takes on a slow machine. */
const PATIENT = { windowSeconds: 300, responseSeconds: 300 };
/** Kills of each side: a quick run has one, a long one kills after every move. */
const KILLS = hre.globalOptions.long ? Infinity : 1;

deepDescribe("programs for a machine, between processes", function () {
  this.timeout(1_800_000);

  let world: AgentWorld;
  let honest: Party;
  let cheat: Party;

  before(async () => {
    world = await AgentWorld.start();
    honest = await world.addParty("honest");
    cheat = await world.addParty("cheat");
    await world.mineEverySecond();
  });

  after(async () => {
    await world.end();
  });

  const policy = { runs: { stepsPerSecond: 10_000_000 } };

  it("should be run and paid, the agent killed in between, and what was demanded be shown", async () => {
    const { machines } = world.contracts;
    let agent = await world.startAgent(honest, { policy });
    const bundle = sampleRun(1);
    const taskId = await world.openRun(bundle, { nodeIds: [honest.nodeId], windowSeconds: 20, responseSeconds: 600 });
    await world.until("the submission", async () => (await machines.statusOf(taskId)) === SUBMITTED);
    agent.kill("SIGKILL");
    await agent.exited;

    // The buyer's host is gone, too: the agent has what it answers for.
    world.hideBundle(bundle.bundleHash);
    const { runs } = world.as(world.challenger);
    const claimId = claimIdOf(taskId, 1);
    const [posted] = await readRun(runs, { claimId, fromBlock: 0 });
    const fee = await runs.feeOf(claimId);
    for (const region of [Region.Input, Region.Output])
      await (await runs.demand(claimId, posted.claim, region, 0, { value: fee })).wait();
    agent = await world.startAgent(honest, { policy });
    const history = new RunHistory(claimId, posted.block);
    await world.until("the chunks", async () => {
      await history.readTo(runs, await world.provider.getBlockNumber());
      return history.demands().length === 2 && history.demands().every(({ words }) => words !== undefined);
    });

    const served = await fetch(`http://127.0.0.1:${honest.port}/runs/${taskId}/1/output.bin`);
    const region = new Uint8Array(await served.arrayBuffer());
    expect(regionTree(bundle.program, region).root).to.equal(posted.outputRoot);
    const execution = new Execution(bundle.program, bundle.input);
    expect(unframeOutput(region, 2 ** 17)).to.deep.equal(execution.output());
    expect((await fetch(`http://127.0.0.1:${honest.port}/tasks/${taskId}/1/output.bin`)).status).to.equal(404);

    const balance = await world.provider.getBalance(honest.provider.address);
    await world.provider.send("evm_increaseTime", [700]);
    await world.until("the payment", async () => (await machines.statusOf(taskId)) === FINALIZED);
    await world.until("the fees", async () => {
      return (await world.provider.getBalance(honest.provider.address)) === balance + 2n * fee;
    });
    await world.stopServices();
  });

  it("should be left alone if they may take longer than their clocks, or need more memory than there is", async () => {
    const agent = await world.startAgent(honest, {
      policy: { runs: { stepsPerSecond: 1_000_000, maxMemoryMiB: 1 } },
    });
    const nodeIds = [honest.nodeId];
    const { machines } = world.contracts;
    const first = await world.openRun(sampleRun(2), { nodeIds });
    await agent.waitForLine(/machine has 524288 bytes|16777216 steps may take longer than an answer may/, PATIENCE_MS);
    expect((await machines.taskOf(first)).attempt).to.equal(0n);
    await world.stopServices();
  });

  it("should be cornered to one step if they were run wrongly, however often kill -9 comes between", async () => {
    const { runs, machines, staking } = world.contracts;
    const startAgent = (): Promise<ManagedProcess> => world.startAgent(cheat, { cheat: "corrupt", policy });
    const agent = await startAgent();
    const taskId = await world.openRun(sampleRun(3), { nodeIds: [cheat.nodeId], ...PATIENT });
    const claimId = claimIdOf(taskId, 1);
    const watcher = await world.startWatcher();
    const isOver = async (): Promise<boolean> => (await runs.stateOf(claimId)) === SLASHED;
    const killed = await Promise.all([
      killInTurn({ victim: watcher, line: /move made/, most: KILLS, restart: () => world.startWatcher(), isOver }),
      killInTurn({ victim: agent, line: /question answered/, most: KILLS, restart: startAgent, isOver }),
    ]);
    await world.until("the slash", isOver);
    for (const count of killed) expect(count).to.be.at.least(1);

    const proofs = await runs.queryFilter(runs.filters.StepProvenWrong(claimId));
    expect(proofs.length).to.equal(1);
    expect((await staking.accountOf(cheat.provider.address)).bonded).to.equal(0n);
    const [posted] = await readRun(runs, { claimId, fromBlock: 0 });
    const history = new RunHistory(claimId, posted.block);
    await world.until("the bonds", async () => {
      await history.readTo(runs, await world.provider.getBlockNumber());
      const stored = await Promise.all(history.ids().map((id) => runs.branchOf(claimId, id)));
      return stored.every(({ bondGwei }) => bondGwei === 0n);
    });
    // The honest state of that very step is what the chain found.
    const { step } = proofs[0].args;
    const execution = new Execution(sampleRun(3).program, sampleRun(3).input);
    const { steps } = execution.run().final;
    expect(step).to.equal(BigInt(Math.floor(Number(steps) * 0.75)) - 1n);
    await world.until("the release", async () => (await machines.statusOf(taskId)) === 1n);
  });
});
