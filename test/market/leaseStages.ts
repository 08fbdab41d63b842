import type { LeaseDriver, Proven } from "./leaseDriver.js";
import { takePledged } from "./leaseTerms.js";
import type { LeaseStatus } from "./marketFixture.js";

/** How the first epoch of a lease falls due: its report is final, or none was posted in time. */
export type Ground = "report" | "silence";

/** From the epoch's end until then; a few transactions post a report. */
const WAIT_SECONDS: Record<Ground, number> = { report: 80, silence: 401 };

/** A lease with a pledge, whose first epoch falls due now. */
export interface Staged {
  readonly leaseId: bigint;
  readonly epoch: number;
  /** The node's leaf of that epoch; on the ground of silence, one of a report that nobody posted. */
  readonly proven: Proven;
}

/** Statuses, and a lease that was settled while it could still be resumed: its bond waits for `releaseBond`. */
export const STAGES = ["None", "Running", "Closing", "Paused", "Ended", "Settled", "Bonded"] as const;
export type Stage = (typeof STAGES)[number];

/** What the market says of a stage. */
export const statusOfStage = (stage: Stage): LeaseStatus => (stage === "Bonded" ? "Settled" : stage);

/**
 * Brings a lease of alice's node to a stage at the second at which its first epoch falls due. Unless it is Settled, part
 * of a second epoch is left to settle; the units are held in every stage.
 */
export async function stageLease(driver: LeaseDriver, stage: Stage, ground: Ground): Promise<Staged> {
  const { leases, alice } = driver.world;
  const epoch = (await driver.epoch()) + 1;
  const [start, end] = [driver.startOf(epoch), driver.startOf(epoch + 1)];
  const due = end + WAIT_SECONDS[ground];
  const isSettled = statusOfStage(stage) === "Settled";
  const isOver = stage === "Paused" || stage === "Ended";
  const paidThrough = isSettled ? end : isOver ? due - 30 : due + 300;

  await driver.at(start);
  const leaseId = await takePledged(driver.connection, driver.world, paidThrough - start);
  if (stage === "Settled" || stage === "Ended") {
    // A notice period before the next epoch has begun for a while: it ends at the first epoch's end, or in the second.
    await driver.at(end - 30);
    await leases.connect(alice).giveNotice(leaseId);
  }
  const proven = ground === "report" ? (await driver.finalReport(epoch))[0] : unposted(epoch, alice.address);
  await driver.connection.networkHelpers.time.increaseTo(due);
  if (stage === "Closing") await leases.connect(alice).giveNotice(leaseId);
  if (isSettled && ground === "report") await leases.settle(leaseId, proven.leaf, proven.proof);
  if (isSettled && ground === "silence") await leases.settleUnreported(leaseId, epoch);
  if (stage === "Bonded") await driver.pass(driver.world.parameters.leasePeriods.graceSeconds);
  return { leaseId: stage === "None" ? leaseId + 1n : leaseId, epoch, proven };
}

function unposted(epoch: number, provider: string): Proven {
  const leaf = { epoch, index: 0, nodeId: 1n, provider, bitmap: 0n, points: 0n, pointsBefore: 0n };
  return { leaf: { ...leaf, rawCumulativeReward: 0n }, proof: [] };
}
