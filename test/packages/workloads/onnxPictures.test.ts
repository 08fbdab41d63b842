import { buildOnnx } from "@millrace/workloads";
import { expect } from "chai";

import { encodeModel, type ModelParts } from "./encodeModel.js";
import { convertedOutput, runtimeOutput } from "./onnxOutputs.js";

const PICTURE = [2, 12, 10] as const;
const LENGTH = PICTURE[0] * PICTURE[1] * PICTURE[2];

/** Whole numbers of seven bits: with eight, processors without VNNI saturate sums of two products. */
const weights = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => (((i + seed) * 48_271) % 127) - 63);

type Constant = ModelParts["constants"][number];

const scalar = (name: string, value: number, type: Constant["type"]): Constant => ({
  name,
  type,
  dims: [],
  values: [value],
});

/**
 * Pictures through a convolution with a border and a bias, the greatest of two by two, a convolution with a stride, and a
 * product over all that is left.
 */
function network(type: "int8" | "uint8", zero: number, form: "QOperator" | "QDQ"): ModelParts {
  const activation = (name: string, scale: number): Constant[] => [
    scalar(`${name}s`, scale, "float"),
    scalar(`${name}z`, zero, type),
  ];
  const constants: Constant[] = [
    ...activation("x", 0.05),
    ...activation("a", 0.4),
    ...activation("b", 0.5),
    ...activation("y", 3),
    scalar("ws", 0.02, "float"),
    scalar("wz", 0, "int8"),
    { name: "w1", type: "int8", dims: [5, 2, 3, 3], values: weights(90, 1) },
    { name: "w2", type: "int8", dims: [12, 5, 2, 2], values: weights(240, 5) },
    { name: "w3", type: "int8", dims: [12 * 3 * 2, 4], values: weights(288, 9) },
    { name: "b1", type: "int32", dims: [5], values: [100, -2_000, 30, 4_000, -5] },
  ];
  const lists1 = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
  const lists2 = { kernel_shape: [2, 2], strides: [2, 2] };
  const pooling = { opType: "MaxPool", lists: { kernel_shape: [2, 2], strides: [2, 2] } };
  if (form === "QOperator")
    return {
      inputs: [{ name: "x", dims: [0, ...PICTURE] }],
      outputs: ["y"],
      constants,
      nodes: [
        { opType: "QuantizeLinear", inputs: ["x", "xs", "xz"], outputs: ["xq"] },
        {
          opType: "QLinearConv",
          inputs: ["xq", "xs", "xz", "w1", "ws", "wz", "as", "az", "b1"],
          outputs: ["aq"],
          lists: lists1,
        },
        { ...pooling, inputs: ["aq"], outputs: ["pq"] },
        {
          opType: "QLinearConv",
          inputs: ["pq", "as", "az", "w2", "ws", "wz", "bs", "bz"],
          outputs: ["bq"],
          lists: lists2,
        },
        { opType: "Flatten", inputs: ["bq"], outputs: ["rq"] },
        { opType: "QLinearMatMul", inputs: ["rq", "bs", "bz", "w3", "ws", "wz", "ys", "yz"], outputs: ["yq"] },
        { opType: "DequantizeLinear", inputs: ["yq", "ys", "yz"], outputs: ["y"] },
      ],
    };
  const dequantised = (name: string): ModelParts["nodes"][number] => ({
    opType: "DequantizeLinear",
    inputs: [name, "ws", "wz"],
    outputs: [`${name}f`],
  });
  const requantised = (from: string, to: string): ModelParts["nodes"] => [
    { opType: "QuantizeLinear", inputs: [from, `${to}s`, `${to}z`], outputs: [`${to}q`] },
    { opType: "DequantizeLinear", inputs: [`${to}q`, `${to}s`, `${to}z`], outputs: [`${to}f`] },
  ];
  return {
    inputs: [{ name: "x", dims: [0, ...PICTURE] }],
    outputs: ["yf"],
    constants,
    nodes: [
      ...requantised("x", "x"),
      dequantised("w1"),
      dequantised("w2"),
      dequantised("w3"),
      { opType: "Conv", inputs: ["xf", "w1f"], outputs: ["c"], lists: lists1 },
      ...requantised("c", "a"),
      { ...pooling, inputs: ["af"], outputs: ["p"] },
      { opType: "Conv", inputs: ["p", "w2f"], outputs: ["d"], lists: lists2 },
      ...requantised("d", "b"),
      { opType: "Flatten", inputs: ["bf"], outputs: ["f"] },
      { opType: "MatMul", inputs: ["f", "w3f"], outputs: ["m"] },
      ...requantised("m", "y"),
    ],
  };
}

const pictures = Array.from({ length: 6 }, (_, i) =>
  Float32Array.from({ length: LENGTH }, (__, k) => 5 * Math.sin(i * 77 + k * k)),
);

describe("ONNX, of pictures", () => {
  for (const [type, zero, form] of [
    ["int8", 0, "QOperator"],
    ["int8", -9, "QOperator"],
    ["uint8", 0, "QOperator"],
    ["uint8", 121, "QOperator"],
    ["int8", 3, "QDQ"],
  ] as const)
    it(`gives the runtime's own numbers, of ${type} about ${zero} as ${form}`, async () => {
      const model = encodeModel(network(type, zero, form));
      const expected = await runtimeOutput(model, pictures, PICTURE);
      expect(new Set(expected.flat()).size).to.be.above(6);
      expect(convertedOutput(model, pictures)).to.deep.equal(expected);
    });

  it("says what does not fit", () => {
    const parts = network("int8", 0, "QOperator");
    const failing = (change: Partial<ModelParts["nodes"][number]>, index = 1) =>
      expect(() =>
        buildOnnx({
          model: encodeModel({
            ...parts,
            nodes: parts.nodes.map((node, i) => (i === index ? { ...node, ...change } : node)),
          }),
          rows: pictures,
        }),
      );
    failing({ ints: { group: 2 } }).to.throw("its weights are 5 × 2 × 3 × 3 for pictures of 2 channels in 2 groups");
    failing({ lists: { pads: [0, 0, -1, 0] } }).to.throw("its pads are not four, or negative");
    failing({ lists: { pads: [0, 0, 2 ** 31, 0] } }).to.throw("it pads pictures by 2147483648 pixels");
    failing({ lists: { pads: [8_000, 8_000, 0, 0], dilations: [3_000, 3_000] } }).to.throw("taps, gaps and groups");
    failing({ lists: { strides: [0, 1] } }).to.throw("its strides are 0, 1");
    failing({ lists: { dilations: [9, 1] } }).to.throw("its windows of 19 × 3 do not fit into 12 × 10 pixels");
    failing({ texts: { auto_pad: "SAME" } }).to.throw('its auto_pad is "SAME"');
    failing({ inputs: ["xq", "xs", "xz", "w2", "ws", "wz", "as", "az"] }).to.throw("for pictures of 2 channels");
    failing({ lists: { kernel_shape: [2, 2], strides: [2, 2], dilations: [2, 2] } }, 2).to.throw(
      "its dilations are not 1",
    );
    failing({ opType: "Identity" }, 4).to.throw("its weights are 72 × 4 for 2 columns");
  });
});
