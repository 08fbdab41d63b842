import { CHUNK_STATUSES, type ChunkStatus } from "../../market/approvalDriver.js";
import { CREDIT, TASK_STATUSES, type TaskStatus } from "../../market/marketFixture.js";
import type { IApprovalMarket } from "../../../typechain-types/index.js";
import type { Opened } from "../../market/taskDriver.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";

const CHUNKS = 3;

/** Chunks are ordered, rendered, judged, paid for their keys, or given up. */
export const approvalActions: Readonly<Record<string, Action>> = {
  openApproval: async (play, dice) => {
    const prices = { startPrice: CREDIT, maxPrice: CREDIT + dice.amount(20n * CREDIT) };
    play.approvalTasks.push(await play.approving.open(dice.int(1, CHUNKS), prices));
  },

  acceptApproval: async (play, dice) => {
    const { taskId, order } = dice.pick(await approvalsIn(play, "Listed", "Overdue", "Unacknowledged"));
    const nodeId = dice.int(1, play.providers.length);
    return play.world.approvals.connect(play.providers[nodeId - 1]).accept(taskId, order, nodeId, dice.chance(90));
  },

  submitChunk: async (play, dice) => {
    const [opened, chunk] = await pickChunk(play, dice, "None", "Rejected");
    return play.approving.submit(opened, chunk, 1, play.world.agent);
  },

  approveChunk: async (play, dice) => play.approving.approve(...(await pickChunk(play, dice, "Submitted"))),

  rejectChunk: async (play, dice) => play.approving.reject(...(await pickChunk(play, dice, "Submitted"))),

  /** A buyer refuses whatever it is sent of a chunk, until that is given up: from then on both may end the rest. */
  refuseChunk: async (play, dice) => {
    const [opened, chunk] = await pickChunk(play, dice, "None", "Submitted", "Rejected");
    for (;;) {
      const status = await statusOfChunk(play, opened, chunk);
      if (status === "Refunded") return;
      if (status === "Submitted") await play.approving.reject(opened, chunk);
      else await play.approving.submit(opened, chunk, 1, play.world.agent);
    }
  },

  releaseKey: async (play, dice) => {
    const [opened, chunk] = await pickChunk(play, dice, "Submitted", "Approved");
    return play.approving.release(opened, chunk, 1, play.world.agent);
  },

  timeoutKey: async (play, dice) => {
    const [{ taskId, order }, chunk] = await pickChunk(play, dice, "Withheld");
    return play.world.approvals.connect(play.world.stranger).timeoutKey(taskId, order, chunk);
  },

  endRest: async (play, dice) => {
    const { approvals, buyer } = play.world;
    const working = await approvalsIn(play, "Working");
    const progress = await Promise.all(
      working.map(async ({ taskId }) => play.reads.of(approvals, "progressOf", taskId)),
    );
    const endable = working.filter((_, index) => progress[index].canEnd && !isUndecided(progress[index]));
    const { taskId, order } = dice.pick(endable.length === 0 ? working : endable);
    return approvals.connect(dice.pick([buyer, ...play.providers])).endRest(taskId, order);
  },

  clearApproval: async (play, dice) => {
    const { taskId, order } = dice.pick(play.approvalTasks);
    const { approvals, buyer, stranger } = play.world;
    if (dice.chance(50)) return approvals.connect(stranger).release(taskId, order);
    return approvals.connect(buyer).cancel(taskId, order);
  },
};

/** I4: the buyer gets out of a task, whatever its provider does not do. */
export async function endApproval(play: Play, { taskId, order }: Opened): Promise<Promise<unknown>[]> {
  const { approvals, buyer, stranger } = play.world;
  const { chunks } = await approvals.progressOf(taskId);
  const sent: Promise<unknown>[] = [];
  // An overdue task needs no key: it can be cancelled as it is.
  const isWorking = Number(await approvals.statusOf(taskId)) === WORKING;
  for (let chunk = 0; isWorking && chunk < Number(chunks); chunk++) {
    const status = Number(await approvals.chunkStatusOf(taskId, order, chunk));
    if (status !== WITHHELD) continue;
    sent.push(approvals.connect(stranger).timeoutKey(taskId, order, chunk));
    break;
  }
  await Promise.allSettled(sent);
  const status = Number(await approvals.statusOf(taskId));
  if (!ENDED.includes(status)) sent.push(approvals.connect(buyer).cancel(taskId, order));
  return sent;
}

/** `IApprovalMarket.ChunkStatus.Withheld` and, of `TaskStatus`, Working, Finalized and Cancelled. */
const WITHHELD = 4;
const WORKING = 5;
const ENDED = [10, 11];

/** Tasks in one of some statuses, or all where there is none: what cannot work is tried too. */
async function approvalsIn(play: Play, ...statuses: readonly TaskStatus[]): Promise<Opened[]> {
  const { reads, world, approvalTasks } = play;
  const found = await Promise.all(
    approvalTasks.map(async ({ taskId }) => reads.of(world.approvals, "statusOf", taskId)),
  );
  const fitting = approvalTasks.filter((_, index) => statuses.includes(TASK_STATUSES[Number(found[index])]));
  return fitting.length === 0 ? approvalTasks : fitting;
}

/** Whether a chunk waits for a judgement or a key. */
function isUndecided({ inFlight, toRedo }: IApprovalMarket.ProgressStructOutput): boolean {
  return inFlight !== toRedo;
}

async function statusOfChunk({ reads, world }: Play, { taskId, order }: Opened, chunk: number): Promise<ChunkStatus> {
  return CHUNK_STATUSES[Number(await reads.of(world.approvals, "chunkStatusOf", taskId, order, chunk))];
}

/** The same for the chunks of tasks that are worked on. */
async function pickChunk(play: Play, dice: Dice, ...statuses: readonly ChunkStatus[]): Promise<[Opened, number]> {
  const pairs: [Opened, number][] = [];
  for (const opened of await approvalsIn(play, "Working", "Overdue")) {
    const { chunks } = await play.reads.of(play.world.approvals, "progressOf", opened.taskId);
    for (let chunk = 0; chunk < Number(chunks); chunk++) pairs.push([opened, chunk]);
  }
  const found = await Promise.all(pairs.map(async ([opened, chunk]) => statusOfChunk(play, opened, chunk)));
  const fitting = pairs.filter((_, index) => statuses.includes(found[index]));
  return dice.pick(fitting.length === 0 ? pairs : fitting);
}
