import { readFileSync } from "node:fs";

import protobuf from "protobufjs";

import { WorkloadError } from "../WorkloadError.ts";

/** Numbers of a constant; `type` as the format counts them. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

export const ElementType = { Float: 1, Uint8: 2, Int8: 3, Int32: 6, Int64: 7, Bool: 9 } as const;
export type ElementType = (typeof ElementType)[keyof typeof ElementType];

export type AttributeValue = number | string | readonly number[] | OnnxTensor;

export interface OnnxNode {
  readonly opType: string;
  /** Empty for the operators of the standard. */
  readonly domain: string;
  readonly name: string;
  /** Names of values; an empty name is an optional one that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

export interface OnnxModel {
  readonly producer: string;
  /** Version of the standard's operators. */
  readonly opset: number;
  /** Those that an output depends on, each after those that it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Constants that cannot be read, and why: nothing that is converted may need them. */
  readonly unreadable: ReadonlyMap<string, WorkloadError>;
  /** Inputs that are no constants, with their shape; a dimension that may be anything is zero. */
  readonly inputs: readonly { readonly name: string; readonly dims: readonly number[] }[];
  readonly outputs: readonly string[];
}

interface RawTensor {
  name: string;
  dataType: number;
  dims: number[];
  floatData: number[];
  int32Data: number[];
  int64Data: number[];
  rawData: Uint8Array;
  dataLocation: number;
}

interface RawAttribute {
  name: string;
  type: number;
  f: number;
  i: number;
  s: Uint8Array;
  t?: null | RawTensor;
  floats: number[];
  ints: number[];
}

interface RawNode {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  attribute: RawAttribute[];
}

interface RawValue {
  name: string;
  type?: { tensorType?: { shape?: { dim: { dimValue: number }[] } } };
}

interface RawModel {
  producerName: string;
  producerVersion: string;
  opsetImport: { domain: string; version: number }[];
  graph?: null | { node: RawNode[]; initializer: RawTensor[]; input: RawValue[]; output: RawValue[] };
}

/** Integers and lists of them, floats and lists of them, texts, tensors; other attributes are graphs. */
const ATTRIBUTE = { Float: 1, Int: 2, Text: 3, Tensor: 4, Floats: 6, Ints: 7 } as const;

/** What a model that names no version is taken for: one whose operators mean what they mean now. */
const NEWEST = Number.MAX_SAFE_INTEGER;

const isStandard = (domain: string): boolean => domain === "" || domain === "ai.onnx";

/** Names of the types that constants have in models that people will try. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  ...{ 4: "uint16", 5: "int16", 8: "string", 10: "float16", 11: "double", 12: "uint32", 13: "uint64" },
  ...{ 16: "bfloat16", 17: "float8e4m3fn", 19: "float8e5m2", 21: "uint4", 22: "int4" },
};

let messages: protobuf.Type | undefined;

function modelType(): protobuf.Type {
  const text = readFileSync(new URL("./onnx.proto", import.meta.url), "utf8");
  messages ??= protobuf.parse(text, { keepCase: false }).root.lookupType("onnx.ModelProto");
  return messages;
}

/** Reads a model file: its graph, checked for what every converter needs. */
export function parseOnnx(bytes: Uint8Array): OnnxModel {
  const { graph, producerName, producerVersion, opsetImport } = decode(bytes);
  if (graph === undefined || graph === null || graph.node.length === 0) throw malformed("it has no graph");
  if (graph.output.length === 0) throw malformed("it gives no output");
  const { constants, unreadable } = readConstants(graph.initializer);
  const inputs = graph.input
    .filter(({ name }) => !constants.has(name) && !unreadable.has(name))
    .map(({ name, type }) => ({ name, dims: type?.tensorType?.shape?.dim.map(({ dimValue }) => dimValue) ?? [] }));
  const model = {
    producer: `${producerName} ${producerVersion}`.trim(),
    opset: opsetImport.find(({ domain }) => isStandard(domain))?.version ?? NEWEST,
    nodes: graph.node.map(readNode),
    constants,
    unreadable,
    inputs,
    outputs: graph.output.map(({ name }) => name),
  };
  assertOrdered(model);
  return { ...model, nodes: needed(model) };
}

function readConstants(tensors: readonly RawTensor[]): Pick<OnnxModel, "constants" | "unreadable"> {
  const constants = new Map<string, OnnxTensor>();
  const unreadable = new Map<string, WorkloadError>();
  for (const tensor of tensors)
    try {
      constants.set(tensor.name, readTensor(tensor));
    } catch (error) {
      if (!(error instanceof WorkloadError)) throw error;
      unreadable.set(tensor.name, error);
    }
  return { constants, unreadable };
}

