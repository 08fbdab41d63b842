import { CallBatch__factory } from "../../typechain-types/index.js";

/** A view to ask, with its arguments encoded. */
export interface View {
  readonly target: string;
  readonly data: string;
}

const SELECTOR = CallBatch__factory.createInterface().getFunction("read").selector;
const WORD = 64;

/**
 * Call data of `CallBatch.read(views)`, and its answer as a list. By hand: a coder for any type spends most of a run's
 * time on these two.
 */
export const viewBatch = {
  encode(views: readonly View[]): string {
    let offset = views.length * 32;
    const offsets: string[] = [];
    const tuples: string[] = [];
    for (const { target, data } of views) {
      const bytes = (data.length - 2) / 2;
      const words = Math.ceil(bytes / 32);
      offsets.push(word(offset));
      // Address, where the bytes begin, how many they are, the bytes.
      tuples.push(target.slice(2).padStart(WORD, "0"), word(64), word(bytes), data.slice(2).padEnd(words * WORD, "0"));
      offset += (3 + words) * 32;
    }
    return SELECTOR + word(32) + word(views.length) + offsets.join("") + tuples.join("");
  },

  decode(answer: string): string[] {
    const at = (byte: number): number => 2 + 2 * byte;
    const numberAt = (byte: number): number => parseInt(answer.slice(at(byte), at(byte + 32)), 16);
    const list = 64;
    return Array.from({ length: numberAt(32) }, (_, index) => {
      const start = list + numberAt(list + 32 * index);
      return `0x${answer.slice(at(start + 32), at(start + 32 + numberAt(start)))}`;
    });
  },
};

function word(value: number): string {
  return value.toString(16).padStart(WORD, "0");
}
