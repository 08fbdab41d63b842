import { readFileSync } from "node:fs";

import { assertProvable, execute } from "@millrace/tensor";
import { buildOnnx } from "@millrace/workloads";
import { expect } from "chai";
import hre from "hardhat";

import { encodeModel, type ModelParts } from "./encodeModel.js";
import { convertedOutput, runtimeOutput } from "./onnxOutputs.js";

const readModel = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/onnx/${name}.onnx`, import.meta.url)));

const EXAMPLES = hre.globalOptions.long ? 200 : 12;

/** Rows about as large as those that the models were calibrated with, and some beyond. */
function rowsOf(length: number): Float32Array[] {
  let state = 7;
  const next = (): number => (state = Math.imul(state, 48_271) & 0x7fffffff) / 0x7fffffff;
  const normal = (): number => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
  return Array.from({ length: EXAMPLES }, () => Float32Array.from({ length }, () => 1.2 * normal()));
}

const BLOCKS: readonly (readonly [name: string, ...dims: number[]])[] = [
  ["residual", 3, 12, 12],
  ["separable", 4, 20, 17],
  ["branches", 3, 16, 16],
  ["gelu", 6, 24],
];

describe("ONNX, blocks as quantize_static writes them", () => {
  for (const [name, ...dims] of BLOCKS)
    for (const form of ["qoperator", "qdq"])
      it(`${name}, ${form}: the runtime's own numbers`, async () => {
        const model = readModel(`${name}-${form}`);
        const rows = rowsOf(dims.reduce((product, dim) => product * dim, 1));
        const expected = await runtimeOutput(model, rows, dims);
        expect(new Set(expected.flat()).size).to.be.above(20);
        expect(convertedOutput(model, rows)).to.deep.equal(expected);
      });

  for (const form of ["qoperator", "qdq"])
    it(`attention, ${form}: the runtime's own numbers, but where its softmax lies between two codes`, async () => {
      const model = readModel(`attention-${form}`);
      const rows = rowsOf(7 * 16);
      const expected = (await runtimeOutput(model, rows, [7, 16])).flat();
      const outputs = convertedOutput(model, rows).flat();
      const sorted = [...new Set(expected)].sort((a, b) => a - b);
      const step = Math.min(...sorted.slice(1).map((value, i) => value - sorted[i]!));
      const differences = outputs.map((value, i) => Math.abs(value - expected[i]!));
      expect(differences.filter((difference) => difference > 0).length / outputs.length).to.be.below(0.05);
      expect(Math.max(...differences)).to.be.below(1.5 * step);
    });

  it("is the same in loops over numbers as in WebAssembly, scales by channel included", () => {
    for (const [name, ...dims] of BLOCKS.filter(([block]) => block === "gelu" || hre.globalOptions.long)) {
      const rows = rowsOf(dims.reduce((product, dim) => product * dim, 1)).slice(0, 1);
      const { program, input } = buildOnnx({ model: readModel(`${name}-qdq`), rows });
      assertProvable(program);
      const [fast, slow] = [false, true].map((reference) => execute(program, input, { reference }));
      expect(Buffer.compare(fast!.body, slow!.body), name).to.equal(0);
    }
  });
});

