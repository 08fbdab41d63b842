import { attemptOf } from "@millrace/jobs";
import { formatCredits, formatMill, sleep } from "@millrace/sdk";

import type { World } from "./World.js";

/** Tells what happens on chain while the story runs, as its users would read it. */
export class EventTeller {
  readonly #titles = new Map<bigint, string>();
  readonly #stop = new AbortController();
  #next: number;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly world: World,
    fromBlock: number,
  ) {
    this.#next = fromBlock;
  }

  /** The name by which a task is spoken of. */
  name(taskId: bigint, title: string): void {
    this.#titles.set(taskId, title);
  }

  start(): void {
    this.#running = (async () => {
      while (!this.#stop.signal.aborted && !this.world.signal.aborted) {
        await this.#tell().catch(() => undefined);
        await sleep(400, this.#stop.signal);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#tell();
  }

  async #tell(): Promise<void> {
    const { contracts, clock } = this.world;
    const { number } = await clock.latest();
    if (number < this.#next) return;
    const [from, to] = [this.#next, number];
    this.#next = number + 1;
    const { tasks, claims, checks, staking, leases } = contracts;
    const {
      accepted,
      submitted,
      finalized,
      cancelled,
      pointed,
      proven,
      timedOut,
      slashed,
      settled,
      drawn,
      vouched,
      paid,
    } = await allOf({
      accepted: tasks.queryFilter(tasks.filters.TaskAccepted(), from, to),
      submitted: tasks.queryFilter(tasks.filters.TaskSubmitted(), from, to),
      finalized: tasks.queryFilter(tasks.filters.TaskFinalized(), from, to),
      cancelled: tasks.queryFilter(tasks.filters.TaskCancelled(), from, to),
      pointed: claims.queryFilter(claims.filters.BranchPointed(), from, to),
      proven: claims.queryFilter(claims.filters.WordProvenWrong(), from, to),
      timedOut: claims.queryFilter(claims.filters.BranchTimedOut(), from, to),
      slashed: staking.queryFilter(staking.filters.BondSlashed(), from, to),
      settled: leases.queryFilter(leases.filters.LeaseSettled(), from, to),
      drawn: checks.queryFilter(checks.filters.CheckDrawn(), from, to),
      vouched: checks.queryFilter(checks.filters.ClaimVouched(), from, to),
      paid: checks.queryFilter(checks.filters.CheckerPaid(), from, to),
    });
    const lines = [
      ...accepted.map((event) => {
        const { taskId, provider, price, bond, attempt } = event.args;
        const text = `${this.#titleOf(taskId)}: ${this.#nameOf(provider)} accepts for ${formatCredits(price)}, bonds ${formatMill(bond)}`;
        return { event, text: Number(attempt) > 1 ? `${text} (attempt ${attempt})` : text };
      }),
      ...submitted.map((event) => ({ event, text: `${this.#titleOf(event.args.taskId)}: result submitted` })),
      ...finalized.map((event) => {
        const { taskId, provider, paid, refunded } = event.args;
        const text = `${this.#titleOf(taskId)}: final, ${this.#nameOf(provider)} is paid ${formatCredits(paid)}, ${formatCredits(refunded)} go back`;
        return { event, text };
      }),
      ...cancelled.map((event) => {
        const { taskId, refunded } = event.args;
        const text = `${this.#titleOf(taskId)}: the buyer cancels it, ${formatCredits(refunded)} go back`;
        return { event, text };
      }),
      ...pointed.map((event) => {
        const { claimId, branch } = event.args;
        return { event, text: `${this.#claimOf(claimId)}: the watcher demands a branch of height ${branch.height}` };
      }),
      ...proven.map((event) => {
        const { claimId, position, lane } = event.args;
        return { event, text: `${this.#claimOf(claimId)}: word ${position}, lane ${lane} recomputed on chain: WRONG` };
      }),
      ...timedOut.map((event) => ({ event, text: `${this.#claimOf(event.args.claimId)}: nobody answered in time` })),
      ...slashed.map((event) => {
        const { provider, toBuyer, toReporter, burned } = event.args;
        const text =
          `${this.#nameOf(provider)} is slashed ${formatMill(toBuyer + toReporter + burned)}: ${formatMill(toBuyer)} to the buyer, ` +
          `${formatMill(toReporter)} to the watcher, ${formatMill(burned)} burned`;
        return { event, text };
      }),
      ...settled.map((event) => {
        const { upSeconds, fromAt, toAt, paid, refunded } = event.args;
        const text = `the lease: up ${upSeconds} of ${toAt - fromAt} s, ${formatCredits(paid)} paid, ${formatCredits(refunded)} back to the buyer`;
        return { event, text };
      }),
      ...drawn.map((event) => ({
        event,
        text: `${this.#claimOf(event.args.claimId)}: the checker is drawn, the trace waits for its commitment`,
      })),
      ...vouched.map((event) => ({
        event,
        text: `${this.#claimOf(event.args.claimId)}: the checker vouches for it, with words that it computed itself`,
      })),
      ...paid.map((event) => {
        const { claimId, mill } = event.args;
        return { event, text: `${this.#claimOf(claimId)}: the checker is paid ${formatMill(mill)}` };
      }),
    ];
    lines.sort((a, b) => a.event.blockNumber - b.event.blockNumber || a.event.index - b.event.index);
    for (const { text } of lines) this.world.narrator.say(text);
  }

  #titleOf(taskId: bigint): string {
    return this.#titles.get(taskId) ?? `task ${taskId}`;
  }

  #claimOf(claimId: bigint): string {
    return this.#titleOf(attemptOf(claimId).taskId);
  }

  #nameOf(address: string): string {
    const { cast } = this.world;
    return cast.providers.find(({ account }) => account.address === address)?.name ?? address;
  }
}

/** Waits for all, each by its name. */
async function allOf<Promises extends Readonly<Record<string, Promise<unknown>>>>(
  promises: Promises,
): Promise<{ [Name in keyof Promises]: Awaited<Promises[Name]> }> {
  const found = await Promise.all(Object.entries(promises).map(async ([name, promise]) => [name, await promise]));
  return Object.fromEntries(found) as { [Name in keyof Promises]: Awaited<Promises[Name]> };
}
