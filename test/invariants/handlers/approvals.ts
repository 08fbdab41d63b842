import { CHUNK_STATUSES, type ChunkStatus } from "../../market/approvalDriver.js";
import { CREDIT, TASK_STATUSES, type TaskStatus } from "../../market/marketFixture.js";
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

  rejectChunk: async (play, dice) => {
    const [opened, chunk] = await pickChunk(play, dice, "Submitted");
    await play.approving.reject(opened, chunk);
    // Some buyers refuse whatever they are sent, until it is given up.
    if (dice.chance(70)) return;
    while (await isRejected(play, opened, chunk)) {
      await play.approving.submit(opened, chunk, 1, play.world.agent);
      await play.approving.reject(opened, chunk);
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
    const endable = working.filter((_, index) => progress[index].canEnd);
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

async function isRejected({ reads, world }: Play, { taskId, order }: Opened, chunk: number): Promise<boolean> {
  const status = await reads.of(world.approvals, "chunkStatusOf", taskId, order, chunk);
  return CHUNK_STATUSES[Number(status)] === "Rejected";
}

/** The same for the chunks of tasks that are worked on. */
async function pickChunk(play: Play, dice: Dice, ...statuses: readonly ChunkStatus[]): Promise<[Opened, number]> {
  const pairs: [Opened, number][] = [];
  for (const opened of await approvalsIn(play, "Working", "Overdue")) {
    const { chunks } = await play.reads.of(play.world.approvals, "progressOf", opened.taskId);
    for (let chunk = 0; chunk < Number(chunks); chunk++) pairs.push([opened, chunk]);
  }
  const found = await Promise.all(
    pairs.map(async ([{ taskId, order }, chunk]) =>
      play.reads.of(play.world.approvals, "chunkStatusOf", taskId, order, chunk),
    ),
  );
  const fitting = pairs.filter((_, index) => statuses.includes(CHUNK_STATUSES[Number(found[index])]));
  return dice.pick(fitting.length === 0 ? pairs : fitting);
}
