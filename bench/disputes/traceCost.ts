import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import {
  add,
  buildTraces,
  convolution,
  execute,
  type Execution,
  type Filters,
  imageInput,
  imagesOf,
  type Images,
  matMul,
  type Program,
  ProgramBuilder,
  TraceTree,
} from "@millrace/tensor";
import { buildTraining } from "@millrace/workloads";
import ort from "onnxruntime-node";

import { SharedTraces } from "../../packages/tensor/src/trace/SharedTraces.js";
import { TensorInstance } from "../../packages/tensor/src/wasm/TensorModule.js";
import { encodeModel } from "../../test/packages/workloads/encodeModel.js";
import { number, table } from "../markdown.js";
import type { Section } from "./Section.js";

const RUNS = 9;

/** Rows, columns and length of the products that are timed. */
const SIZE = 1_024;

interface Seconds {
  /** Of processor time, all threads. */
  readonly processor: number;
  readonly wall: number;
}

const NEVER: Seconds = { processor: Infinity, wall: Infinity };

/** What the fastest of some runs took, each figure by itself. */
async function timed(run: () => unknown): Promise<Seconds> {
  let best = NEVER;
  for (let i = 0; i < RUNS; i++) best = least(best, await once(run));
  return best;
}

async function once(run: () => unknown): Promise<Seconds> {
  const [before, startedAt] = [process.cpuUsage(), performance.now()];
  await run();
  const { user, system } = process.cpuUsage(before);
  return { processor: (user + system) / 1e6, wall: (performance.now() - startedAt) / 1_000 };
}

function least(a: Seconds, b: Seconds): Seconds {
  return { processor: Math.min(a.processor, b.processor), wall: Math.min(a.wall, b.wall) };
}

async function cpuSeconds(run: () => unknown): Promise<number> {
  return (await timed(run)).processor;
}

/** What a run took, what the two trees of its words took, and what a run took whose words were hashed meanwhile. */
interface Cost {
  readonly plain: Seconds;
  readonly trees: Seconds;
  readonly committed: Seconds;
}

/** In turns, so that a busy machine is busy for all; the tree of the input is the order's, and was built before. */
async function costOf(program: Program, input: Uint8Array): Promise<Cost> {
  let [plain, trees, committed]: [Seconds, Seconds, Seconds] = [NEVER, NEVER, NEVER];
  for (let i = 0; i < RUNS; i++) {
    let execution: Execution | undefined;
    plain = least(plain, await once(() => (execution = execute(program, input))));
    const { body, output } = execution as Execution;
    trees = least(trees, await once(() => [TraceTree.build(body), TraceTree.build(output)]));
    committed = least(committed, await overlapped(program, input));
  }
  return { plain, trees, committed };
}

/** A run whose words are hashed, as soon as they are there, by a thread besides, which has started before. */
async function overlapped(program: Program, input: Uint8Array): Promise<Seconds> {
  const traces = SharedTraces.of(program, input);
  const hasher = new Worker(new URL("../../packages/tensor/src/hashWorker.ts", import.meta.url), {
    workerData: traces.memory,
  });
  const ended = new Promise((resolve, reject) => hasher.once("exit", resolve).once("error", reject));
  while (!traces.isAwaited) await setTimeout(10);
  const seconds = await once(() => {
    execute(program, input, {
      onWords: (index, words, from) => {
        const start = (program.operators[index]?.start ?? 0) + from;
        traces.write(start, words);
        traces.complete(start + words.length / 32);
      },
    });
    traces.hashBlocks();
    traces.awaitHashes();
    traces.finish();
  });
  await ended;
  return seconds;
}

interface Job {
  readonly id: string;
  readonly what: string;
  readonly program: ReturnType<ProgramBuilder["build"]>;
  readonly macs: number;
}

/** A dense layer of 256 over MNIST pictures. */
function denseLayer(): Job {
  const [rows, inputs, outputs] = [16_384, 785, 256];
  const builder = new ProgramBuilder();
  const left = builder.input("digits", { rows, columns: inputs, laneBits: 8 });
  const right = builder.input("weights", { rows: outputs, columns: inputs, laneBits: 8 });
  const hidden = matMul(builder, "hidden", { left, right, laneBits: 8, shift: 9, relu: true });
  const second = builder.input("second", { rows: 10, columns: outputs, laneBits: 8 });
  matMul(builder, "logits", { left: hidden, right: second, laneBits: 32, output: true });
  return {
    id: "trace.overhead.mlp",
    what: `a network of ${inputs}, ${outputs} and 10 neurons over ${number(rows)} MNIST digits`,
    program: builder.build(),
    macs: rows * outputs * (inputs + 10),
  };
}