describe("ONNX, operators one by one", () => {
  const scalar = (name: string, value: number, type: "float" | "int8" | "uint8" = "int8") => ({
    name,
    type,
    dims: [],
    values: [value],
  });
  const constants: ModelParts["constants"] = [
    scalar("xs", 0.043, "float"),
    scalar("xz", -11),
    scalar("ys", 0.037, "float"),
    scalar("yz", 5),
    scalar("half", 0.5, "float"),
  ];
  type Node = ModelParts["nodes"][number];
  const around = (nodes: readonly Node[], output: string): Node[] => [
    { opType: "QuantizeLinear", inputs: ["x", "xs", "xz"], outputs: ["xq"] },
    { opType: "DequantizeLinear", inputs: ["xq", "xs", "xz"], outputs: ["xf"] },
    ...nodes,
    { opType: "QuantizeLinear", inputs: [output, "ys", "yz"], outputs: ["yq"] },
    { opType: "DequantizeLinear", inputs: ["yq", "ys", "yz"], outputs: ["yf"] },
  ];
  /** All codes and what lies beyond them. */
  const rows = Array.from({ length: 10 }, (_, i) => Array.from({ length: 30 }, (__, k) => 0.043 * (30 * i + k - 150)));

  const functions: Readonly<Record<string, Partial<Node>>> = {
    Abs: {},
    Erf: {},
    Exp: {},
    HardSigmoid: {},
    HardSwish: {},
    LeakyRelu: {},
    Neg: {},
    Relu: {},
    Sigmoid: {},
    Softplus: {},
    Tanh: {},
    "Add of a constant": { opType: "Add", inputs: ["xf", "half"] },
    "Div by a constant": { opType: "Div", inputs: ["xf", "half"] },
    "Sub from a constant": { opType: "Sub", inputs: ["half", "xf"] },
    "Clip at a constant": { opType: "Clip", inputs: ["xf", "", "half"] },
    "Mul by itself": { opType: "Mul", inputs: ["xf", "xf"] },
  };
  for (const [name, node] of Object.entries(functions))
    it(`${name}: the runtime's own numbers for all codes`, async () => {
      const nodes = around([{ opType: name, inputs: ["xf"], outputs: ["f"], ...node }], "f");
      const model = encodeModel({ inputs: [{ name: "x", dims: [0, 30] }], outputs: ["yf"], constants, nodes });
      expect(convertedOutput(model, rows)).to.deep.equal(await runtimeOutput(model, rows));
    });

  it("Slice, Split, Concat, Squeeze and Unsqueeze: the runtime's own numbers", async () => {
    const list = (name: string, values: readonly number[]) =>
      ({ name, type: "int64", dims: [values.length], values }) as const;
    const nodes = around(
      [
        { opType: "Slice", inputs: ["xf", "starts", "ends", "axes", "steps"], outputs: ["s"] },
        { opType: "Split", inputs: ["s"], outputs: ["a", "b"], ints: { axis: 1 } },
        { opType: "Concat", inputs: ["b", "a"], outputs: ["c"], ints: { axis: 1 } },
        { opType: "Unsqueeze", inputs: ["c", "axes"], outputs: ["u"] },
        { opType: "Squeeze", inputs: ["u", "axes"], outputs: ["q"] },
      ],
      "q",
    );
    const shapes = [list("starts", [1]), list("ends", [29]), list("axes", [1]), list("steps", [2])];
    const model = encodeModel({
      ...{ inputs: [{ name: "x", dims: [0, 30] }], outputs: ["yf"], constants: [...constants, ...shapes], nodes },
    });
    expect(convertedOutput(model, rows)).to.deep.equal(await runtimeOutput(model, rows));
  });

  /** Shares of outputs that differ from the runtime's, and by how many codes at most. */
  async function differences(
    nodes: readonly Node[],
    given: readonly (readonly number[])[],
    dims: readonly number[],
  ): Promise<{ share: number; codes: number }> {
    const model = encodeModel({
      ...{ inputs: [{ name: "x", dims: [0, ...dims] }], outputs: ["yf"], nodes },
      constants: [
        ...constants.filter(({ name }) => !name.startsWith("y")),
        scalar("ys", 1 / 256, "float"),
        scalar("yz", -128),
      ],
    });
    const expected = (await runtimeOutput(model, given, dims)).flat();
    const codes = convertedOutput(model, given)
      .flat()
      .map((value, i) => 256 * Math.abs(value - expected[i]!));
    return { share: codes.filter((code) => code > 0).length / codes.length, codes: Math.max(...codes) };
  }

  /** Numbers without a pattern, from −0.5 to 3. */
  const scattered = (length: number): number[][] =>
    Array.from({ length: 60 }, (_, i) =>
      Array.from({ length }, (__, k) => 1.25 + 1.75 * Math.sin((i * length + k) ** 2)),
    );

  it("Softmax: within one code of the runtime, and seldom that", async () => {
    const nodes = around([{ opType: "Softmax", inputs: ["xf"], outputs: ["f"], ints: { axis: 1 } }], "f");
    const { share, codes } = await differences(nodes, scattered(30), [30]);
    expect(codes).to.be.at.most(1);
    expect(share, `${share}`).to.be.below(0.01);
  });

  it("AveragePool: within one code of the runtime, and seldom that where scales differ", async () => {
    const lists = { kernel_shape: [2, 2], strides: [2, 2] };
    const nodes = around([{ opType: "AveragePool", inputs: ["xf"], outputs: ["f"], lists }], "f");
    const { share, codes } = await differences(nodes, scattered(72), [2, 6, 6]);
    expect(codes).to.be.at.most(1);
    expect(share, `${share}`).to.be.below(0.01);
  });

  it("says what does not fit, by the node", () => {
    const failing = (nodes: readonly Node[], dims = [0, 30]) =>
      expect(() =>
        buildOnnx({
          model: encodeModel({ inputs: [{ name: "x", dims }], outputs: ["yf"], constants, nodes }),
          rows,
        }),
      );
    const one = (node: Partial<Node>): Node[] =>
      around([{ opType: "Relu", name: "it", inputs: ["xf"], outputs: ["f"], ...node }], "f");
    failing(one({ opType: "BatchNormalization" })).to.throw("not converted: it (BatchNormalization)");
    failing(one({ opType: "Conv", inputs: ["xf", "half"] })).to.throw("it (Conv) cannot be converted: its weights is");
    failing(one({ opType: "MaxPool", lists: { kernel_shape: [2, 2] } })).to.throw("where pictures have four");
    failing(one({ opType: "Transpose", lists: { perm: [0, 0] } })).to.throw("its perm 0, 0 is no order of 2 axes");
    failing(one({ opType: "Concat", inputs: ["xf", "xf"], ints: { axis: 7 } })).to.throw("its axis 7 is none of 2");
    failing(one({ opType: "Softmax", ints: { axis: -3 } })).to.throw("its axis -3 is none of 2");
    failing(one({}), [0, 0, 0]).to.throw("2 dimensions of x may be anything");
  });
});
