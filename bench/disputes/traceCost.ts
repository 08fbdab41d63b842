import { buildTraces, convolution, execute, imageInput, matMul, ProgramBuilder } from "@millrace/tensor";
import { buildTraining } from "@millrace/workloads";
import ort from "onnxruntime-node";

import { TensorInstance } from "../../packages/tensor/src/wasm/TensorModule.js";
import { encodeModel } from "../../test/packages/workloads/encodeModel.js";
import { number, table } from "./markdown.js";
import type { Section } from "./Section.js";

const RUNS = 5;

/** Rows, columns and length of the products that are timed. */
const SIZE = 1_024;

/** Seconds of processor time, all threads, of the fastest of some runs. */
async function cpuSeconds(run: () => unknown): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

interface Job {
  readonly id: string;
  readonly what: string;
  readonly program: ReturnType<ProgramBuilder["build"]>;
  readonly macs: number;
}

/** A dense layer of 256 over MNIST pictures. */
function denseLayer(): Job {
  const [rows, inputs, outputs] = [4_096, 785, 256];
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
  const sizes = { count: 2, height: 56, width: 56, channels: 64 };
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
    for (const { id, what, program, macs } of [denseLayer(), residualStage()]) {
      const input = randomBytes(program.header.inWords * 32);
      const plain = await cpuSeconds(() => execute(program, input));
      const execution = execute(program, input);
      // The tree of the input is the order's: whoever serves the job has built it.
      const hashing = await cpuSeconds(() => {
        const { body, output } = execution;
        return buildTraces(program, input, { body, output });
      });
      const inputOnly = await cpuSeconds(() =>
        buildTraces(program, input, { body: new Uint8Array(), output: new Uint8Array(32 * 32) }),
      );
      const ratio = (plain + hashing - inputOnly) / plain;
      report.add({
        id,
        value: Math.round(ratio * 1_000) / 1_000,
        unit: "ratio",
        what: `committed run over plain run of ${what}`,
        source: `processor time of the fastest of ${RUNS} runs; both trees of what was computed, one thread`,
      });
      rows.push([what, number(Math.round(macs / plain / 1e6)), ratio.toFixed(3)]);
    }
    const training = buildTraining({ digits: 1_920, epochs: 1, hidden: 64, batch: 128 });
    const plain = await cpuSeconds(() => execute(training.program, training.input));
    const { body, output } = execute(training.program, training.input);
    const hashing = await cpuSeconds(() => buildTraces(training.program, training.input, { body, output }));
    const ratio = (plain + hashing) / plain;
    report.add({
      id: "trace.overhead.training",
      value: Math.round(ratio * 1_000) / 1_000,
      unit: "ratio",
      what: "committed run over plain run of a training of 64 hidden neurons by batches of 128 digits",
      source: `processor time of the fastest of ${RUNS} runs, all three trees, one thread`,
    });
    rows.push(["a training of 64 hidden neurons by batches of 128 digits", "–", ratio.toFixed(3)]);

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
      "Processor time, one thread, so that a busy machine does not blur ratios. A run is plain when nothing is hashed.",
      "",
      ...table(["run", "million multiply-adds a second", "committed over plain"], rows),
      "",
      `An int8 product of ${SIZE} × ${SIZE} × ${SIZE} takes ${(1_000 * ours).toFixed(0)} ms in WebAssembly (${number(Math.round(macs / ours / 1e6))} million multiply-adds a second), and ${(1_000 * theirs).toFixed(0)} ms in the native code of onnxruntime-node: ${(theirs / ours).toFixed(2)} of its speed.`,
    ];
  },
};

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
    instance.exports.matMul(out, words, left, SIZE, right, SIZE, rowLog2, outRowLog2, 5, 1, 0, 0, 0, 0);
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
