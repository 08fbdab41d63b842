import type { Range } from "@millrace/tensor";
import fc from "fast-check";

import { caseOf, expectedOf, type KernelCase, wordOf } from "./kernelCases.js";
import { encodeCompute, encodeFirst, encodeReads, type KernelWorld } from "./kernelFixture.js";

const POPULATION = 20;
const CHILDREN = 100;
const SAMPLES = 500;
const MAX_READ_WORDS = 576;

/** The functions of a kernel whose gas depends on what they are given. */
export type Measured = "first" | "reads" | "compute";

/** A call, and the words that it is given, which are drawn from a pool again and again. */
export interface FoundCase {
  readonly case_: KernelCase;
  readonly pool: readonly bigint[];
}

export interface Candidate extends FoundCase {
  readonly gas: bigint;
}

export interface SearchOptions {
  readonly generations: number;
  readonly seed: number;
  /** Whose gas is looked for, by default `compute`'s. */
  readonly measured?: Measured;
  /** Where to begin besides at random: what is known to cost much. */
  readonly known?: readonly FoundCase[];
}

/** The most gas that a search by random change and selection finds for a kernel's function, from sensible calls on. */
export async function searchWorstGas(
  world: KernelWorld,
  name: string,
  { generations, seed, measured = "compute", known = [] }: SearchOptions,
): Promise<Candidate> {
  const sampled = fc.sample(caseOf(name), { seed, numRuns: SAMPLES });
  const words = fc.sample(wordOf(name), { seed, numRuns: 64 });
  const first = sampled.map((case_, i) => ({ case_, pool: words.slice(i % 32, (i % 32) + 1 + (i % 32)) }));
  let population = best(await judged(world, name, measured, [...known, ...first]));
  const random = new Random(seed);
  for (let generation = 0; generation < generations; generation++) {
    const children = Array.from({ length: CHILDREN }, () => {
      const parent = population[random.below(population.length)]!;
      return { case_: changedCase(parent.case_, random), pool: changedPool(parent.pool, random) };
    });
    population = best([...population, ...(await judged(world, name, measured, children))]);
  }
  return population[0]!;
}

/** Gas of one call of a kernel's function; undefined if it reads more than the verifier allows. */
export async function gasOf(
  world: KernelWorld,
  name: string,
  measured: Measured,
  found: FoundCase,
): Promise<bigint | undefined> {
  return (await judged(world, name, measured, [found]))[0]?.gas;
}

/** Those that can be called, with what they cost. A call that fails is a fault of the kernel. */
async function judged(
  world: KernelWorld,
  name: string,
  measured: Measured,
  candidates: readonly FoundCase[],
): Promise<Candidate[]> {
  // Calls that read more than the verifier allows cannot be made.
  const possible = candidates.flatMap((candidate) => {
    let next = 0;
    const draw = ({ log2 }: Range): bigint[] =>
      log2 > 8
        ? new Array<bigint>(MAX_READ_WORDS + 1).fill(0n)
        : Array.from({ length: 2 ** log2 }, () => candidate.pool[next++ % candidate.pool.length]!);
    const { words, firstWords } = expectedOf(name, candidate.case_, draw);
    if (words.length > MAX_READ_WORDS) return [];
    const call = {
      first: () => encodeFirst(candidate.case_),
      reads: () => encodeReads(candidate.case_, firstWords),
      compute: () => encodeCompute(candidate.case_, words),
    }[measured]();
    return [{ ...candidate, call }];
  });
  const outcomes = await world.callMany(
    name,
    possible.map(({ call }) => call),
  );
  return possible.map(({ case_, pool, call }, i) => {
    if (!outcomes[i]!.success) throw new Error(`${name} fails: ${call}`);
    return { case_, pool, gas: outcomes[i]!.gasUsed };
  });
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
