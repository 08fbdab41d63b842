import {
  buildTraces,
  convolution,
  execute,
  executeInWorker,
  imageInput,
  matMul,
  ownKernels,
  type Program,
  ProgramBuilder,
  rootsOf,
  TensorInstance,
} from "@millrace/tensor";
import { expect } from "chai";
import hre from "hardhat";

import { numbersFrom, randomProgram } from "./randomProgram.js";

const PROGRAMS = hre.globalOptions.long ? 200 : 12;
const firstSeed = hre.globalOptions.long ? Date.now() % 1_000_000 : 1;

/** A product and a convolution of several stretches each, the last of them not whole; the product is operator 0. */
function longProgram(): { program: Program; input: Uint8Array } {
  const builder = new ProgramBuilder();
  const left = builder.input("left", { rows: 1_101, columns: 40, laneBits: 8 });
  const right = builder.input("right", { rows: 200, columns: 40, laneBits: 8 });
  matMul(builder, "product", { left, right, laneBits: 8, shift: 5 });
  const images = imageInput(builder, "images", { count: 3, height: 50, width: 60, channels: 16 });
  const tensor = builder.input("filters", { rows: 16, columns: 9 * 16, laneBits: 8 });
  const filters = { tensor, height: 3, width: 3 };
  convolution(builder, "convolved", { images, filters, padding: 1, laneBits: 8, shift: 9, output: true });
  const program = builder.build();
  const below = numbersFrom(5);
  return { program, input: Uint8Array.from({ length: program.header.inWords * 32 }, () => below(256)) };
}

describe("stretches of operators", () => {
  it(`are rows computed by themselves, as the whole is, in ${PROGRAMS} random programs`, () => {
    let split = 0;
    for (let seed = firstSeed; seed < firstSeed + PROGRAMS; seed++) {
      const { program, input } = randomProgram(seed);
      const below = numbersFrom(seed);
      const { body, output } = execute(program, input);
      const instance = new TensorInstance();
      const base = instance.allocate(program.totalWords * 32);
      const trace = instance.view(base, program.totalWords * 32);
      const whole = Buffer.concat([input, body, output]);
      for (const { kernelCodeHash, params, start, usedWords, index } of program.operators) {
        const kernel = ownKernels.byCodeHash(kernelCodeHash);
        if (kernel.rowWords === undefined) continue;
        const rowWords = kernel.rowWords(params);
        trace.set(whole);
        // Neither a row that is left out nor one that is computed twice as an addend of itself would pass.
        trace.fill(0xa5, start * 32, (start + usedWords) * 32);
        for (let from = 0; from < usedWords;) {
          const end = Math.min(usedWords, from + rowWords * (1 + below(3)));
          kernel.run({ instance, base }, params, start, end, from);
          expect(Buffer.compare(trace.subarray(0, (start + end) * 32), whole.subarray(0, (start + end) * 32))).to.equal(
            0,
            `seed ${seed}, operator ${index}, words ${from} to ${end}`,
          );
          from = end;
          split += 1;
        }
      }
    }
    expect(split).to.be.above(PROGRAMS);
  });

  it("are shown one after another, each once, with the words that the operator ends with", () => {
    const { program, input } = longProgram();
    const shown: Uint8Array[] = [];
    const stretches = program.operators.map(() => 0);
    let next = program.header.inWords;
    const { body, output } = execute(program, input, {
      onWords: (index, words, from) => {
        expect(program.operators[index]!.start + from).to.equal(next);
        next += words.length / 32;
        shown.push(words.slice());
        stretches[index]! += 1;
      },
    });
    expect(next).to.equal(program.totalWords);
    expect(Buffer.compare(Buffer.concat(shown), Buffer.concat([body, output]))).to.equal(0);
    expect(Math.min(...stretches)).to.be.above(1);
  });

  it("are hashed and altered wherever they are", async () => {
    const { program, input } = longProgram();
    const alter = { operatorIndex: 0, byte: 5_000 * 32 + 7, xor: 1 };
    const altered = execute(program, input, {
      onOperator: (index, words) => {
        if (index === alter.operatorIndex) words[alter.byte]! ^= alter.xor;
      },
    });
    const expected = rootsOf(buildTraces(program, input, altered));
    expect(rootsOf(await executeInWorker(program, input, { alter, hashers: 1 }))).to.deep.equal(expected);
    expect(expected).not.to.deep.equal(rootsOf(buildTraces(program, input, execute(program, input))));
  });
});
