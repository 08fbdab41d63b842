import { type Challenge, computeOpenings, computeRoots, entryAt, ResultTree } from "@millrace/capacity";
import {
  type BeaconRecorder,
  type Contracts,
  decodeError,
  type EpochClock,
  type Logger,
  memberOf,
  type TransactionSender,
} from "@millrace/sdk";
import type { Hex } from "@millrace/tensor";

import type { ICapacityProofs } from "../../../../typechain-types/index.js";
import type { Conduct } from "../Conduct.js";
import { type Head, Keeper } from "../Keeper.js";
import type { RootStore } from "./RootStore.js";

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly recorder: BeaconRecorder;
  readonly roots: RootStore;
  readonly clock: EpochClock;
  readonly conduct: Conduct;
  readonly nodeIds: readonly bigint[];
  readonly threads: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What is computed, and from which seed. */
interface Computation {
  readonly seed: string;
  readonly done: Promise<void>;
  readonly stop: AbortController;
}

const NONE = memberOf("AnswerState", "nothing");
const COMMITTED = memberOf("AnswerState", "committed");

type Times = ICapacityProofs.RoundTimesStructOutput;

/**
 * Answers capacity challenges. What is to be done follows from the chain and from the roots on disk at each block, so the
 * agent can be killed at any moment: it computes again what it had not committed to, and opens what it had.
 */
export class CapacityKeeper extends Keeper<Parts> {
  /** Computations under way, by epoch and node. */
  readonly #computing = new Map<string, Computation>();
  #answered = 0;

  /** Challenges that this agent has answered since it started. */
  get answered(): number {
    return this.#answered;
  }

  /** Waits for computations too, which the shutdown has stopped. */
  override async idle(): Promise<void> {
    await super.idle();
    await Promise.all([...this.#computing.values()].map(({ done }) => done));
  }

  protected override async takeRound(head: Head): Promise<void> {
    try {
      await this.#advance(head);
    } catch (error) {
      const { signal, logger } = this.parts;
      if (!signal.aborted) logger.warn({ reason: decodeError(error).sentence }, "capacity step failed");
    }
  }

  async #advance({ timestamp }: Head): Promise<void> {
    const { contracts, recorder, clock, nodeIds } = this.parts;
    const now = BigInt(timestamp);
    const epoch = clock.epochAt(timestamp);
    // The nodes are those of the epoch before.
    if (epoch < 1) return;
    const times = await contracts.capacity.timesOf(epoch);
    if (times.startsAt === 0n) {
      if (now >= times.drawAt) await recorder.ensure(times.drawAt);
      return;
    }
    if (now < times.startsAt || now >= times.reportsFrom || !(await recorder.ensure(times.startsAt))) return;
    for (const nodeId of nodeIds) {
      if (now < times.closesAt) await this.#commit(epoch, nodeId, times);
      else await this.#open(epoch, nodeId, times);
    }
  }

  async #commit(epoch: number, nodeId: bigint, { closesAt }: Times): Promise<void> {
    const { contracts, sender, roots, logger } = this.parts;
    const { state } = await contracts.capacity.answerOf(nodeId, epoch);
    if (state !== NONE || !(await contracts.capacity.isPicked(nodeId, epoch))) return;
    const challenge = await this.#challenge(epoch, nodeId);
    const known = roots.read(epoch, nodeId, challenge.seed);
    if (known === undefined) {
      this.#compute(epoch, nodeId, challenge);
      return;
    }
    const { root } = new ResultTree(challenge, known);
    await sender.send(
      () => contracts.capacity.commit.populateTransaction(nodeId, root),
      `commit capacity of node ${nodeId.toString()}`,
      { dueAt: Number(closesAt) },
    );
    logger.info({ epoch, nodeId, products: challenge.products }, "capacity results committed");
  }

  async #open(epoch: number, nodeId: bigint, times: Times): Promise<void> {
    const { contracts, sender, recorder, roots, logger, signal } = this.parts;
    const { state } = await contracts.capacity.answerOf(nodeId, epoch);
    if (state !== COMMITTED) {
      // Too late for what is still being computed.
      this.#computing.get(keyOf(epoch, nodeId))?.stop.abort();
      return;
    }
    if (!(await recorder.ensure(times.closesAt))) return;
    const challenge = await this.#challenge(epoch, nodeId);
    const known = roots.read(epoch, nodeId, challenge.seed);
    if (known === undefined) {
      this.#compute(epoch, nodeId, challenge);
      return;
    }
    const { entryCount } = await contracts.capacity.rules();
    const entries = await Promise.all(
      Array.from({ length: Number(entryCount) }, async (_, index) => {
        const drawn = await contracts.capacity.entryOf(nodeId, epoch, index);
        return entryAt(challenge, cellOf(challenge, drawn));
      }),
    );
    const openings = await computeOpenings(challenge, known, entries, signal);
    await sender.send(
      () => contracts.capacity.open.populateTransaction(nodeId, [...openings]),
      `open capacity of node ${nodeId.toString()}`,
      { dueAt: Number(times.reportsFrom) },
    );
    this.#answered++;
    logger.info({ epoch, nodeId }, "capacity entries opened");
  }

  /** Begins to compute, unless that goes on already. The next block finds the roots on disk. */
  #compute(epoch: number, nodeId: bigint, challenge: Challenge): void {
    const key = keyOf(epoch, nodeId);
    const underWay = this.#computing.get(key);
    if (underWay !== undefined) {
      // Of a seed that the chain has taken back: the next block finds nothing under way.
      if (underWay.seed !== challenge.seed) underWay.stop.abort();
      return;
    }
    const { roots, threads, logger, signal } = this.parts;
    const stop = new AbortController();
    const startedAt = performance.now();
    const done = computeRoots(challenge, { threads, signal: AbortSignal.any([signal, stop.signal]) })
      .then((computed) => {
        roots.write(epoch, nodeId, challenge.seed, computed);
        logger.info({ epoch, nodeId, seconds: Math.round((performance.now() - startedAt) / 1_000) }, "computed");
      })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        if (!signal.aborted) logger.warn({ epoch, nodeId, reason }, "capacity challenge not computed");
      })
      .finally(() => this.#computing.delete(key));
    this.#computing.set(key, { seed: challenge.seed, done, stop });
  }

  async #challenge(epoch: number, nodeId: bigint): Promise<Challenge> {
    const { contracts, conduct } = this.parts;
    const [seed, products, rules] = await Promise.all([
      contracts.capacity.seedOf(nodeId, epoch),
      contracts.capacity.productsOf(nodeId, epoch),
      contracts.capacity.rules(),
    ]);
    return {
      seed: seed as Hex,
      products: Number(products),
      rowsLog2: Number(rules.rowsLog2),
      rowWordsLog2: Number(rules.rowWordsLog2),
      skippedPercent: conduct.skippedPercent,
    };
  }
}

function keyOf(epoch: number, nodeId: bigint): string {
  return `${epoch}/${nodeId.toString()}`;
}

/** Index of an entry among all results. */
function cellOf(
  { rowsLog2 }: Challenge,
  { product, row, column }: { product: bigint; row: bigint; column: bigint },
): bigint {
  const log2 = BigInt(rowsLog2);
  return (product << (2n * log2)) | (row << log2) | column;
}
