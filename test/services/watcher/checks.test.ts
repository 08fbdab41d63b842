import { claimIdOf, type PostedClaim, type PostedRun, readClaim, readRun } from "@millrace/jobs";
import { expect } from "chai";

import type { ICheckGame, IClaimGame } from "../../../typechain-types/index.js";
import { deepIt } from "../../support/deep.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";
import { sampleRun } from "../node-agent/sampleRun.js";

const SLASHED = 3n;
/** A quarter of a window is what a checker has for each of its steps, on a machine that may be slow. */
const TERMS = { windowSeconds: 600, responseSeconds: 600 };
const POLICY = { runs: { stepsPerSecond: 10_000_000 } };

type Checks = Pick<ICheckGame, "checkOf" | "filters" | "queryFilter">;

/** A kind of job, and where what it claims is checked. */
interface Kind {
  readonly name: string;
  checks(): Checks;
  game(): Pick<IClaimGame, "stateOf">;
  /** Opens a job for one party and waits for its claim. */
  claimOf(party: Party, seed: number): Promise<PostedClaim | PostedRun>;
}

describe("a watcher in the role of a checker", function () {
  let world: AgentWorld;
  let honest: Party;
  /** A cheat for each kind of job. */
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

  const results: Kind = {
    name: "a result",
    checks: () => world.contracts.checks,
    game: () => world.contracts.claims,
    async claimOf({ nodeId }, seed) {
      const taskId = await world.openTask(sampleBundle(seed), { nodeIds: [nodeId], ...TERMS });
      return await claimed(this, taskId, (claimId) => readClaim(world.contracts.claims, { claimId, fromBlock: 0 }));
    },
  };
  const runs: Kind = {
    name: "a run",
    checks: () => world.contracts.runChecks,
    game: () => world.contracts.runs,
    async claimOf({ nodeId }, seed) {
      const taskId = await world.openRun(sampleRun(seed), { nodeIds: [nodeId], ...TERMS });
      return await claimed(this, taskId, (claimId) => readRun(world.contracts.runs, { claimId, fromBlock: 0 }));
    },
  };

  async function claimed<Posted>(
    kind: Kind,
    taskId: bigint,
    read: (claimId: bigint) => Promise<Posted[]>,
  ): Promise<Posted> {
    const claimId = claimIdOf(taskId, 1);
    await world.until("the claim", async () => (await kind.game().stateOf(claimId)) !== 0n);
    const [posted] = await read(claimId);
    if (posted === undefined) throw new Error("the claim is gone");
    return posted;
  }

  /** Closes an epoch: what it emits for checks lies ready. */
  const fillPot = async (): Promise<void> => {
    const { settlement, prices } = world.contracts;
    const epoch = Number(await settlement.nextEpochToClose());
    const { genesisAt, epochSeconds } = world.clock;
    const rounds = await prices.roundsAt(genesisAt + (epoch + 1) * epochSeconds);
    await (await settlement.closeEpoch(epoch, [...rounds])).wait();
  };

  const committedOf = async (checks: Checks, claimId: bigint): Promise<bigint> =>
    (await checks.checkOf(claimId)).committed;

  /** What an agent answers who asks it for a file of a job. */
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${honest.port}/${path}`)).status;

  /** From a check whose only place committed to its payment. */
  async function expectPaid(checks: Checks, { claimId, windowEndsAt }: PostedClaim | PostedRun): Promise<void> {
    const { token } = world.contracts;
    const account = world.watcher.address;
    await passTo((await checks.checkOf(claimId)).openAt);
    await world.until("the vouch", async () => (await checks.checkOf(claimId)).vouched === 1n);
    await fillPot();
    const before = await token.balanceOf(account);
    await passTo(windowEndsAt + TERMS.responseSeconds);
    await world.until("the settlement", async () => (await checks.checkOf(claimId)).isSettled);
    const [paid] = await checks.queryFilter(checks.filters.CheckerPaid(claimId));
    expect(paid?.args.account).to.equal(account);
    expect(paid?.args.mill > 0n).to.equal(true);
    expect((await token.balanceOf(account)) - before).to.equal(paid?.args.mill);
  }

  it("should execute what it is drawn for, commit, vouch, and be paid", async () => {
    await world.startAgent(honest, { policy: POLICY });
    await world.startWatcher({ check: true });
    const posted = await results.claimOf(honest, 1);
    const checks = results.checks();
    // The trace stays with its provider until the checker has committed to its own.
    await world.until("the trace", async () => {
      const isServed = (await statusOf(`tasks/${posted.taskId}/1/body.bin`)) === 200;
      const committed = await committedOf(checks, posted.claimId);
      expect(isServed && committed === 0n, "a trace to be copied").to.equal(false);
      return isServed;
    });
    expect(await committedOf(checks, posted.claimId)).to.equal(1n);
    await expectPaid(checks, posted);
  });

  it("should do the same for a run, of which its provider shows the output and no state", async () => {
    const posted = await runs.claimOf(honest, 1);
    const checks = runs.checks();
    await world.until("the commitment", async () => {
      expect(await statusOf(`runs/${posted.taskId}/1/body.bin`)).to.equal(404);
      return (await committedOf(checks, posted.claimId)) === 1n;
    });
    expect(await statusOf(`runs/${posted.taskId}/1/output.bin`)).to.equal(200);
    await expectPaid(checks, posted);
  });

  // A minute of windows that pass: with `--long`. Nobody pays for having vouched for a run (ADR 0266).
  deepIt("should make a checker pay that vouched for a result on its provider's word", async () => {
    await world.stopServices();
    const colluder = world.challenger;
    const { seats } = world.as(colluder);
    await world.stake(colluder, "colluder");
    await (await seats.takeSeat(0)).wait();
    const seatId = await seats.seatCount();
    const before = (await seats.seatOf(1)).bond;
    await world.startAgent(corrupt, {
      cheat: "corrupt",
      policy: POLICY,
    });
    await world.startColluder(colluder, { check: true });
    const { claimId } = await results.claimOf(corrupt, 2);
    const checks = results.checks();
    await world.until("the draw", async () => (await checks.checkOf(claimId)).count > 0n);
    const check = await checks.checkOf(claimId);
    const place = check.seats.indexOf(seatId);
    const isIn = (set: bigint): boolean => ((set >> BigInt(place)) & 1n) === 1n;
    await world.until("its commitment", async () => isIn(await committedOf(checks, claimId)));
    await passTo(check.openAt);
    await world.until("its vouch", async () => isIn((await checks.checkOf(claimId)).vouched));
    const { bond } = await seats.seatOf(seatId);
    expect(bond > 0n).to.equal(true);

    await world.startWatcher({ check: true });
    await world.until("the conviction", async () => (await seats.seatOf(seatId)).bond === 0n);
    expect(await results.game().stateOf(claimId)).to.equal(SLASHED);
    const [convicted] = await checks.queryFilter(checks.filters.VoucherConvicted(claimId));
    expect(convicted?.args.account).to.equal(colluder.address);
    expect(convicted?.args.reporter).to.equal(world.watcher.address);
    expect(convicted?.args.mill).to.equal(bond);
    // The other seat was drawn too, executed, and did not vouch.
    expect((await seats.seatOf(1)).bond).to.equal(before);
  });
});
