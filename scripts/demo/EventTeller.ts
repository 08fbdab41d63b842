import { attemptOf } from "@millrace/jobs";
import { formatCredits, formatMill, sleep } from "@millrace/sdk";

import type { World } from "./World.js";

interface Line {
  readonly block: number;
  readonly index: number;
  readonly text: string;
}

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
    const { number } = await this.world.clock.latest();
    if (number < this.#next) return;
    const blocks = [this.#next, number] as const;
    const found = await Promise.all([
      ...this.#ofTasks(...blocks),
      ...this.#ofClaims(...blocks),
      ...this.#ofMoney(...blocks),
      ...this.#ofChecks(...blocks),
    ]);
    this.#next = number + 1;
    const lines = found.flat().sort((a, b) => a.block - b.block || a.index - b.index);
    for (const { text } of lines) this.world.narrator.say(text);
  }

  #ofTasks(from: number, to: number): Promise<Line[]>[] {
    const { tasks } = this.world.contracts;
    const { filters } = tasks;
    return [
      linesOf(tasks.queryFilter(filters.TaskAccepted(), from, to), ({ taskId, provider, price, bond, attempt }) => {
        const text = `${this.#titleOf(taskId)}: ${this.#nameOf(provider)} accepts for ${formatCredits(price)}, bonds ${formatMill(bond)}`;
        return Number(attempt) > 1 ? `${text} (attempt ${attempt})` : text;
      }),
      linesOf(
        tasks.queryFilter(filters.TaskSubmitted(), from, to),
        ({ taskId }) => `${this.#titleOf(taskId)}: result submitted`,
      ),
      linesOf(
        tasks.queryFilter(filters.TaskFinalized(), from, to),
        ({ taskId, provider, paid, refunded }) =>
          `${this.#titleOf(taskId)}: final, ${this.#nameOf(provider)} is paid ${formatCredits(paid)}, ${formatCredits(refunded)} go back`,
      ),
      linesOf(
        tasks.queryFilter(filters.TaskCancelled(), from, to),
        ({ taskId, refunded }) => `${this.#titleOf(taskId)}: the buyer cancels it, ${formatCredits(refunded)} go back`,
      ),
    ];
  }

  #ofClaims(from: number, to: number): Promise<Line[]>[] {
    const { claims } = this.world.contracts;
    const { filters } = claims;
    return [
      linesOf(
        claims.queryFilter(filters.BranchPointed(), from, to),
        ({ claimId, branch }) => `${this.#claimOf(claimId)}: the watcher demands a branch of height ${branch.height}`,
      ),
      linesOf(
        claims.queryFilter(filters.WordProvenWrong(), from, to),
        ({ claimId, position, lane }) =>
          `${this.#claimOf(claimId)}: word ${position}, lane ${lane} recomputed on chain: WRONG`,
      ),
      linesOf(
        claims.queryFilter(filters.BranchTimedOut(), from, to),
        ({ claimId }) => `${this.#claimOf(claimId)}: nobody answered in time`,
      ),
    ];
  }

  #ofMoney(from: number, to: number): Promise<Line[]>[] {
    const { staking, leases } = this.world.contracts;
    return [
      linesOf(
        staking.queryFilter(staking.filters.BondSlashed(), from, to),
        ({ provider, toBuyer, toReporter, burned }) =>
          `${this.#nameOf(provider)} is slashed ${formatMill(toBuyer + toReporter + burned)}: ${formatMill(toBuyer)} to the buyer, ` +
          `${formatMill(toReporter)} to the watcher, ${formatMill(burned)} burned`,
      ),
      linesOf(
        leases.queryFilter(leases.filters.LeaseSettled(), from, to),
        ({ upSeconds, fromAt, toAt, paid, refunded }) =>
          `the lease: up ${upSeconds} of ${toAt - fromAt} s, ${formatCredits(paid)} paid, ${formatCredits(refunded)} back to the buyer`,
      ),
    ];
  }

  #ofChecks(from: number, to: number): Promise<Line[]>[] {
    const { checks } = this.world.contracts;
    const { filters } = checks;
    return [
      linesOf(
        checks.queryFilter(filters.CheckDrawn(), from, to),
        ({ claimId }) => `${this.#claimOf(claimId)}: the checker is drawn, the trace waits for its commitment`,
      ),
      linesOf(
        checks.queryFilter(filters.ClaimVouched(), from, to),
        ({ claimId }) => `${this.#claimOf(claimId)}: the checker vouches for it, with words that it computed itself`,
      ),
      linesOf(
        checks.queryFilter(filters.CheckerPaid(), from, to),
        ({ claimId, mill }) => `${this.#claimOf(claimId)}: the checker is paid ${formatMill(mill)}`,
      ),
    ];
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

/** What is told of each event, and where it stands. */
async function linesOf<Args>(
  events: Promise<readonly { readonly blockNumber: number; readonly index: number; readonly args: Args }[]>,
  textOf: (args: Args) => string,
): Promise<Line[]> {
  return (await events).map(({ blockNumber, index, args }) => ({ block: blockNumber, index, text: textOf(args) }));
}
