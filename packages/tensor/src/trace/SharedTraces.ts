import { TensorError } from "../errors.ts";
import { orTooLarge } from "../orTooLarge.ts";
import type { Program } from "../program/Program.ts";
import { ceilLog2, WORD_BYTES } from "../words.ts";
import { LEAF_LOG2 } from "./heights.ts";
import { blocksOf, NodeHasher, wholeBlocks } from "./NodeHasher.ts";
import { keptBytes, type RegionNodes, wordCountOf } from "./RegionNodes.ts";
import { TraceTree } from "./TraceTree.ts";
import type { Traces } from "./traces.ts";

const [READY, TAKEN, HASHED] = [0, 1, 2];

/** What threads pass on to each other of a trace that is being filled; the memory is shared, nothing is copied. */
export interface SharedMemory {
  readonly regions: readonly RegionNodes[];
  readonly counters: Int32Array;
}

/**
 * The words of a trace and the nodes over them in memory that threads share: one fills the words in, from the first to
 * the last, and any number hash the blocks that are complete.
 */
export class SharedTraces {
  readonly memory: SharedMemory;
  /** The region and the block in it, in the order in which they become complete. */
  readonly #blocks: readonly (readonly [region: RegionNodes, block: number])[];

  constructor(memory: SharedMemory) {
    this.memory = memory;
    this.#blocks = memory.regions.flatMap((region) =>
      Array.from({ length: blocksOf(region) }, (_, block) => [region, block] as const),
    );
  }

  /** For a program's run on its input, whose words are filled in already. */
  static of(program: Program, input: Uint8Array): SharedTraces {
    const { inWords, bodyWords, outWords } = program.header;
    const regions = [inWords, bodyWords, outWords]
      .filter((words) => words > 0)
      .map((words) => {
        const depth = ceilLog2(words);
        const nodes = shared(keptBytes(words, depth));
        return { words: shared(words * WORD_BYTES), depth, leafLog2: LEAF_LOG2, nodes };
      });
    const counters = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
    const traces = new SharedTraces({ regions, counters });
    traces.write(0, input);
    traces.complete(inWords);
    return traces;
  }

  /** The words of the first region. */
  get input(): Uint8Array {
    return (this.memory.regions[0] as RegionNodes).words;
  }

  /** Writes words from an address on, in one region. */
  write(address: number, words: Uint8Array): void {
    let start = 0;
    for (const region of this.memory.regions) {
      const end = start + wordCountOf(region);
      if (address < end) {
        region.words.set(words, (address - start) * WORD_BYTES);
        return;
      }
      start = end;
    }
  }

  /** Tells whoever hashes that all words before an address are written. */
  complete(address: number): void {
    let [start, ready] = [0, 0];
    for (const region of this.memory.regions) {
      ready += wholeBlocks(region, address - start);
      start += wordCountOf(region);
    }
    Atomics.store(this.memory.counters, READY, ready);
    Atomics.notify(this.memory.counters, READY);
  }

  /** Whether somebody has hashed all that is complete, and waits for more. */
  get isAwaited(): boolean {
    const { counters } = this.memory;
    return Atomics.load(counters, TAKEN) > Atomics.load(counters, READY);
  }

  /** Hashes blocks that nobody else has taken, waiting for those that are not written yet, until all are taken. */
  hashBlocks(): void {
    const hasher = new NodeHasher();
    const { counters } = this.memory;
    for (;;) {
      const next = Atomics.add(counters, TAKEN, 1);
      const taken = this.#blocks[next];
      if (taken === undefined) return;
      for (let ready = Atomics.load(counters, READY); ready <= next; ready = Atomics.load(counters, READY))
        Atomics.wait(counters, READY, ready);
      hasher.hashBlock(...taken);
      Atomics.add(counters, HASHED, 1);
      Atomics.notify(counters, HASHED);
    }
  }

  /** Waits for the threads that hash the last blocks. */
  awaitHashes(): void {
    const { counters } = this.memory;
    for (
      let hashed = Atomics.load(counters, HASHED);
      hashed < this.#blocks.length;
      hashed = Atomics.load(counters, HASHED)
    )
      Atomics.wait(counters, HASHED, hashed);
  }

  /** The trees, once all blocks have been hashed. */
  finish(): Traces {
    const hashed = Atomics.load(this.memory.counters, HASHED);
    if (hashed !== this.#blocks.length)
      throw new TensorError("BAD_PROGRAM", `${hashed} blocks of ${this.#blocks.length} are hashed`, "look at its log");
    const hasher = new NodeHasher();
    for (const region of this.memory.regions) hasher.hashTop(region);
    const trees = this.memory.regions.map((region) => TraceTree.unpack(region));
    const [input, output] = [trees[0] as TraceTree, trees[trees.length - 1] as TraceTree];
    return { input, ...(trees.length === 3 && { body: trees[1] }), output };
  }
}

function shared(bytes: number): Uint8Array {
  return orTooLarge(bytes, () => new Uint8Array(new SharedArrayBuffer(bytes)));
}
