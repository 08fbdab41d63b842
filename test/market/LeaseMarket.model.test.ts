import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { ALL_UP, LeaseDriver } from "./leaseDriver.js";
import { LeaseModel } from "./leaseModel.js";
import { marketWorld, RATE } from "./marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;
const { graceSeconds, noticeSeconds } = { graceSeconds: 100, noticeSeconds: 60 };

async function fixture() {
  return marketWorld(connection);
}

type Step =
  | { kind: "wait"; seconds: number }
  | { kind: "topUp"; seconds: number }
  | { kind: "close" }
  | { kind: "giveNotice" }
  | { kind: "settle"; bitmap: bigint }
  | { kind: "settleUnreported" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 250 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("topUp" as const), seconds: fc.integer({ min: 10, max: 300 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "close" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "giveNotice" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("settle" as const), bitmap: fc.bigInt({ min: 0n, max: ALL_UP }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "settleUnreported" as const }) },
);

describe("LeaseMarket against the second-by-second model", () => {
  it("should agree in every step, and never owe more than its escrow (I9)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 500 }),
        fc.array(step, { minLength: 5, maxLength: 14 }),
        async (seconds, steps) => {
          const run = await Run.start(seconds);
          for (const next of steps) {
            await run.take(next);
            await run.check();
          }
          await run.finish();
        },
      ),
      { numRuns: hre.globalOptions.long ? 200 : 25 },
    );
  });
});

/** One lease on the chain and its model, step by step. */
class Run {
  private constructor(
    readonly driver: LeaseDriver,
    readonly leaseId: bigint,
    readonly model: LeaseModel,
    readonly reports = new Map<number, Awaited<ReturnType<LeaseDriver["finalReport"]>>[number]>(),
  ) {}

  static async start(seconds: number): Promise<Run> {
    const world = await networkHelpers.loadFixture(fixture);
    const driver = new LeaseDriver(connection, world);
    const leaseId = await driver.hire(seconds);
    return new Run(driver, leaseId, new LeaseModel(world.clock, await driver.now(), seconds));
  }

  async take(next: Step): Promise<void> {
    if (next.kind === "wait") await this.driver.pass(next.seconds);
    else if (next.kind === "topUp") await this.topUp(next.seconds);
    else if (next.kind === "close") await this.close();
    else if (next.kind === "giveNotice") await this.giveNotice();
    else if (next.kind === "settle") await this.settle(next.bitmap);
    else await this.settleUnreported();
  }

  /** The next transaction's second. */
  private async next(): Promise<number> {
    const timestamp = (await this.driver.now()) + 1;
    await this.driver.at(timestamp);
    return timestamp;
  }

  private async topUp(seconds: number): Promise<void> {
    const { leases, buyer } = this.driver.world;
    const now = await this.next();
    const sent = leases.connect(buyer).topUp(this.leaseId, BigInt(seconds) * RATE);
    if (this.model.closed || now >= this.model.paidThrough + graceSeconds) {
      await expect(sent).to.be.revertedWithCustomError(leases, "LeaseMarket_WrongStatus");
    } else {
      await sent;
      this.model.topUp(now, seconds);
    }
  }

  private async close(): Promise<void> {
    const { leases, buyer } = this.driver.world;
    const now = await this.next();
    const sent = leases.connect(buyer).close(this.leaseId);
    const over = now >= this.model.paidThrough + (this.model.closed ? 0 : graceSeconds);
    if (over) await expect(sent).to.be.revertedWithCustomError(leases, "LeaseMarket_WrongStatus");
    else {
      await sent;
      this.model.end(now, this.model.startAt + 10);
    }
  }

  private async giveNotice(): Promise<void> {
    const { leases, alice } = this.driver.world;
    const now = await this.next();
    const sent = leases.connect(alice).giveNotice(this.leaseId);
    if (this.model.closed || now >= this.model.paidThrough + graceSeconds) {
      await expect(sent).to.be.revertedWithCustomError(leases, "LeaseMarket_WrongStatus");
    } else {
      await sent;
      this.model.end(now, now + noticeSeconds);
    }
  }

  private async settle(bitmap: bigint): Promise<void> {
    const piece = this.model.nextPiece();
    if (piece === undefined) return;
    const { leases } = this.driver.world;
    const newest = Math.max(-1, ...this.reports.keys());
    if (!this.reports.has(piece.epoch) && piece.epoch < newest) return this.settleUnreported();
    // Only a report that comes in time: the lease may have gone on for long without one.
    if (!this.reports.has(piece.epoch) && (await this.driver.epoch()) > piece.epoch + 6) return this.settleUnreported();
    const known = this.reports.get(piece.epoch);
    const mine = known ?? (await this.driver.finalReport(piece.epoch, [bitmap, 0n]))[0];
    this.reports.set(piece.epoch, mine);
    await leases.settle(this.leaseId, mine.leaf, mine.proof);
    this.model.settle(mine.leaf.bitmap);
  }

  private async settleUnreported(): Promise<void> {
    const piece = this.model.nextPiece();
    if (piece === undefined) return;
    const { leases } = this.driver.world;
    const now = await this.next();
    const sent = leases.settleUnreported(this.leaseId, piece.epoch);
    const wait = this.reports.has(piece.epoch) ? 2_000 : 400;
    if (now >= this.driver.startOf(piece.epoch + 1) + wait) {
      await sent;
      this.model.settle(ALL_UP);
    } else {
      await expect(sent).to.be.revertedWithCustomError(leases, "LeaseMarket_ReportAwaited");
    }
  }

  async check(): Promise<void> {
    const { leases, settlement, buyer } = this.driver.world;
    const { locked, paidThrough } = await leases.leaseOf(this.leaseId);
    const { bought, paid, refunded, open } = this.model;
    expect(bought, "I9").to.equal(paid + refunded + open.length);
    expect(locked, "I9").to.equal(BigInt(open.length) * RATE);
    expect((await settlement.accountOf(buyer)).locked, "I9").to.equal(locked);
    expect(paidThrough, "paidThrough").to.equal(BigInt(this.model.paidThrough));
    const piece = await leases.nextPieceOf(this.leaseId);
    const expected = this.model.nextPiece();
    if (expected === undefined) expect(piece.fromAt).to.equal(piece.toAt);
    else expect([Number(piece.epoch), Number(piece.fromAt), Number(piece.toAt)]).to.deep.equal(Object.values(expected));
  }

  /** Whatever happened, everything ends: all is paid or refunded once the timeouts are over. */
  async finish(): Promise<void> {
    const { leases } = this.driver.world;
    await this.driver.pass(3_000);
    for (let piece = this.model.nextPiece(); piece !== undefined; piece = this.model.nextPiece()) {
      await this.settleUnreported();
    }
    await this.check();
    expect(await this.driver.statusOf(this.leaseId), "I4").to.equal("Settled");
    expect((await leases.leaseOf(this.leaseId)).locked, "I9").to.equal(0n);
  }
}
