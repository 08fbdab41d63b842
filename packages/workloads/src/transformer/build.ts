import {
  add,
  gather,
  InputWriter,
  layerNorm,
  lookup,
  matMul,
  type Program,
  ProgramBuilder,
  readRow,
  softmax,
  type Tensor,
} from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";
import {
  CONTEXT_SHIFT,
  exponentialTable,
  GELU_OFFSET,
  geluTable,
  MASKED,
  PROJECTION_SHIFT,
  RESIDUAL_SHIFT,
  SCORE_SHIFT,
} from "./scales.ts";
import { assertSize, type NormWeights, randomTransformer, type TransformerWeights, VOCABULARY } from "./weights.ts";

export interface TransformerOptions {
  /** Its bytes, as UTF-8, are the tokens. */
  readonly text: string;
  readonly weights: TransformerWeights;
}

export interface TransformerJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: TransformerAbout;
}

/** What `decodeTransformer` must know; travels in job.json. */
export interface TransformerAbout {
  readonly kind: "transformer";
  readonly tokens: number;
  readonly hidden: Tensor;
}

export const TRANSFORMER_DEFAULTS: TransformerOptions = {
  text: "Every word of a result is the kernel of earlier words.",
  weights: randomTransformer(1),
};

/** Rows of numbers for an input tensor. */
type Rows = readonly ArrayLike<number>[];

/** Input tensors, and what they are filled with when the program is built. */
class Inputs {
  readonly #rows = new Map<Tensor, Rows>();
  readonly #builder: ProgramBuilder;

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
  }

  add(name: string, laneBits: 8 | 16 | 32, rows: Rows): Tensor {
    const tensor = this.#builder.input(name, { rows: rows.length, columns: rows[0]?.length ?? 0, laneBits });
    this.#rows.set(tensor, rows);
    return tensor;
  }

  write(program: Program): Uint8Array {
    const writer = new InputWriter(program);
    for (const [tensor, rows] of this.#rows) rows.forEach((row, i) => writer.row(tensor, i, row));
    return writer.bytes;
  }
}

/** One block of a decoder over a text, in whole numbers: the result is what each token is turned into. */
export function buildTransformer(options: Partial<TransformerOptions> = {}): TransformerJob {
  const { text, weights } = { ...TRANSFORMER_DEFAULTS, ...options };
  const tokens = tokensOf(text, weights);
  const builder = new ProgramBuilder();
  const inputs = new Inputs(builder);
  const stream = embed(builder, inputs, tokens, weights);
  const attended = attend(builder, inputs, stream, weights);
  const hidden = feedForward(builder, inputs, attended, weights);
  const program = builder.build();
  return { program, input: inputs.write(program), about: { kind: "transformer", tokens: tokens.length, hidden } };
}

/** What each token became: a row of int8 for each. */
export function decodeTransformer({ hidden, tokens }: TransformerAbout, output: Uint8Array): Int8Array[] {
  return Array.from({ length: tokens }, (_, row) => Int8Array.from(readRow(output, hidden, row)));
}

function tokensOf(text: string, weights: TransformerWeights): Uint8Array {
  assertSize(weights.size);
  assertWeights(weights);
  const tokens = Buffer.from(text, "utf8");
  const { positions } = weights.size;
  if (tokens.length === 0 || tokens.length > positions)
    throw new WorkloadError(`a text of ${tokens.length} bytes`, `take 1 to ${positions}`);
  return tokens;
}

function embed(builder: ProgramBuilder, inputs: Inputs, tokens: Uint8Array, weights: TransformerWeights): Tensor {
  const { positions } = weights.size;
  const indices = inputs.add("tokens", 8, [Int8Array.from({ length: positions }, (_, i) => tokens[i] ?? 0)]);
  const table = inputs.add("embedding", 8, weights.embedding);
  const places = inputs.add("positions", 8, weights.positions);
  const embedded = gather(builder, "embedded", { indices, table });
  return add(builder, "stream", { left: embedded, right: places, laneBits: 8 });
}

function normalise(builder: ProgramBuilder, inputs: Inputs, name: string, operand: Tensor, norm: NormWeights): Tensor {
  const gamma = inputs.add(`${name}.gamma`, 16, [norm.gamma]);
  const beta = inputs.add(`${name}.beta`, 16, [norm.beta]);
  return layerNorm(builder, name, { operand, gamma, beta, laneBits: 8, shift: 0 });
}

