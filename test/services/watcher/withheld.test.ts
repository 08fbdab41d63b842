import { rmSync } from "node:fs";
import { join } from "node:path";

import { claimIdOf, GameHistory, readClaim } from "@millrace/jobs";
import { encodeBundle, Region } from "@millrace/tensor";
import { expect } from "chai";

import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { deepDescribe } from "../../support/deep.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";
import { PATIENCE_MS } from "../until.js";

const OPEN = 1n;
const SLASHED = 3n;
const FINALIZED = 10n;

deepDescribe("watcher, of data that are withheld", function () {
  let world: AgentWorld;
  let party: Party;

  before(async () => {
    world = await AgentWorld.start();
    party = await world.addParty("withholder", 8);
    await world.mineEverySecond();
  });

  afterEach(async () => {
    await world.stopServices();
  });

  after(async () => {
    await world.end();
  });

  /** A claim that was posted just now, of a bundle whose input is gone from its buyer's host if so wished. */
  async function claimed(seed: number, terms: object, hidesInput: boolean): Promise<bigint> {
    const bundle = sampleBundle(seed);
    const taskId = await world.openTask(bundle, { nodeIds: [party.nodeId], ...terms });
    const claimId = claimIdOf(taskId, 1);
    await world.until("the claim", async () => (await world.contracts.claims.stateOf(claimId)) === OPEN);
    const { bundleHash } = encodeBundle(bundle);
    if (hidesInput) rmSync(join(world.folder, "bundles", bundleHash, "input.bin"));
    return claimId;
  }

  const stateIs = (claimId: bigint, state: bigint) => async () =>
    (await world.contracts.claims.stateOf(claimId)) === state;

  async function demandsOf(claimId: bigint) {
    const { claims } = world.contracts;
    const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
    const history = new GameHistory(claimId, posted.block);
    await history.readTo(claims, await world.provider.getBlockNumber());
    return history.demands();
  }

  const pass = async (seconds: number): Promise<unknown> => world.provider.send("evm_increaseTime", [seconds]);

  async function finalized(claimId: bigint): Promise<void> {
    await pass(1_000);
    const { tasks } = world.contracts;
    await world.until("the payment", async () => (await tasks.statusOf(claimId >> 8n)) === FINALIZED);
  }

  const start = (demandBudgetEther = "1"): Promise<ManagedProcess> => world.startWatcher({ demandBudgetEther });

  it("should demand an input that its buyer does not host, and end a claim whose provider does not show it", async () => {
    await world.startAgent(party, { cheat: "silence" });
    const claimId = await claimed(1, { windowSeconds: 400, responseSeconds: 120 }, true);
    await pass(101);
    const watcher = await start();
    await world.until("the demand", async () => (await demandsOf(claimId)).length > 0);
    // What was demanded is not forgotten, nor paid for again.
    watcher.kill("SIGKILL");
    await watcher.exited;
    await pass(121);
    await start();
    await world.until("the slash", stateIs(claimId, SLASHED));
    const demands = await demandsOf(claimId);
    expect(demands.map(({ account, region, chunk }) => [account, region, chunk])).to.deep.equal([
      [world.watcher.address, Region.Input, 0],
    ]);
    const { claims } = world.contracts;
    const [slashed] = await claims.queryFilter(claims.filters.ClaimSlashed(claimId));
    expect(slashed?.args.provider).to.equal(party.provider.address);
  });

  it("should find a wrong result by an input that was shown on chain", async () => {
    await world.startAgent(party, { cheat: "corrupt" });
    const claimId = await claimed(2, { windowSeconds: 200, responseSeconds: 60 }, true);
    await start();
    await world.until("the slash", stateIs(claimId, SLASHED));
    const { claims } = world.contracts;
    expect(await claims.queryFilter(claims.filters.WordProvenWrong(claimId))).to.have.length(1);
  });

  it("should let a right result be whose data were shown, and spend nothing beyond its budget", async () => {
    await world.startAgent(party);
    const claimId = await claimed(3, { windowSeconds: 100, responseSeconds: 60 }, true);
    const poor = await start("0.000000001");
    await poor.waitForLine(/data are withheld: raise demandBudgetEther/, PATIENCE_MS);
    poor.kill("SIGKILL");
    await poor.exited;
    expect(await demandsOf(claimId)).to.deep.equal([]);
    const watcher = await start();
    await watcher.waitForLine(/claim is right/, PATIENCE_MS);
    const demands = await demandsOf(claimId);
    expect(demands.map(({ region, words }) => [region, words !== undefined])).to.deep.equal([[Region.Input, true]]);
    await finalized(claimId);
  });

  it("should end a claim whose provider has gone with the result, and leave one that serves it", async () => {
    const agent = await world.startAgent(party);
    const served = await claimed(4, { windowSeconds: 40, responseSeconds: 60 }, false);
    const first = await start();
    await first.waitForLine(/claim is right/, PATIENCE_MS);
    await finalized(served);
    expect(await demandsOf(served)).to.deep.equal([]);
    first.kill("SIGKILL");
    await first.exited;

    const claimId = await claimed(5, { windowSeconds: 80, responseSeconds: 15 }, false);
    agent.kill("SIGKILL");
    await agent.exited;
    await start();
    await world.until("the slash", stateIs(claimId, SLASHED));
    expect((await demandsOf(claimId)).map(({ region }) => region)).to.deep.equal([Region.Output]);
  });
});
