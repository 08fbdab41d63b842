import { readFileSync } from "node:fs";

import protobuf from "protobufjs";

/** A small ONNX model as a test writes it down. */
export interface ModelParts {
  readonly inputs: readonly { readonly name: string; readonly dims: readonly number[] }[];
  readonly outputs: readonly string[];
  /** Version of the standard's operators, 17 if left out. */
  readonly opset?: number;
  /** Type of the outputs, float if left out. */
  readonly output?: "float" | "int32" | "int64";
  /** Inputs of any number of rows and columns of int8. */
  readonly int8Inputs?: readonly string[];
  readonly constants: readonly {
    readonly name: string;
    readonly type: keyof typeof TYPES;
    readonly dims: readonly number[];
    readonly values: readonly number[];
  }[];
  readonly nodes: readonly {
    readonly opType: string;
    readonly name?: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly ints?: Readonly<Record<string, number>>;
    readonly lists?: Readonly<Record<string, readonly number[]>>;
    readonly texts?: Readonly<Record<string, string>>;
  }[];
}

const TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
const [INT, TEXT, INTS] = [2, 3, 7];

/** The bytes of a model file. */
export function encodeModel({
  inputs,
  outputs,
  opset = 17,
  output = "float",
  int8Inputs = [],
  constants,
  nodes,
}: ModelParts): Uint8Array {
  const schema = new URL("../../../packages/workloads/src/onnx/onnx.proto", import.meta.url);
  const type = protobuf.parse(readFileSync(schema, "utf8")).root.lookupType("onnx.ModelProto");
  const valueOf = (name: string, elemType: number, dims: readonly number[]): object => ({
    name,
    type: {
      tensorType: { elemType, shape: { dim: dims.map((dim) => (dim === 0 ? { dimParam: "n" } : { dimValue: dim })) } },
    },
  });
  const graph = {
    name: "test",
    node: nodes.map(({ opType, name = "", inputs: input, outputs: out, ints = {}, lists = {}, texts = {} }) => ({
      opType,
      name,
      input,
      output: out,
      attribute: [
        ...Object.entries(ints).map(([key, i]) => ({ name: key, i, type: INT })),
        ...Object.entries(lists).map(([key, list]) => ({ name: key, ints: list, type: INTS })),
        ...Object.entries(texts).map(([key, text]) => ({ name: key, s: Buffer.from(text), type: TEXT })),
      ],
    })),
    initializer: constants.map(({ name, type: element, dims, values }) => ({
      name,
      dims,
      dataType: TYPES[element],
      ...(element === "float"
        ? { floatData: values }
        : element === "int64"
          ? { int64Data: values }
          : { int32Data: values }),
    })),
    input: [
      ...inputs.map(({ name, dims }) => valueOf(name, TYPES.float, dims)),
      ...int8Inputs.map((name) => valueOf(name, TYPES.int8, [0, 0])),
    ],
    output: outputs.map((name) => valueOf(name, TYPES[output], [0, 0])),
  };
  const model = { irVersion: 8, producerName: "test", graph, opsetImport: [{ domain: "", version: opset }] };
  return type.encode(type.fromObject(model)).finish();
}