/** Attention of each token to itself and those before it, added to the stream. */
function attend(builder: ProgramBuilder, inputs: Inputs, stream: Tensor, weights: TransformerWeights): Tensor {
  const { positions } = weights.size;
  const normal = normalise(builder, inputs, "attentionNorm", stream, weights.attentionNorm);
  const table = inputs.add("exponentials", 16, [exponentialTable()]);
  const mask = inputs.add(
    "mask",
    32,
    Array.from({ length: positions }, (_, row) =>
      Array.from({ length: positions }, (_, column) => (column > row ? MASKED : 0)),
    ),
  );
  let sum: Tensor | undefined;
  weights.heads.forEach((head, i) => {
    const project = (name: "query" | "key", of: Tensor): Tensor => {
      const right = inputs.add(`${name}.${i}`, 8, head[name]);
      return matMul(builder, `${name}s.${i}`, { left: of, right, laneBits: 8, shift: PROJECTION_SHIFT });
    };
    // Values by column: what a mean over tokens reads as a row.
    const value = inputs.add(`value.${i}`, 8, head.value);
    const values = matMul(builder, `values.${i}`, { left: value, right: normal, laneBits: 8, shift: PROJECTION_SHIFT });
    const [left, right] = [project("query", normal), project("key", normal)];
    const logits = matMul(builder, `scores.${i}`, { left, right, laneBits: 32, addend: mask });
    const shares = softmax(builder, `shares.${i}`, { logits, table, shift: SCORE_SHIFT });
    const context = matMul(builder, `context.${i}`, { left: shares, right: values, laneBits: 8, shift: CONTEXT_SHIFT });
    const output = inputs.add(`output.${i}`, 8, head.output);
    sum = matMul(builder, `heads.${i}`, {
      left: context,
      right: output,
      laneBits: 32,
      ...(sum !== undefined && { addend: sum }),
    });
  });
  return residual(builder, "attended", stream, sum as unknown as Tensor);
}

function feedForward(builder: ProgramBuilder, inputs: Inputs, stream: Tensor, weights: TransformerWeights): Tensor {
  const normal = normalise(builder, inputs, "forwardNorm", stream, weights.forwardNorm);
  const expand = inputs.add("expand", 8, weights.expand);
  const contract = inputs.add("contract", 8, weights.contract);
  const table = inputs.add("gelu", 8, [geluTable()]);
  const wide = matMul(builder, "wide", { left: normal, right: expand, laneBits: 8, shift: PROJECTION_SHIFT });
  const active = lookup(builder, "active", { operand: wide, table, offset: GELU_OFFSET });
  const sum = matMul(builder, "narrow", { left: active, right: contract, laneBits: 32 });
  return residual(builder, "hidden", stream, sum, true);
}

function residual(builder: ProgramBuilder, name: string, left: Tensor, right: Tensor, output = false): Tensor {
  const leftScale = 2 ** RESIDUAL_SHIFT;
  return add(builder, name, { left, right, laneBits: 8, leftScale, shift: RESIDUAL_SHIFT, output });
}

function assertWeights({ size, ...weights }: TransformerWeights): void {
  const { width, heads, headWidth, feedForward: forward, positions } = size;
  const fits = (rows: Rows, count: number, columns: number): boolean =>
    rows.length === count && rows.every((row) => row.length === columns);
  const all = [
    fits(weights.embedding, VOCABULARY, width),
    fits(weights.positions, positions, width),
    fits(
      [weights.attentionNorm, weights.forwardNorm].flatMap(({ gamma, beta }) => [gamma, beta]),
      4,
      width,
    ),
    weights.heads.length === heads,
    ...weights.heads.flatMap((head) => [
      ...[head.query, head.key, head.value].map((rows) => fits(rows, headWidth, width)),
      fits(head.output, width, headWidth),
    ]),
    fits(weights.expand, forward, width),
    fits(weights.contract, width, forward),
  ];
  if (!all.every(Boolean)) throw new WorkloadError("weights of another transformer", "take those of its size");
}
