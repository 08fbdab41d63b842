import { bigIntToWord, WORD_BYTES } from "../words.ts";

/** Twin of `ImageMath.sol`, and of the runs of `PackedDot.sol`. */

/** Quotient and remainder; by zero, both are zero. */
export function divided(value: bigint, by: bigint): [quotient: bigint, rest: bigint] {
  return by === 0n ? [0n, 0n] : [value / by, value % by];
}

/** A window, cut to what lies inside: `count` places from `from` on, counted from `origin`. */
export interface Span {
  readonly origin: bigint;
  readonly from: bigint;
  readonly count: bigint;
}

/** The window of `size` that begins `padding` before `position · stride`, within `limit`. */
export function span(position: bigint, stride: bigint, padding: bigint, size: bigint, limit: bigint): Span {
  const origin = position * stride - padding;
  const end = origin + size < limit ? origin + size : limit;
  const begin = origin < 0n ? 0n : origin;
  return end <= begin ? { origin, from: 0n, count: 0n } : { origin, from: begin - origin, count: end - begin };
}

/** The least aligned range of words that holds bytes `begin … end` of a row. */
export function cover(begin: bigint, end: bigint): { word: bigint; log2: number } {
  const first = begin >> 5n;
  const differing = first ^ ((end - 1n) >> 5n);
  const log2 = differing === 0n ? 0 : differing.toString(2).length;
  return { word: (first >> BigInt(log2)) << BigInt(log2), log2 };
}

const MAX_RUN = 8_192n;

/** Int8 lanes of words, and dot products of runs of them. */
export class ByteLanes {
  readonly #lanes: Int8Array;

  constructor(words: readonly bigint[]) {
    this.#lanes = new Int8Array(words.length * WORD_BYTES);
    words.forEach((word, i) => {
      this.#lanes.set(bigIntToWord(word), i * WORD_BYTES);
    });
  }

  /** Dot product of `length` lanes from `left` with as many from `right`; 0 if the words do not hold them. */
  run(left: bigint, right: bigint, length: bigint): bigint {
    const size = BigInt(this.#lanes.length);
    if (length > MAX_RUN || left + length > size || right + length > size) return 0n;
    const [a, b] = [Number(left), Number(right)];
    let sum = 0;
    for (let i = 0; i < Number(length); i++) sum += (this.#lanes[a + i] ?? 0) * (this.#lanes[b + i] ?? 0);
    return BigInt(sum);
  }
}
