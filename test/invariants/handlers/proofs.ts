import { ZeroHash } from "ethers";

import type { MisbehavedVerifier } from "../../../typechain-types/index.js";
import { CREDIT, TASK_STATUSES, type TaskStatus, taskTerms } from "../../market/marketFixture.js";
import type { Action, OpenedProof, Play } from "../Play.js";

/** Answers of `MisbehavedVerifier`, the first of which is "true". */
const ANSWERS = 11;

/** Tasks whose result a verifier judges, which answers whatever it likes from one call to the next. */
export const proofActions: Readonly<Record<string, Action>> = {
  openProof: async (play, dice) => {
    const { proofs } = play.world;
    const verifier = verifierOf(play);
    const buyer = dice.pick(play.buyers);
    const { ethers } = play.connection;
    const program = {
      verifier: await verifier.getAddress(),
      codeHash: ethers.keccak256(await ethers.provider.getCode(verifier)),
      programHash: ZeroHash,
    };
    const startPrice = 1n + dice.amount(50n * CREDIT);
    const terms = taskTerms({
      startPrice,
      maxPrice: startPrice + dice.amount(50n * CREDIT),
      programHash: await proofs.programHashOf(program),
      windowSeconds: 0,
      responseSeconds: 0,
      ...(dice.chance(30) ? { expiresAt: (await play.now()) + dice.int(10, 400) } : {}),
    });
    await proofs.connect(buyer).open(terms, program);
    const taskId = await proofs.taskCount();
    const [event] = await proofs.queryFilter(proofs.filters.TaskOpened(taskId), -1);
    const { openedAt, feePpm, bondRule } = event.args.snapshot;
    const { floor, detectionPpm } = bondRule;
    const snapshot = { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } };
    play.proofTasks.push({ taskId, order: { terms, snapshot }, program });
  },

  acceptProof: async (play, dice) => {
    const { taskId, order } = dice.pick(await proofsIn(play, "Listed", "Overdue", "Unacknowledged"));
    const nodeId = dice.int(1, play.providers.length);
    return play.world.proofs.connect(play.providers[nodeId - 1]).accept(taskId, order, nodeId, dice.chance(85));
  },

  acknowledgeProof: async (play, dice) => {
    const { taskId, order } = dice.pick(await proofsIn(play, "Accepted"));
    return play.world.proofs.connect(play.world.agent).acknowledge(taskId, order);
  },

  submitProof: async (play, dice) => {
    const { taskId, order, program } = dice.pick(await proofsIn(play, "Working"));
    await verifierOf(play).setAnswer(dice.chance(60) ? 0 : dice.int(0, ANSWERS - 1));
    return play.world.proofs.connect(play.world.agent).submit(taskId, order, program, ZeroHash, "0x");
  },

  clearProof: async (play, dice) => {
    const { proofs, stranger } = play.world;
    const { taskId, order } = dice.pick(await proofsIn(play, "Expired", "Unacknowledged", "Overdue", "Listed"));
    if (dice.chance(50)) return proofs.connect(stranger).release(taskId, order);
    return proofs.connect(play.signerOf(order.snapshot.buyer as string)).cancel(taskId, order);
  },
};

function verifierOf({ hostile }: Play): MisbehavedVerifier {
  if (hostile === undefined) throw new Error("nobody is hostile");
  return hostile.verifier;
}

/** Tasks in one of some statuses, or all where there is none: what cannot work is tried too. */
async function proofsIn(play: Play, ...statuses: readonly TaskStatus[]): Promise<OpenedProof[]> {
  const { reads, world, proofTasks } = play;
  const found = await Promise.all(proofTasks.map(async ({ taskId }) => reads.of(world.proofs, "statusOf", taskId)));
  const fitting = proofTasks.filter((_, index) => statuses.includes(TASK_STATUSES[Number(found[index])]));
  return fitting.length === 0 ? proofTasks : fitting;
}
