import { ApprovalDriver } from "../test/market/approvalDriver.js";
import type { Connection } from "../test/support/deployMillrace.js";
import type { BenchWorld } from "./benchWorld.js";
import type { Meter } from "./Meter.js";

const TASKS = 3;
const CHUNKS = 3;

/** Tasks that the buyer judges chunk by chunk, each delivered to its end. */
export async function measureApprovals(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new ApprovalDriver(connection, world);
  for (let task = 0; task < TASKS; task++) {
    const opened = await meter.measure("open-approval-task", () => driver.open(CHUNKS));
    await meter.measure("accept-approval-task", () => driver.accept(opened));
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      await meter.measure("submit-chunk", () => driver.submit(opened, chunk));
      await meter.measure("approve-chunk", () => driver.approve(opened, chunk));
      await meter.measure("release-key", () => driver.release(opened, chunk));
    }
  }
}
