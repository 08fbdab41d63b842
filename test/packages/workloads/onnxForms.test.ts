import { buildOnnx, WorkloadError } from "@millrace/workloads";
import { expect } from "chai";

import { encodeModel, type ModelParts } from "./encodeModel.js";
import { convertedOutput, runtimeOutput } from "./onnxOutputs.js";

type Node = ModelParts["nodes"][number];

const scalar = (name: string, value: number, type: "bool" | "float" | "int8" | "uint8" = "float") => ({
  ...{ name, type, dims: [] },
  values: [value],
});

/** Weights of four by three, with a scale for each column, or for each row. */
const constants: ModelParts["constants"] = [
  ...[scalar("xs", 0.05), scalar("xz", 100, "uint8"), scalar("ys", 0.11), scalar("yz", 128, "uint8")],
  { name: "w", type: "int8", dims: [4, 3], values: [90, -20, 30, -127, 5, 60, 7, 127, -33, 10, -100, 12] },
  { name: "ws", type: "float", dims: [3], values: [0.01, 0.02, 0.03] },
  { name: "rows", type: "float", dims: [4], values: [0.01, 0.02, 0.03, 0.04] },
];

const quantised: readonly Node[] = [
  { opType: "QuantizeLinear", inputs: ["x", "xs", "xz"], outputs: ["xq"] },
  { opType: "DequantizeLinear", inputs: ["xq", "xs", "xz"], outputs: ["xf"] },
];
const end: readonly Node[] = [
  { opType: "QuantizeLinear", inputs: ["m", "ys", "yz"], outputs: ["yq"] },
  { opType: "DequantizeLinear", inputs: ["yq", "ys", "yz"], outputs: ["y"] },
];
const weights = (axis: number, scales = "ws"): Node => ({
  ...{ opType: "DequantizeLinear", inputs: ["w", scales], outputs: ["wf"] },
  ints: { axis },
});
const product: Node = { opType: "MatMul", inputs: ["xf", "wf"], outputs: ["m"] };

const model = (nodes: readonly Node[], parts: Partial<ModelParts> = {}): Uint8Array =>
  encodeModel({ inputs: [{ name: "x", dims: [0, 4] }], outputs: ["y"], constants, nodes, ...parts });

const rows = Array.from({ length: 6 }, (_, i) => Array.from({ length: 4 }, (__, k) => ((7 * i + 5 * k) % 16) / 2 - 4));

describe("ONNX, forms that other exporters write", () => {
  const same = async (nodes: readonly Node[], parts: Partial<ModelParts> = {}): Promise<void> => {
    const bytes = model(nodes, parts);
    expect(convertedOutput(bytes, rows)).to.deep.equal(await runtimeOutput(bytes, rows));
  };

  it("an axis counted from behind: the runtime's own numbers", () =>
    same([...quantised, weights(-1), product, ...end]));

  it("operators that no output depends on: the runtime's own numbers", () =>
    same([
      ...quantised,
      { opType: "Sin", inputs: ["xf"], outputs: ["dead"] },
      { opType: "ArgMax", inputs: ["dead"], outputs: ["deader"] },
      ...[weights(1), product, ...end],
    ]));

  it("one number of each example: the runtime's own numbers", () =>
    same([...quantised, { opType: "Gather", inputs: ["xf", "second"], outputs: ["m"], ints: { axis: 1 } }, ...end], {
      constants: [...constants, { name: "second", type: "int64", dims: [], values: [1] }],
    }));

  it("roots of negative codes: the runtime's own numbers", () =>
    same([...quantised, { opType: "Sqrt", inputs: ["xf"], outputs: ["m"] }, ...end]));

  it("a dropout for inference: the runtime's own numbers", () =>
    same(
      [
        ...quantised,
        { opType: "Dropout", inputs: ["xf", "xs", "off"], outputs: ["d"] },
        { opType: "Tanh", inputs: ["d"], outputs: ["m"] },
        ...end,
      ],
      {
        constants: [...constants, scalar("off", 0, "bool")],
      },
    ));

  it("elements of a type that an attribute names: the runtime's own numbers", () =>
    same(
      [
        { opType: "QuantizeLinear", inputs: ["x", "xs"], outputs: ["xq"], ints: { output_dtype: 3 } },
        { opType: "DequantizeLinear", inputs: ["xq", "xs"], outputs: ["xf"] },
        ...[weights(1), product, ...end],
      ],
      { opset: 21 },
    ));
});

describe("ONNX, models that mean something else than they seem to", () => {
  const cases: Readonly<Record<string, readonly [readonly Node[], string, Partial<ModelParts>?]>> = {
    "weights with a scale for each row": [
      [...quantised, weights(0, "rows"), product, ...end],
      "the MatMul that gives m cannot be converted: its weights are quantised by row",
    ],
    "a softmax of old over two axes": [
      [...quantised, { opType: "Softmax", inputs: ["xf"], outputs: ["m"] }, ...end],
      "before opset 13 it is over all axes from 1 on",
      { opset: 11, inputs: [{ name: "x", dims: [0, 2, 2] }] },
    ],
    "a least of three": [
      [...quantised, { opType: "Min", inputs: ["xf", "xs", "ys"], outputs: ["m"] }, ...end],
      "the Min that gives m cannot be converted: it has 3 operands",
    ],
    "a negative scale": [
      [...quantised, weights(1), product, ...end],
      "its scale is -0.5",
      { constants: [...constants.filter(({ name }) => name !== "ys"), scalar("ys", -0.5)] },
    ],
    "a scale for each block": [
      [...quantised, { ...weights(1), ints: { axis: 1, block_size: 2 } }, product, ...end],
      "it has a scale for each block",
    ],
    "a cast to whole numbers": [
      [...quantised, { opType: "Cast", inputs: ["xf"], outputs: ["m"], ints: { to: 6 } }, ...end],
      "it makes elements of type 6 of floats",
    ],
    "a dropout that learns": [
      [...quantised, { opType: "Dropout", inputs: ["xf", "xs", "on"], outputs: ["m"] }, ...end],
      "it drops numbers at random",
      { constants: [...constants, scalar("on", 1, "bool")] },
    ],
    "examples that are columns": [
      [...quantised, { opType: "Transpose", inputs: ["xf"], outputs: ["m"] }, ...end],
      "output y has the dimensions 4 × 6 for 6 examples",
    ],
    "a value that is given twice": [
      [...quantised, weights(1), product, { opType: "Identity", inputs: ["m"], outputs: ["xf"] }, ...end],
      "the Identity that gives xf gives xf a second time",
    ],
    "no output": [quantised, "it gives no output", { outputs: [] }],
    "an output of constants alone": [
      [{ opType: "DequantizeLinear", inputs: ["w", "ws"], outputs: ["y"] }],
      "output y is not quantised",
    ],
  };
  for (const [what, [nodes, message, parts]] of Object.entries(cases))
    it(`${what}: refused`, () => {
      expect(() => buildOnnx({ model: model(nodes, parts), rows })).to.throw(WorkloadError, message);
    });

  it("constants of types that nobody converts are named, if they are needed", () => {
    const needing = (input: string): Uint8Array =>
      model([...quantised, weights(1), { ...product, inputs: ["xf", input] }, ...end], {
        constants: [...constants, { name: "h", type: "float16", dims: [4, 3], values: Array<number>(12).fill(0) }],
      });
    expect(() => buildOnnx({ model: needing("h"), rows })).to.throw(
      "the constant h of the ONNX model has elements of type float16",
    );
    expect(convertedOutput(needing("wf"), rows)).to.have.length(6);
  });
});
