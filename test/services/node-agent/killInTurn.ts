import { setTimeout as sleep } from "node:timers/promises";

import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";

/** Longer than any move takes on a slow machine. */
const LINE_MS = 120_000;

interface Options {
  readonly victim: ManagedProcess;
  /** What it says after each move. */
  readonly line: RegExp;
  /** Kills at most. */
  readonly most: number;
  readonly restart: () => Promise<ManagedProcess>;
  readonly isOver: () => Promise<boolean>;
}

/** Kills a process somewhere after a move, starts it again, and so on until the game is over. @returns how often */
export async function killInTurn({ victim, line, most, restart, isOver }: Options): Promise<number> {
  let killed = 0;
  for (let process_ = victim; killed < most && !(await isOver()); killed++) {
    const isTold = await process_.waitForLine(line, LINE_MS).then(
      () => true,
      () => false,
    );
    if (!isTold || (await isOver())) break;
    // Anywhere between this move and the next.
    await sleep((killed * 370) % 1_500);
    process_.kill("SIGKILL");
    await process_.exited;
    process_ = await restart();
  }
  return killed;
}