/** Two layers as in the first stage of a residual network: 64 channels, 3 × 3, 56 × 56 pixels. */
function residualStage(): Job {
  const builder = new ProgramBuilder();
  const sizes = { count: 8, height: 56, width: 56, channels: 64 };
  const filters = (name: string): { tensor: ReturnType<ProgramBuilder["input"]>; height: number; width: number } => ({
    tensor: builder.input(name, { rows: 64, columns: 9 * 64, laneBits: 8 }),
    height: 3,
    width: 3,
  });
  const common = { padding: 1, laneBits: 8, shift: 12, relu: true } as const;
  const images = imageInput(builder, "images", sizes);
  const first = convolution(builder, "first", { images, filters: filters("a"), ...common });
  convolution(builder, "second", { images: first, filters: filters("b"), ...common, output: true });
  return {
    id: "trace.overhead.conv",
    what: `two convolutions of 3 × 3 over 64 channels of 56 × 56 pixels, ${sizes.count} pictures`,
    program: builder.build(),
    macs: 2 * sizes.count * 56 * 56 * 64 * 9 * 64,
  };
}

/**
 * Three of the four stages of a residual network of 18 layers, without what comes before them: two blocks a stage, each of
 * two convolutions and a sum, and shortcuts of 1 × 1 where pictures shrink. In the fourth, whose words took longest to
 * compute, a filter and the pixels under it are more than a kernel may read.
 */
function residualNetwork(): Job {
  const builder = new ProgramBuilder();
  let macs = 0;
  const convolved = (name: string, images: Images, channels: number, stride: number, side: number): Images => {
    const columns = side * side * images.channels;
    const tensor = builder.input(`${name}Filters`, { rows: channels, columns, laneBits: 8 });
    const filters: Filters = { tensor, height: side, width: side };
    const options = { padding: side === 3 ? 1 : 0, laneBits: 8, shift: 12, relu: side === 3 } as const;
    const result = convolution(builder, name, { images, filters, stride, ...options });
    macs += result.count * result.height * result.width * channels * columns;
    return result;
  };
  let images: Images = imageInput(builder, "images", { count: 4, height: 56, width: 56, channels: 64 });
  for (const [stage, channels] of [64, 128, 256].entries())
    for (const block of [0, 1]) {
      const name = `stage${stage}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const first = convolved(`${name}.first`, images, channels, stride, 3);
      const second = convolved(`${name}.second`, first, channels, 1, 3);
      const right = stride === 2 ? convolved(`${name}.shortcut`, images, channels, 2, 1) : images;
      const output = stage === 2 && block === 1;
      const sum = add(builder, `${name}.sum`, { left: second, right, laneBits: 8, relu: true, output });
      images = imagesOf(sum, second);
    }
  return {
    id: "trace.overhead.residual",
    what: "three stages of a residual network, of 64, 128 and 256 channels, two blocks each, 4 pictures",
    program: builder.build(),
    macs,
  };
}

function randomBytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 48_271) >>> 0) % 0x7fffffff) & 0xff);
}

/** What committing to every word costs beside computing it, and how fast products are beside an independent runtime. */
export const traceCost: Section = {
  name: "trace",
  title: "Cost of a committed trace, and speed of products",
  measure: async (report) => {
    const rows: string[][] = [];
    const costs: string[] = [];
    for (const { id, what, program, macs } of [denseLayer(), residualStage(), residualNetwork()]) {
      const input = randomBytes(program.header.inWords * 32);
      const { plain, trees, committed } = await costOf(program, input);
      const ratio = (plain.processor + trees.processor) / plain.processor;
      const wall = committed.wall / plain.wall;
      report.add({
        id,
        value: rounded(ratio),
        unit: "ratio",
        what: `committed run over plain run of ${what}`,
        source: `processor time of the fastest of ${RUNS} runs; both trees of what was computed, one thread`,
      });
      report.add({
        id: `${id}.wall`,
        value: rounded(wall),
        unit: "ratio",
        what: `time until a run of ${what} is committed to, over that of a plain run`,
        source: `wall clock, fastest of ${RUNS} runs; a second thread hashes while the first computes`,
      });
      rows.push([what, number(Math.round(macs / plain.processor / 1e6)), ratio.toFixed(3), wall.toFixed(3)]);
      const words = program.header.bodyWords + program.header.outWords;
      const perWord = (seconds: number): string => ((1e9 * seconds) / words).toFixed(0);
      costs.push(`${perWord(trees.processor)} and ${perWord(plain.processor)} ns`);
    }
    const training = buildTraining({ digits: 1_920, epochs: 1, hidden: 64, batch: 128 });
    const plain = await cpuSeconds(() => execute(training.program, training.input));
    const { body, output } = execute(training.program, training.input);
    const hashing = await cpuSeconds(() => buildTraces(training.program, training.input, { body, output }));
    const ratio = (plain + hashing) / plain;
    report.add({
      id: "trace.overhead.training",
      value: rounded(ratio),
      unit: "ratio",
      what: "committed run over plain run of a training of 64 hidden neurons by batches of 128 digits",
      source: `processor time of the fastest of ${RUNS} runs, all three trees, one thread`,
    });
    rows.push(["a training of 64 hidden neurons by batches of 128 digits", "–", ratio.toFixed(3), "–"]);

    const ours = await ourProduct();
    const theirs = await theirProduct();
    const macs = SIZE ** 3;
    const source = `int8 product of ${SIZE} × ${SIZE} × ${SIZE} to int32, processor time of the fastest of ${RUNS} runs`;
    report.add({
      ...{ id: "gemm.macs-per-second", value: Math.round(macs / ours), unit: "multiply-adds a second" },
      ...{ what: "matrix product in WebAssembly, one thread", source },
    });
    report.add({
      ...{ id: "gemm.vs-onnxruntime", value: Math.round((theirs / ours) * 1_000) / 1_000, unit: "ratio" },
      ...{ what: "speed beside MatMulInteger of onnxruntime-node, one thread, same run", source },
    });
    return [
      "Processor time of a run and of its trees, one after the other in one thread, so that a busy machine does not blur ratios; and how much longer the clock runs until the trace is committed to, while a second thread hashes what the first computes. A run is plain when nothing is hashed.",
      "",
      ...table(
        ["run", "million multiply-adds a second", "committed over plain, processor", "the same, clock, two threads"],
        rows,
      ),
      "",
      `A word costs three eighths of a permutation of Keccak, whatever it took to compute: two for the eight words of a leaf, and one for the node above it ([ADR 0247](decisions/0247-leaves-of-eight-words.md)). In the first three runs these are ${costs.join(", then ")} for the word's part of the tree and for its own computation. With the vectors of 128 bits that WebAssembly has, two hashes run side by side and no unit of the processor is idle: less processor time is to be had only from wider vectors ([ADR 0242](decisions/0242-words-are-hashed-while-others-are-computed.md)). What repeats (padding, constant rows) is hashed once. The clock is what a provider's deadline and a buyer's wait go by.`,
      "",
      `An int8 product of ${SIZE} × ${SIZE} × ${SIZE} takes ${(1_000 * ours).toFixed(0)} ms in WebAssembly (${number(Math.round(macs / ours / 1e6))} million multiply-adds a second), and ${(1_000 * theirs).toFixed(0)} ms in the native code of onnxruntime-node: ${(theirs / ours).toFixed(2)} of its speed.`,
    ];
  },
};

