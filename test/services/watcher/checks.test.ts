import { join } from "node:path";

import { claimIdOf, openingsOf, type PostedClaim, readClaim, saltedTree } from "@millrace/jobs";
import { findBeaconBlock } from "@millrace/sdk";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";

import { ResultStore } from "../../../services/node-agent/src/tasks/ResultStore.js";
import { deepIt } from "../../support/deep.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";

const SLASHED = 3n;
/** A quarter of a window is what a checker has for each of its steps, on a machine that may be slow. */
const TERMS = { windowSeconds: 600, responseSeconds: 600 };

describe("a watcher in the role of a checker", function () {
  this.timeout(600_000);

  let world: AgentWorld;
  let honest: Party;
  let corrupt: Party;

  before(async () => {
    world = await AgentWorld.start();
    honest = await world.addParty("honest");
    corrupt = await world.addParty("corrupt");
    await world.stake(world.watcher, "watcher");
    await (await world.as(world.watcher).seats.takeSeat(0)).wait();
    await world.mineEverySecond();
  });

  after(async () => {
    await world.end();
  });

  const passTo = async (second: bigint | number): Promise<void> => {
    const missing = Number(second) - (await world.now());
    if (missing > 0) await world.provider.send("evm_increaseTime", [missing]);
  };

  /** The claim of a task that an agent accepts. */
  const postedClaim = async (taskId: bigint): Promise<PostedClaim> => {
    const { claims } = world.contracts;
    const claimId = claimIdOf(taskId, 1);
    await world.until("the claim", async () => (await claims.stateOf(claimId)) !== 0n);
    const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
    if (posted === undefined) throw new Error("the claim is gone");
    return posted;
  };

  /** Closes an epoch: what it emits for checks lies ready. */
  const fillPot = async (): Promise<void> => {
    const { settlement, prices } = world.contracts;
    const epoch = Number(await settlement.nextEpochToClose());
    const { genesisAt, epochSeconds } = world.clock;
    const rounds = await prices.roundsAt(genesisAt + (epoch + 1) * epochSeconds);
    await (await settlement.closeEpoch(epoch, [...rounds])).wait();
  };

  it("should execute what it is drawn for, commit, vouch, and be paid", async () => {
    await world.startAgent(honest);
    await world.startWatcher({ check: true });
    const taskId = await world.openTask(sampleBundle(1), { nodeIds: [honest.nodeId], ...TERMS });
    const { claimId, windowEndsAt } = await postedClaim(taskId);
    const { checks, token } = world.contracts;
    const account = world.watcher.address;
    // The trace stays with its provider until the checker has committed to its own.
    await world.until(
      "the trace",
      async () => {
        const { status } = await fetch(`http://127.0.0.1:${honest.port}/tasks/${taskId}/1/body.bin`);
        const { committed } = await checks.checkOf(claimId);
        expect(status === 200 && committed === 0n, "a trace to be copied").to.equal(false);
        return status === 200;
      },
      120_000,
    );
    expect((await checks.checkOf(claimId)).committed).to.equal(1n);
    await passTo((await checks.checkOf(claimId)).openAt);
    await world.until("the vouch", async () => (await checks.checkOf(claimId)).vouched === 1n, 120_000);
    await fillPot();
    const before = await token.balanceOf(account);
    await passTo(windowEndsAt + TERMS.responseSeconds);
    await world.until("the settlement", async () => (await checks.checkOf(claimId)).isSettled, 120_000);
    const [paid] = await checks.queryFilter(checks.filters.CheckerPaid(claimId));
    expect(paid?.args.account).to.equal(account);
    expect(paid?.args.mill > 0n).to.equal(true);
    expect((await token.balanceOf(account)) - before).to.equal(paid?.args.mill);
  });

  // A minute of windows that pass: with `--long`.
  deepIt("should make a checker pay that vouched for a wrong result without executing it", async () => {
    await world.stopServices();
    const lazy = world.challenger;
    await world.stake(lazy, "lazy");
    const { seats, checks, claims } = world.as(lazy);
    await (await seats.takeSeat(0)).wait();
    await world.startAgent(corrupt, { cheat: "corrupt" });
    const bundle = sampleBundle(2);
    const taskId = await world.openTask(bundle, { nodeIds: [corrupt.nodeId], ...TERMS });
    const posted = await postedClaim(taskId);
    const { claimId } = posted;

    await vouchBlindly(posted, lazy, bundle);
    const bond = (await seats.seatOf(2)).bond;
    expect(bond > 0n).to.equal(true);

    await world.startWatcher({ check: true });
    await world.until("the conviction", async () => (await seats.seatOf(2)).bond === 0n, 120_000);
    expect(await claims.stateOf(claimId)).to.equal(SLASHED);
    const [convicted] = await checks.queryFilter(checks.filters.VoucherConvicted(claimId));
    expect(convicted?.args.account).to.equal(lazy.address);
    expect(convicted?.args.reporter).to.equal(world.watcher.address);
    expect(convicted?.args.mill).to.equal(bond);
    // The other seat was drawn too, executed, and did not vouch.
    expect((await seats.seatOf(1)).bond).to.equal(bond);
  });

  /** What a checker can do that has the provider's words from the provider. */
  async function vouchBlindly(
    posted: PostedClaim,
    lazy: HDNodeWallet,
    bundle: ReturnType<typeof sampleBundle>,
  ): Promise<void> {
    const { checks, seats } = world.as(lazy);
    const { claimId, claim } = posted;
    await recordAt((await checks.drawnFor(claimId, claim)).pickAt);
    await (await checks.draw(claimId, claim)).wait();
    const { seats: ids, openAt } = await checks.checkOf(claimId);
    const accounts = await Promise.all(ids.slice(0, 2).map(async (id) => (await seats.seatOf(id)).account));
    const place = accounts.indexOf(lazy.address);
    const given = await new ResultStore(join(world.folder, corrupt.name)).loadTraces(posted.taskId, 1, bundle);
    const trace = given?.body;
    if (trace === undefined) throw new Error("the cheat keeps its trace");
    const salted = saltedTree(claimId, lazy.address, trace.words);
    await (await checks.commit(claimId, place, salted.root)).wait();
    await recordAt(openAt);
    const { openings } = await checks.rules();
    const positions = await Promise.all(
      Array.from({ length: Number(openings) }, async (_, i) =>
        Number(await checks.positionOf(claimId, place, i, trace.wordCount)),
      ),
    );
    await (await checks.vouch(claimId, claim, place, openingsOf(trace, salted, positions))).wait();
  }

  async function recordAt(second: bigint): Promise<void> {
    await passTo(second);
    await world.until("its block", async () => BigInt(await world.now()) >= second);
    const block = await findBeaconBlock(world.provider, Number(second));
    if (block === undefined) throw new Error("no block yet");
    const { blockNumber, header, parentHeader } = block;
    await (await world.contracts.beacon.record(second, blockNumber, header, parentHeader)).wait();
  }
});
