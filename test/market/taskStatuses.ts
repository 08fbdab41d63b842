import type { ITaskBook } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import type { TaskStatus, World } from "./marketFixture.js";
import type { Opened } from "./taskDriver.js";

/** The steps of a market whose results are claims; alice's node works, the buyer is `market`'s runner. */
export interface Steps {
  readonly market: Pick<World["tasks"], "cancel" | "finalize">;
  readonly open: (changes: Partial<ITaskBook.TaskTermsStruct>) => Promise<Opened>;
  readonly accept: (opened: Opened, holdsData: boolean) => Promise<unknown>;
  readonly submit: (opened: Opened) => Promise<unknown>;
  /** Makes the submitted claim fall. */
  readonly reject: (opened: Opened) => Promise<unknown>;
}

/** Makes a new task and brings it to a status; times are those of `taskTerms`. */
export async function bringTo(status: TaskStatus, { networkHelpers }: Connection, steps: Steps): Promise<Opened> {
  const { market, open, accept, submit, reject } = steps;
  const pass = async (seconds: number) => networkHelpers.time.increase(seconds);
  const now = await networkHelpers.time.latest();
  const opened = await open(status === "Expired" ? { expiresAt: now + 50 } : {});
  const { taskId, order } = opened;
  if (status === "None") return { ...opened, taskId: taskId + 1n };
  if (status === "Listed") return opened;
  if (status === "Expired") await pass(60);
  if (status === "Cancelled") await market.cancel(taskId, order);
  if (status === "Accepted" || status === "Unacknowledged") await accept(opened, false);
  if (status === "Unacknowledged") await pass(40);
  if (["Expired", "Cancelled", "Accepted", "Unacknowledged"].includes(status)) return opened;
  await accept(opened, true);
  if (status === "Overdue") await pass(130);
  if (status === "Working" || status === "Overdue") return opened;
  await submit(opened);
  if (status === "Rejected") await reject(opened);
  if (status === "Confirmed" || status === "Finalized") await pass(70);
  if (status === "Finalized") await market.finalize(taskId, order);
  return opened;
}
