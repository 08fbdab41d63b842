import { machineProgramHash, programValues, type ProgramValues, readRun, runValues, type States } from "@millrace/jobs";
import { Execution, inputRoot, type Trace } from "@millrace/rv32";
import { hexlify } from "ethers";

import { RunGame, SORTING } from "../../claims/support/runs.js";
import { CREDIT, TASK_STATUSES, type TaskStatus, taskTerms } from "../../market/marketFixture.js";
import type { Opened } from "../../market/taskDriver.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";
import { PAYING } from "./claims.js";

/** One program, as it runs and as a cheat says that it ran. */
const HONEST = rememberedStates(new Execution(SORTING.program, SORTING.input));
const WRONG = rememberedStates(
  new Execution(SORTING.program, SORTING.input, { corrupt: { step: 3_000n, register: 12, xor: 8 } }),
);
const INPUT_ROOT = hexlify(inputRoot(SORTING.program, SORTING.input));

/** Tasks of the machine market: right runs and wrong ones, with challengers who know and challengers who err. */
export const machineActions: Readonly<Record<string, Action>> = {
  openMachine: async (play, dice) => {
    const { machines } = play.world;
    const buyer = dice.pick(play.buyers);
    const program = await programOf(play);
    const startPrice = 1n + dice.amount(50n * CREDIT);
    const terms = taskTerms({
      startPrice,
      maxPrice: startPrice + dice.amount(50n * CREDIT),
      programHash: machineProgramHash(program),
      inputRoot: INPUT_ROOT,
      ...(dice.chance(30) ? { expiresAt: (await play.now()) + dice.int(10, 400) } : {}),
    });
    await machines.connect(buyer).open(terms, program);
    const taskId = await machines.taskCount();
    const [{ args }] = await machines.queryFilter(machines.filters.TaskOpened(taskId), -1);
    const { openedAt, feePpm, bondRule } = args.snapshot;
    const { floor, detectionPpm } = bondRule;
    const snapshot = { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } };
    play.machineTasks.push({ taskId, order: { terms, snapshot } });
  },

  acceptMachine: async (play, dice) => {
    const { taskId, order } = dice.pick(await machinesIn(play, "Listed", "Overdue", "Rejected", "Unacknowledged"));
    const nodeId = dice.int(1, play.providers.length);
    return play.world.machines.connect(play.providers[nodeId - 1]).accept(taskId, order, nodeId, dice.chance(85));
  },

  acknowledgeMachine: async (play, dice) => {
    const { taskId, order } = dice.pick(await machinesIn(play, "Accepted"));
    return play.world.machines.connect(play.world.agent).acknowledge(taskId, order);
  },

  submitMachine: async (play, dice) => {
    const { machines, runs, agent, challenger } = play.world;
    const { taskId, order } = dice.pick(await machinesIn(play, "Working"));
    const theirs = dice.chance(50) ? HONEST : WRONG;
    const program = await programOf(play);
    await machines.connect(agent).submit(taskId, order, program, runValues(theirs.trace));
    const claimId = await machines.claimIdOf(taskId, (await machines.taskOf(taskId)).attempt);
    const [posted] = await readRun(runs, {
      claimId,
      fromBlock: await play.connection.ethers.provider.getBlockNumber(),
    });
    const { ethers } = play.connection;
    const world = { ethers, claims: runs, provider: agent, challenger, codeHash: program.codeHash };
    const [knowing, erring] = [HONEST, WRONG].map((states) => new RunGame(world, posted, theirs, states));
    play.runGames.set(claimId, { taskId, knowing, erring });
  },

  /** The next move of somebody who executed it too, or of somebody whose own machine is at fault. */
  challengeRun: async (play, dice) => {
    const { knowing, erring } = await pickGame(play, dice);
    const game = dice.chance(75) ? knowing : erring;
    const move = await game.nextMove();
    if (move === undefined) throw new Error("nothing to say against it");
    await game.play(move);
  },

  answerRun: async (play, dice) => {
    const { knowing } = await pickGame(play, dice);
    if ((await knowing.answer(play.world.agent)) === 0) throw new Error("nothing to open");
  },

  finalizeMachine: async (play, dice) => {
    const { machines, stranger } = play.world;
    const opened = dice.pick(await machinesIn(play, "Confirmed"));
    if (dice.chance(20)) return machines.connect(stranger).finalizeMany([opened, opened]);
    return machines.connect(stranger).finalize(opened.taskId, opened.order);
  },

  clearMachine: async (play, dice) => {
    const { machines, stranger } = play.world;
    const failed = await machinesIn(play, "Expired", "Unacknowledged", "Overdue", "Rejected");
    const { taskId, order } = dice.pick(failed);
    if (dice.chance(50)) return machines.connect(stranger).release(taskId, order);
    return machines.connect(play.signerOf(order.snapshot.buyer as string)).cancel(taskId, order);
  },

  withdrawRunBonds: async (play, dice) => {
    const { runs, stranger, challenger } = play.world;
    const { knowing } = dice.pick([...play.runGames.values()]);
    const account = dice.pick([challenger, ...play.providers]);
    const ids = knowing.history.ids();
    return runs.connect(stranger).withdrawBonds(knowing.claimId, knowing.posted.claim, ids, account, account, PAYING);
  },
};

/** Of a task's claim: the game as two challengers see it. */
export interface RunGames {
  readonly taskId: bigint;
  readonly knowing: RunGame;
  readonly erring: RunGame;
}

/** Tasks in one of some statuses, or all where there is none: what cannot work is tried too. */
async function machinesIn(play: Play, ...statuses: readonly TaskStatus[]): Promise<Opened[]> {
  const { reads, world, machineTasks } = play;
  const found = await Promise.all(machineTasks.map(async ({ taskId }) => reads.of(world.machines, "statusOf", taskId)));
  const fitting = machineTasks.filter((_, index) => statuses.includes(TASK_STATUSES[Number(found[index])]));
  return fitting.length === 0 ? machineTasks : fitting;
}

/** The game about a result that waits, or about any. */
async function pickGame(play: Play, dice: Dice): Promise<RunGames> {
  const { reads, world, runGames } = play;
  const games = [...runGames.values()];
  const found = await Promise.all(games.map(async ({ taskId }) => reads.of(world.machines, "statusOf", taskId)));
  const open = games.filter((_, index) => TASK_STATUSES[Number(found[index])] === "Submitted");
  return dice.pick(open.length === 0 ? games : open);
}

/** States of an execution, each computed once: every game of a process is about the same two. */
function rememberedStates(execution: Execution): States & { readonly trace: Trace } {
  const known = new Map<string, Uint8Array[]>();
  return {
    trace: execution.run(),
    states(steps) {
      const key = steps.join();
      const states = known.get(key) ?? execution.states(steps);
      known.set(key, states);
      return states;
    },
    witness: (step) => execution.witness(step),
  };
}

async function programOf({ reads, world }: Play): Promise<ProgramValues> {
  return programValues(SORTING.program, await reads.of(world.runs, "VERIFIER_CODE_HASH"));
}