function rounded(ratio: number): number {
  return Math.round(ratio * 1_000) / 1_000;
}

async function ourProduct(): Promise<number> {
  const instance = new TensorInstance();
  const rowLog2 = Math.ceil(Math.log2(SIZE / 32));
  const outRowLog2 = Math.ceil(Math.log2(SIZE / 8));
  const operand = SIZE * 32 * 2 ** rowLog2;
  const words = SIZE * 2 ** outRowLog2;
  const [left, right, out] = [operand, operand, words * 32].map((size) => instance.allocate(size)) as [
    number,
    number,
    number,
  ];
  for (const at of [left, right]) instance.view(at, operand).set(randomBytes(operand));

  return cpuSeconds(() => {
    instance.exports.matMul(out, words, 0, left, SIZE, right, SIZE, rowLog2, outRowLog2, 5, 1, 0, 0, 0, 0);
  });
}

async function theirProduct(): Promise<number> {
  const values = (seed: number): number[] =>
    Array.from(randomBytes(SIZE * SIZE), (byte) => ((byte * seed) & 255) - 128);
  const model = encodeModel({
    inputs: [],
    outputs: ["y"],
    output: "int32",
    constants: [],
    nodes: [{ opType: "MatMulInteger", inputs: ["a", "b"], outputs: ["y"] }],
    int8Inputs: ["a", "b"],
  });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const tensor = (seed: number): ort.Tensor => new ort.Tensor("int8", Int8Array.from(values(seed)), [SIZE, SIZE]);
  const feeds = { a: tensor(1), b: tensor(3) };
  return cpuSeconds(() => session.run(feeds));
}
