import { readClaim, readRun } from "@millrace/jobs";
import { type Contracts, UNSETTLED_BLOCKS } from "@millrace/sdk";

import type { GameName } from "./Suit.js";
import type { PostedName } from "./WatcherStore.js";

/** What blocks hold for a watcher. */
export interface News {
  readonly posted: readonly PostedName[];
  readonly accepted: readonly { readonly game: GameName; readonly taskId: bigint }[];
}

/**
 * Claims that were posted and tasks that were accepted in a range of blocks. Claims are read from some blocks before it
 * on, too: a block that was replaced, or a node that lagged, must not hide one.
 * @param oldest first block that is read at all
 */
export async function readNews(
  { claims, runs, tasks, machines }: Pick<Contracts, "claims" | "machines" | "runs" | "tasks">,
  oldest: number,
  fromBlock: number,
  toBlock: number,
): Promise<News> {
  const range = { fromBlock: Math.max(oldest, fromBlock - UNSETTLED_BLOCKS), toBlock };
  const [results, ran, taken, begun] = await Promise.all([
    readClaim(claims, range),
    readRun(runs, range),
    tasks.queryFilter(tasks.filters.TaskAccepted(), fromBlock, toBlock),
    machines.queryFilter(machines.filters.TaskAccepted(), fromBlock, toBlock),
  ]);
  const named = (game: GameName, found: readonly { readonly claimId: bigint; readonly block: number }[]) =>
    found.map(({ claimId, block }) => ({ game, claimId, block }));
  return {
    posted: [...named("results", results), ...named("runs", ran)],
    accepted: [
      ...taken.map(({ args }) => ({ game: "results" as const, taskId: args.taskId })),
      ...begun.map(({ args }) => ({ game: "runs" as const, taskId: args.taskId })),
    ],
  };
}
