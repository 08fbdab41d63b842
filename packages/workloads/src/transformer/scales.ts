/** What the program and its plain twin must agree on: where the point stands between two layers. */

/** Queries, keys, values and hidden activations are `dot / 2^8`. */
export const PROJECTION_SHIFT = 8;

/** A mean of values by softmax: weights of 127 parts are taken as of 128. */
export const CONTEXT_SHIFT = 7;

/** What attention and the feed-forward layers add to the stream is `dot / 2^9`. */
export const RESIDUAL_SHIFT = 9;

/** Steps of the table of exponentials are `2^8` units of a score. */
export const SCORE_SHIFT = 8;

/** Units of a score that make a factor of e. */
const SCORE_ONE = 4_000;

/** Scores of tokens that come later. */
export const MASKED = -(2 ** 30);

const EXPONENTIALS = 256;
const EXPONENTIAL_ONE = 65_535;

/** exp(−i · 2^SCORE_SHIFT / SCORE_ONE) */
export function exponentialTable(): number[] {
  const entry = (i: number): number => Math.round(EXPONENTIAL_ONE * Math.exp((-i * 2 ** SCORE_SHIFT) / SCORE_ONE));
  // The last entry stands for all that is further away: nothing.
  return Array.from({ length: EXPONENTIALS }, (_, i) => (i === EXPONENTIALS - 1 ? 0 : entry(i)));
}

/** Units of an activation that make 1. */
const ACTIVATION_ONE = 16;

const LEAST_INT8 = -128;

/** GELU of −128/16 … 127/16, by the usual approximation. */
export function geluTable(): number[] {
  return Array.from({ length: 256 }, (_, i) => Math.round(ACTIVATION_ONE * gelu((i + LEAST_INT8) / ACTIVATION_ONE)));
}

export const GELU_OFFSET = -LEAST_INT8;

function gelu(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044_715 * x ** 3)));
}
