import { TensorInstance } from "@millrace/tensor";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { expect } from "chai";

import { hex, randomWords } from "./referenceTree.js";

/** Messages of a level of two children, and of leaves of eight words. */
const KINDS = [
  { what: "pairs", bytes: 64, twice: "hashLevel", plainly: "hashLevelPlainly" },
  { what: "leaves", bytes: 256, twice: "hashLeaves", plainly: "hashLeavesPlainly" },
] as const;

/** More than what is looked through at a time, which is 16 KiB. */
const COUNT = 300;

for (const { what, bytes, twice, plainly } of KINDS) {
  /** Hashes as WebAssembly makes them, and the byte after the last of them, which is nobody's. */
  function hashesOf(messages: Uint8Array, name: typeof twice | typeof plainly): string[] {
    const count = messages.length / bytes;
    const instance = new TensorInstance();
    const [from, to] = [instance.allocate(messages.length), instance.allocate((count + 1) * 32)];
    instance.view(from, messages.length).set(messages);
    instance.view(to, (count + 1) * 32).fill(0xa5);
    instance.exports[name](from, to, count);
    expect(instance.view(to + count * 32, 32).every((byte) => byte === 0xa5)).to.equal(true);
    expect(Buffer.compare(instance.view(from, messages.length), messages)).to.equal(0);
    return Array.from({ length: count }, (_, i) => hex(instance.view(to + i * 32, 32)));
  }

  const expected = (messages: Uint8Array): string[] =>
    Array.from({ length: messages.length / bytes }, (_, i) =>
      hex(keccak_256(messages.subarray(i * bytes, (i + 1) * bytes))),
    );

  const random = (count: number, seed: number): Uint8Array => randomWords((count * bytes) / 32, seed);

  describe(`hashes of ${what}`, () => {
    for (const count of [0, 1, 2, 3, 7, 64, COUNT, COUNT + 1])
      it(`are Keccak-256 of ${count} of them, one by one and two at once`, () => {
        const messages = random(count, count);
        expect(hashesOf(messages, plainly)).to.deep.equal(expected(messages));
        expect(hashesOf(messages, twice)).to.deep.equal(expected(messages));
      });

    it("are those of messages that repeat, at the start, at the end and across borders", () => {
      const messages = random(COUNT, 5);
      for (const [from, to] of [
        [0, 4],
        [20, 23],
        [60, 70],
        [250, 260],
        [299, 300],
      ] as const)
        messages
          .subarray(from * bytes, to * bytes)
          .set(
            new Uint8Array((to - from) * bytes).map(
              (_, i) => messages[(from === 299 ? 298 : from) * bytes + (i % bytes)]!,
            ),
          );
      expect(hashesOf(messages, twice)).to.deep.equal(expected(messages));
      const zeros = new Uint8Array(COUNT * bytes);
      expect(hashesOf(zeros, twice)).to.deep.equal(expected(zeros));
    });

    it("tell messages apart that differ from the one before in one byte, wherever it is", () => {
      const messages = random(1, 9);
      const all = new Uint8Array((bytes + 1) * bytes);
      for (let i = 0; i <= bytes; i++) {
        all.set(i === 0 ? messages : all.subarray((i - 1) * bytes, i * bytes), i * bytes);
        if (i > 0) all[i * bytes + i - 1]! ^= 1 << (i % 8);
      }
      expect(hashesOf(all, twice)).to.deep.equal(expected(all));
    });
  });
}
