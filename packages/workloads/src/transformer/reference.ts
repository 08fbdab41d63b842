import {
  exponentialTable,
  GELU_OFFSET,
  geluTable,
  PROJECTION_SHIFT,
  CONTEXT_SHIFT,
  RESIDUAL_SHIFT,
  SCORE_SHIFT,
} from "./scales.ts";
import type { NormWeights, TransformerWeights } from "./weights.ts";

type Matrix = readonly ArrayLike<number>[];

const ONE = 127;

/** The block without a program: loops over plain numbers, all of which stay below 2^53. The check of a result by its buyer. */
export function transform(weights: TransformerWeights, text: string): Int8Array[] {
  const tokens = [...Buffer.from(text, "utf8")];
  const stream = tokens.map((token, i) =>
    zip(weights.embedding[token] ?? [], weights.positions[i] ?? [], (a, b) => int8(a + b)),
  );
  const normal = stream.map((row) => normalised(row, weights.attentionNorm));
  const attended = stream.map((row) => Array.from(row, (value) => value * 2 ** RESIDUAL_SHIFT));
  for (const head of weights.heads) {
    const [queries, keys, values] = [head.query, head.key, head.value].map((matrix) =>
      product(normal, matrix, PROJECTION_SHIFT),
    ) as [number[][], number[][], number[][]];
    queries.forEach((query, i) => {
      const shares = softmax(keys.slice(0, i + 1).map((key) => dot(query, key)));
      const context = Array.from(query, (_, c) =>
        int8(
          rounded(
            dot(
              shares,
              values.slice(0, i + 1).map((value) => value[c] ?? 0),
            ),
            CONTEXT_SHIFT,
          ),
        ),
      );
      attended[i] = zip(
        attended[i] ?? [],
        head.output.map((row) => dot(row, context)),
        (a, b) => a + b,
      );
    });
  }
  return attended.map((sum) =>
    forward(
      weights,
      sum.map((value) => int8(rounded(value, RESIDUAL_SHIFT))),
    ),
  );
}

function forward(weights: TransformerWeights, row: readonly number[]): Int8Array {
  const normal = normalised(row, weights.forwardNorm);
  const gelu = geluTable();
  const active = (product([normal], weights.expand, PROJECTION_SHIFT)[0] ?? []).map(
    (value) => gelu[value + GELU_OFFSET] ?? 0,
  );
  return Int8Array.from(row, (value, c) =>
    int8(rounded(value * 2 ** RESIDUAL_SHIFT + dot(active, weights.contract[c] ?? []), RESIDUAL_SHIFT)),
  );
}

function normalised(row: readonly number[], { gamma, beta }: NormWeights): number[] {
  const n = row.length;
  const sum = row.reduce((total, x) => total + x, 0);
  const deviation = Math.max(1, Math.floor(Math.sqrt(n * dot(row, row) - sum * sum)));
  return row.map((x, c) => {
    const numerator = (n * x - sum) * (gamma[c] ?? 0);
    return int8(
      Math.sign(numerator) * Math.floor((Math.abs(numerator) + Math.floor(deviation / 2)) / deviation) + (beta[c] ?? 0),
    );
  });
}

function softmax(scores: readonly number[]): number[] {
  const table = exponentialTable();
  const most = Math.max(...scores);
  const entries = scores.map(
    (score) => table[Math.min(Math.floor((most - score) / 2 ** SCORE_SHIFT), table.length - 1)] ?? 0,
  );
  const sum = entries.reduce((total, entry) => total + entry, 0);
  return entries.map((entry) => Math.floor((ONE * entry + Math.floor(sum / 2)) / sum));
}

/** `left · rightᵀ / 2^shift` as int8. */
function product(left: Matrix, right: Matrix, shift: number): number[][] {
  return left.map((row) => right.map((other) => int8(rounded(dot(row, other), shift))));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function zip(a: ArrayLike<number>, b: ArrayLike<number>, combine: (a: number, b: number) => number): number[] {
  return Array.from(a, (value, i) => combine(value, b[i] ?? 0));
}

/** `value / 2^shift`, rounded half away from zero. */
function rounded(value: number, shift: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) / 2 ** shift + 0.5);
}

function int8(value: number): number {
  return Math.max(-128, Math.min(127, value));
}