/** Nodes that an output depends on: exporters leave others behind, and nobody is to pay for them. */
function needed({ nodes, outputs }: Pick<OnnxModel, "nodes" | "outputs">): OnnxNode[] {
  const wanted = new Set(outputs);
  return nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => wanted.has(output))) return false;
      for (const input of node.inputs) wanted.add(input);
      return true;
    })
    .toReversed();
}

function decode(bytes: Uint8Array): RawModel {
  const type = modelType();
  try {
    return type.toObject(type.decode(bytes), { longs: Number, defaults: true, arrays: true }) as RawModel;
  } catch (cause) {
    throw malformed(`it is no protocol buffer (${(cause as Error).message})`);
  }
}

function readNode({ input, output, name, opType, domain, attribute }: RawNode): OnnxNode {
  const attributes = new Map<string, AttributeValue>();
  for (const { name: key, type, f, i, s, t, floats, ints } of attribute) {
    const value = {
      [ATTRIBUTE.Float]: f,
      [ATTRIBUTE.Int]: i,
      [ATTRIBUTE.Text]: Buffer.from(s).toString(),
      [ATTRIBUTE.Tensor]: type === ATTRIBUTE.Tensor && t ? readTensor(t) : undefined,
      [ATTRIBUTE.Floats]: floats,
      [ATTRIBUTE.Ints]: ints,
    }[type];
    if (value !== undefined) attributes.set(key, value);
  }
  return { opType, domain: isStandard(domain) ? "" : domain, name, inputs: input, outputs: output, attributes };
}

function readTensor(tensor: RawTensor): OnnxTensor {
  const { name, dataType, dims, rawData } = tensor;
  if (tensor.dataLocation !== 0)
    throw new WorkloadError(
      `the constant ${name} of the ONNX model lies in another file`,
      "save the model as one file: onnx.save_model(onnx.load(path), other, save_as_external_data=False)",
    );
  const type = Object.values(ElementType).find((known) => known === dataType);
  if (type === undefined)
    throw new WorkloadError(
      `the constant ${name} of the ONNX model has elements of type ${TYPE_NAMES[dataType] ?? dataType}`,
      "quantise to int8 or uint8, from a model in single precision",
    );
  const values = rawData.length > 0 ? rawValues(type, rawData) : listedValues(type, tensor);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (values?.length !== count) throw malformed(`the constant ${name} has ${values?.length} elements, not ${count}`);
  return { name, type, dims, values };
}

function rawValues(type: ElementType, raw: Uint8Array): ArrayLike<number> | undefined {
  const size = {
    [ElementType.Float]: 4,
    [ElementType.Uint8]: 1,
    [ElementType.Int8]: 1,
    [ElementType.Int32]: 4,
    [ElementType.Int64]: 8,
    [ElementType.Bool]: 1,
  }[type];
  if (raw.length % size !== 0) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const at = (i: number): number => {
    if (type === ElementType.Float) return view.getFloat32(4 * i, true);
    if (type === ElementType.Uint8 || type === ElementType.Bool) return view.getUint8(i);
    if (type === ElementType.Int8) return view.getInt8(i);
    if (type === ElementType.Int32) return view.getInt32(4 * i, true);
    return Number(view.getBigInt64(8 * i, true));
  };
  return Array.from({ length: raw.length / size }, (_, i) => at(i));
}

function listedValues(type: ElementType, { floatData, int32Data, int64Data }: RawTensor): ArrayLike<number> {
  if (type === ElementType.Float) return floatData;
  return type === ElementType.Int64 ? int64Data : int32Data;
}

/** The format asks for nodes in an order in which each comes after those that it reads. */
function assertOrdered({ nodes, constants, unreadable, inputs, outputs }: OnnxModel): void {
  const known = new Set([...constants.keys(), ...unreadable.keys(), ...inputs.map(({ name }) => name)]);
  for (const node of nodes) {
    for (const input of node.inputs)
      if (input !== "" && !known.has(input))
        throw malformed(`${describeNode(node)} reads ${input}, which nothing before it gives`);
    for (const output of node.outputs) {
      if (output !== "" && known.has(output)) throw malformed(`${describeNode(node)} gives ${output} a second time`);
      known.add(output);
    }
  }
  for (const output of outputs) if (!known.has(output)) throw malformed(`nothing gives its output ${output}`);
}

/** A node by its name, or else by what it gives: many exporters name none. */
export function describeNode({ name, opType, domain, outputs }: OnnxNode): string {
  const type = domain === "" ? opType : `${domain}.${opType}`;
  return name === "" ? `the ${type} that gives ${outputs[0] ?? "nothing"}` : `${name} (${type})`;
}

function malformed(what: string): WorkloadError {
  return new WorkloadError(`the ONNX model cannot be read: ${what}`, "give a file that a framework has written whole");
}
