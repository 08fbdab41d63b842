import type { Range } from "@millrace/tensor";
import fc from "fast-check";

import { caseOf, expectedOf, type KernelCase, wordOf } from "./kernelCases.js";
import { encodeCompute, type KernelWorld } from "./kernelFixture.js";

const POPULATION = 20;
const CHILDREN = 100;
const MAX_READ_WORDS = 576;

/** A call of `compute`, and the words that it is given, which are drawn from a pool again and again. */
interface Candidate {
  readonly case_: KernelCase;
  readonly pool: readonly bigint[];
  readonly gas: bigint;
}

/** The most gas that a search by random change and selection finds for a kernel's `compute`, from sensible calls on. */
export async function searchWorstGas(
  world: KernelWorld,
  name: string,
  { generations, seed }: { generations: number; seed: number },
): Promise<Candidate> {
  const sampled = fc.sample(caseOf(name), { seed, numRuns: 10 * CHILDREN });
  const words = fc.sample(wordOf(name), { seed, numRuns: 64 });
  let population = await judged(
    world,
    name,
    sampled.map((case_, i) => ({ case_, pool: words.slice(i % 32, (i % 32) + 1 + (i % 32)) })),
  );
  const random = new Random(seed);
  for (let generation = 0; generation < generations; generation++) {
    const children = Array.from({ length: CHILDREN }, () => {
      const parent = population[random.below(population.length)]!;
      return { case_: changedCase(parent.case_, random), pool: changedPool(parent.pool, random) };
    });
    population = best([...population, ...(await judged(world, name, children))]);
  }
  return population[0]!;
}

async function judged(
  world: KernelWorld,
  name: string,
  candidates: readonly Omit<Candidate, "gas">[],
): Promise<Candidate[]> {
  // Calls that read more than the verifier allows cannot be made.
  const possible = candidates.flatMap((candidate) => {
    let next = 0;
    const draw = ({ log2 }: Range): bigint[] =>
      log2 > 8
        ? new Array<bigint>(MAX_READ_WORDS + 1).fill(0n)
        : Array.from({ length: 2 ** log2 }, () => candidate.pool[next++ % candidate.pool.length]!);
    const { words } = expectedOf(name, candidate.case_, draw);
    return words.length > MAX_READ_WORDS ? [] : [{ ...candidate, call: encodeCompute(candidate.case_, words) }];
  });
  const outcomes = await world.callMany(
    name,
    possible.map(({ call }) => call),
  );
  return best(possible.map(({ case_, pool }, i) => ({ case_, pool, gas: outcomes[i]!.gasUsed })));
}

function best(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => Number(b.gas - a.gas)).slice(0, POPULATION);
}

/** One or two fields changed: a bit turned over, one more or less, doubled, or something extreme. */
function changedCase({ params, piece, lane }: KernelCase, random: Random): KernelCase {
  const changed = params.slice();
  const view = new DataView(changed.buffer);
  for (let n = random.below(2); n >= 0; n--) {
    const at = 8 * random.below(Math.max(1, Math.floor(changed.length / 8)));
    if (at + 8 > changed.length) continue;
    const value = view.getBigUint64(at);
    const choices = [
      value ^ (1n << BigInt(random.below(12))),
      value + 1n,
      value - 1n,
      2n * value,
      value / 2n,
      8n,
      2n ** 63n,
    ];
    view.setBigUint64(at, BigInt.asUintN(64, choices[random.below(choices.length)]!));
  }
  const move = random.below(4);
  return {
    params: changed,
    piece: move === 0 ? random.below(64) : piece,
    lane: move === 1 ? random.below(32) : lane,
  };
}

function changedPool(pool: readonly bigint[], random: Random): bigint[] {
  const changed = [...pool];
  const at = random.below(changed.length);
  const extremes = [0n, 2n ** 256n - 1n, BigInt(`0x${"80".repeat(32)}`), BigInt(`0x${"7f".repeat(32)}`)];
  const choice = random.below(3);
  if (choice === 0) changed[at] = extremes[random.below(extremes.length)]!;
  else if (choice === 1) changed[at] = changed[at]! ^ (1n << BigInt(random.below(256)));
  return changed;
}

/** Whole numbers that depend on the seed alone. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0;
  }

  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }
}
