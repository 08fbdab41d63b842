import { expect } from "chai";
import hre from "hardhat";

import { LeaseDriver } from "./leaseDriver.js";
import { type Ground, type Stage, type Staged, stageLease, STAGES, statusOfStage } from "./leaseStages.js";
import { LEASE_STATUSES, type LeaseStatus, marketWorld } from "./marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

/** Of the buyer, the node's provider, its operator, the node's agent and nobody's side. */
const CALLERS = ["buyer", "alice", "operator", "agent", "stranger"] as const;
type Caller = (typeof CALLERS)[number];

interface Call {
  /** On which ground the first epoch falls due; it matters to those who settle it. */
  readonly ground: Ground;
  /** Who may call; anybody else is refused with `otherwise`. */
  readonly may: readonly Caller[];
  readonly otherwise?: string;
  /** Refusal of a stage in which nobody may, if not WrongStatus; of the market unless it names another contract. */
  readonly refusal?: (stage: Stage) => string;
  /** Refused by its caller before its stage. */
  readonly asksCallerFirst?: boolean;
  readonly next: Partial<Record<Stage, LeaseStatus>>;
}

const PROVIDER = ["alice", "operator"] as const;
const nothingOr = (other: string) => (stage: Stage) =>
  stage === "None" || statusOfStage(stage) === "Settled" ? "LeaseMarket_NothingToSettle" : other;

/** What each call leaves behind in the stages that allow it; everything else must be refused. */
const TABLE: Record<string, Call> = {
  topUp: {
    ground: "report",
    may: ["buyer"],
    otherwise: "LeaseMarket_NotBuyer",
    next: { Running: "Running", Paused: "Running" },
  },
  close: {
    ground: "report",
    may: ["buyer"],
    otherwise: "LeaseMarket_NotBuyer",
    next: { Running: "Ended", Closing: "Ended", Paused: "Ended" },
  },
  giveNotice: {
    ground: "report",
    may: ["buyer", ...PROVIDER],
    otherwise: "LeaseMarket_NotParty",
    next: { Running: "Closing", Paused: "Ended" },
  },
  abandon: {
    ground: "report",
    may: PROVIDER,
    otherwise: "LeaseMarket_NotProvider",
    next: { Running: "Ended", Closing: "Ended" },
  },
  objectTo: {
    ground: "report",
    may: ["buyer"],
    otherwise: "LeaseMarket_NotBuyer",
    asksCallerFirst: true,
    // Nobody is the buyer of a lease that does not exist.
    refusal: (stage) => (stage === "None" ? "LeaseMarket_NotBuyer" : "LeaseMarket_NothingToSettle"),
    next: { Running: "Running", Closing: "Closing", Paused: "Paused", Ended: "Ended" },
  },
  release: {
    ground: "report",
    may: CALLERS,
    refusal: () => "LeaseMarket_NothingToRelease",
    next: { Paused: "Paused", Ended: "Ended", Settled: "Settled", Bonded: "Settled" },
  },
  releaseBond: {
    ground: "report",
    may: CALLERS,
    refusal: () => "LeaseMarket_NothingToUnbond",
    next: { Bonded: "Settled" },
  },
  settle: {
    ground: "report",
    may: CALLERS,
    refusal: nothingOr(""),
    next: { Running: "Running", Closing: "Closing", Paused: "Paused", Ended: "Ended" },
  },
  settleUnreported: {
    ground: "silence",
    may: CALLERS,
    refusal: nothingOr(""),
    next: { Running: "Running", Closing: "Closing", Paused: "Paused", Ended: "Ended" },
  },
};

/** What else ends a settlement: the other ground. */
const OFF_GROUND: Record<Ground, Record<string, string>> = {
  report: { settleUnreported: "LeaseMarket_ReportAwaited" },
  silence: { settle: "UptimeOracle_NotFinal", objectTo: "LeaseMarket_NoObjection" },
};

describe("LeaseMarket transitions", () => {
  let driver: LeaseDriver;
  let staged: Staged;

  async function fixture() {
    const world = await marketWorld(connection);
    const operator = (await connection.ethers.getSigners())[9];
    await world.staking.connect(world.alice).setOperator(operator);
    return { ...world, operator };
  }

  async function stage(name: Stage, ground: Ground): Promise<void> {
    driver = new LeaseDriver(connection, await networkHelpers.loadFixture(fixture));
    staged = await stageLease(driver, name, ground);
  }

  async function call(name: string, caller: Caller) {
    const world = driver.world as Awaited<ReturnType<typeof fixture>>;
    const leases = world.leases.connect(world[caller]);
    const { leaseId, epoch, proven } = staged;
    if (name === "topUp") return leases.topUp(leaseId, driver.price(50));
    if (name === "objectTo") return leases.objectTo(leaseId, epoch);
    if (name === "settle") return leases.settle(leaseId, proven.leaf, proven.proof);
    if (name === "settleUnreported") return leases.settleUnreported(leaseId, epoch);
    return leases[name as "close" | "giveNotice" | "abandon" | "release" | "releaseBond"](leaseId);
  }

  async function expectRefused(name: string, caller: Caller, error: string): Promise<void> {
    const { leases, uptime } = driver.world;
    const thrower = error.startsWith("UptimeOracle") ? uptime : leases;
    const status = LEASE_STATUSES.indexOf(await driver.statusOf(staged.leaseId));
    const refusal = expect(call(name, caller)).to.be.revertedWithCustomError(thrower, error);
    await (error === "LeaseMarket_WrongStatus" ? refusal.withArgs(staged.leaseId, status, allowed(name)) : refusal);
  }

  for (const status of STAGES) {
    for (const ground of ["report", "silence"] as const) {
      // A bond waits only where a report came within the grace time.
      if (status === "Bonded" && ground === "silence") continue;

      describe(`${status}, ${ground}`, () => {
        before(async () => stage(status, ground));

        it("should be the status that the facts give", async () => {
          expect(await driver.statusOf(staged.leaseId)).to.equal(statusOfStage(status));
        });

        for (const [name, { may, otherwise, refusal, asksCallerFirst, next, ground: due }] of Object.entries(TABLE)) {
          if (due !== ground && OFF_GROUND[ground][name] === undefined) continue;
          for (const caller of CALLERS) {
            const isEntitled = may.includes(caller);
            const becomes = due === ground && isEntitled ? next[status] : undefined;
            const title = becomes === undefined ? `should refuse ${name} by` : `should become ${becomes} by ${name} of`;

            it(`${title} ${caller}`, async () => {
              const snapshot = await networkHelpers.takeSnapshot();
              if (becomes !== undefined) {
                await call(name, caller);
                expect(await driver.statusOf(staged.leaseId)).to.equal(becomes);
              } else if (!isEntitled && (asksCallerFirst === true || next[status] !== undefined)) {
                await expectRefused(name, caller, otherwise ?? "");
              } else if (next[status] === undefined) {
                await expectRefused(name, caller, refusal?.(status) ?? "LeaseMarket_WrongStatus");
              } else {
                await expectRefused(name, caller, OFF_GROUND[ground][name]);
              }
              await snapshot.restore();
            });
          }
        }
      });
    }
  }
});

function allowed(name: string): bigint {
  const statuses = Object.keys(TABLE[name].next) as LeaseStatus[];
  return statuses.reduce((bits, status) => bits | (1n << BigInt(LEASE_STATUSES.indexOf(status))), 0n);
}
