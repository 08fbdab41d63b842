import { readFileSync } from "node:fs";

import { execute } from "@millrace/tensor";
import { buildOnnx, type Digit, digitSplit, parseOnnx, resultFiles } from "@millrace/workloads";
import { expect } from "chai";

import { encodeModel, type ModelParts } from "./encodeModel.js";
import { convertedOutput, runtimeOutput } from "./onnxOutputs.js";

const MODELS = ["digits-int8.onnx", "digits-uint8.onnx", "digits-qdq.onnx"] as const;

const readModel = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/onnx/${name}`, import.meta.url)));

const rowOf = ({ pixels }: Digit): Float32Array => Float32Array.from(pixels, (value) => Math.fround(value / 127));

describe("ONNX", () => {
  const { heldOut } = digitSplit();

  for (const name of MODELS)
    it(`${name} gives the runtime's own numbers on all held-out digits`, async () => {
      const model = readModel(name);
      const rows = heldOut.map(rowOf);
      const outputs = convertedOutput(model, rows);
      expect(outputs).to.deep.equal(await runtimeOutput(model, rows));
      const right = outputs.filter((row, i) => row.indexOf(Math.max(...row)) === heldOut[i]!.label).length;
      expect(right / heldOut.length).to.be.above(0.93);
    });

  it("gives the runtime's own numbers on noise, far outside of what the model was made for", async () => {
    const model = readModel("digits-int8.onnx");
    const rows = Array.from({ length: 64 }, (_, i) =>
      Float32Array.from({ length: 784 }, (_, k) => Math.sin(i * 784 + k * k) * (i - 20)),
    );
    expect(convertedOutput(model, rows)).to.deep.equal(await runtimeOutput(model, rows));
  });

  it("writes what the network says to a file", () => {
    const { program, input, about } = buildOnnx({ model: readModel("digits-int8.onnx"), rows: [rowOf(heldOut[0]!)] });
    const { files, summary } = resultFiles(about, execute(program, input).output);
    expect(summary).to.match(/^1 rows through a network of .*: add_result2$/);
    expect(JSON.parse(Buffer.from(files[0]!.bytes).toString())).to.have.property("add_result2");
  });

  describe("models made by hand", () => {
    const scalar = (name: string, value: number, type: "float" | "int8" | "uint8" = "int8") => ({
      name,
      type,
      dims: [],
      values: [value],
    });
    const base: ModelParts = {
      inputs: [{ name: "x", dims: [0, 4] }],
      outputs: ["y"],
      constants: [
        scalar("xs", 0.5, "float"),
        scalar("xz", 3),
        scalar("ws", 0.25, "float"),
        scalar("wz", 0),
        scalar("ys", 0.75, "float"),
        scalar("yz", -7),
        { name: "w", type: "int8", dims: [4, 3], values: [1, -2, 3, 4, 5, -6, 7, 8, 9, -60, 11, 12] },
      ],
      nodes: [
        { opType: "QuantizeLinear", inputs: ["x", "xs", "xz"], outputs: ["xq"] },
        { opType: "QLinearMatMul", inputs: ["xq", "xs", "xz", "w", "ws", "wz", "ys", "yz"], outputs: ["yq"] },
        { opType: "DequantizeLinear", inputs: ["yq", "ys", "yz"], outputs: ["y"] },
      ],
    };
    const rows = Array.from({ length: 50 }, (_, i) => [i - 25, i / 3, -i, 7.25 - i / 2]);

    it("QLinearMatMul: the runtime's own numbers", async () => {
      const model = encodeModel(base);
      expect(convertedOutput(model, rows)).to.deep.equal(await runtimeOutput(model, rows));
    });

    for (const zero of [5, -128, 127])
      it(`weights about ${zero}: the runtime's own numbers`, async () => {
        const constants = [...base.constants.filter(({ name }) => name !== "wz"), scalar("wz", zero)];
        const model = encodeModel({ ...base, constants });
        expect(convertedOutput(model, rows)).to.deep.equal(await runtimeOutput(model, rows));
      });

    it("Relu and ArgMax: the runtime's own numbers", async () => {
      const relu = { opType: "Relu", inputs: ["y"], outputs: ["z"] };
      const last = { opType: "ArgMax", inputs: ["z"], outputs: ["classes"], ints: { axis: 1 } };
      const model = encodeModel({ ...base, nodes: [...base.nodes, relu, last], outputs: ["classes"], output: "int64" });
      expect(convertedOutput(model, rows)).to.deep.equal(await runtimeOutput(model, rows));
    });

    it("names the first operator that is not converted, and its node", () => {
      const nodes = [
        base.nodes[0]!,
        { opType: "Einsum", name: "block1/head", inputs: ["xq"], outputs: ["a"] },
        { opType: "Mish", name: "late", inputs: ["a"], outputs: ["y"] },
      ];
      expect(() => buildOnnx({ model: encodeModel({ ...base, nodes }), rows })).to.throw(
        "the model needs an operator that is not converted: block1/head (Einsum)",
      );
    });

    it("says what does not fit", () => {
      const failing = (parts: Partial<ModelParts>, given: readonly (readonly number[])[] = rows) =>
        expect(() => buildOnnx({ model: encodeModel({ ...base, ...parts }), rows: given }));
      const without = (name: string) => base.constants.filter((constant) => constant.name !== name);
      failing({}, []).to.throw("0 rows for x");
      failing({}, [[1, 2, 3, Number.NaN]]).to.throw("row 0 of the inputs has no number at 3");
      failing({}, [[1, 2, 3]]).to.throw("row 0 of the inputs has 3 numbers");
      failing({ inputs: [{ name: "x", dims: [2, 4] }] }).to.throw("50 rows for x");
      failing({ inputs: [...base.inputs, { name: "z", dims: [1] }] }).to.throw("a model with 2 inputs");
      failing({ constants: without("ws") }).to.throw("reads ws, which nothing before it gives");
      failing({ nodes: [...base.nodes].reverse() }).to.throw("which nothing before it gives");
      failing({ outputs: ["nothing"] }).to.throw("nothing gives its output nothing");
      const narrow = { name: "w", type: "int8", dims: [3, 3], values: [1, 2, 3, 4, 5, 6, 7, 8, 9] } as const;
      failing({ constants: [...without("w"), narrow] }).to.throw("its weights are 3 × 3 for 4 columns");
      const short = { name: "w", type: "int8", dims: [4, 3], values: [1] } as const;
      failing({ constants: [...without("w"), short] }).to.throw("the constant w has 1 elements, not 12");
      failing({ constants: [...without("ys"), { ...scalar("ys", 1, "float"), dims: [2], values: [1, 2] }] }).to.throw(
        "its scale has 2 elements",
      );
    });
  });

  it("refuses files that are no models", () => {
    const model = readModel("digits-int8.onnx");
    expect(() => parseOnnx(new Uint8Array())).to.throw("it has no graph");
    expect(() => parseOnnx(Buffer.from("what is this?"))).to.throw("the ONNX model cannot be read");
    expect(() => parseOnnx(model.subarray(0, model.length / 2))).to.throw("the ONNX model cannot be read");
  });
});
