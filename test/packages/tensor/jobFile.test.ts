import {
  assertExecutable,
  decodeJob,
  encodeBundle,
  execute,
  executeInWorker,
  MAX_TRACE_WORDS,
  type OperatorDescriptor,
  Program,
  programToJson,
  TensorError,
  TensorInstance,
} from "@millrace/tensor";
import { expect } from "chai";

import { randomProgram } from "./randomProgram.js";

const { program, input } = randomProgram(4);
const good = Buffer.from(encodeBundle({ program, input }).job);
const json = programToJson(program);

/** What a reader says, in one line with its hint. */
function refusalOf(read: () => unknown): { code: string; text: string } {
  try {
    read();
  } catch (error) {
    expect(error).to.be.instanceOf(TensorError);
    const { code, message, hint } = error as TensorError;
    return { code, text: `${message}: ${hint}` };
  }
  throw new Error("nothing was refused");
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** The file with one field as it is written here, whatever JSON makes of it. */
const written = (field: string, text: string): string =>
  JSON.stringify({ ...json, [field]: 0 }).replace(`"${field}":0`, `"${field}":${text}`);
const ofOperator = (field: string, text: string): string => {
  const [operator] = json.output;
  return JSON.stringify({ ...json, output: [{ ...operator, [field]: 0 }] }).replace(
    new RegExp(`"${field}":0(?=[^]{0,400}$)`),
    `"${field}":${text}`,
  );
};

describe("job file", () => {
  const files: readonly (readonly [what: string, bytes: string | Uint8Array, says: RegExp])[] = [
    ["an empty file", "", /^job\.json is empty: ask the buyer/],
    ["a byte order mark", Buffer.concat([Buffer.from("efbbbf", "hex"), good]), /byte order mark: save it without/],
    ["UTF-16", Buffer.from(`\ufeff${good.toString()}`, "utf16le"), /is not UTF-8: save it as UTF-8/],
    ["bytes of no encoding", Buffer.from("7b22ff22", "hex"), /is not UTF-8/],
    ["an ELF file", Buffer.from("7f454c4601010100", "hex"), /is not JSON/],
    ["half a file", good.subarray(0, good.length / 2), /is not JSON/],
    ["NaN", written("inWords", "NaN"), /is not JSON/],
    ["null", "null", /is JSON, but no object/],
    ["a list", "[]", /is JSON, but no object/],
    ["a number", "7", /is JSON, but no object/],
    ["a deep nest", nested(100_000), /is JSON, but no object/],
    ["a deep format", written("format", nested(100_000)), /^format: the format is a list of 1, not/],
    ["a deep operator", written("body", `[${nested(100_000)}]`), /^operator 0, kernel: undefined is not a name/],
    ["a deep hash", written("programHash", nested(100_000)), /^programHash: .* its programHash is a list of 1/],
    ["an object for a list", written("output", "{}"), /^output: an object is not a list of operators/],
    ["a word for a list", written("output", '"all"'), /^output: all is not a list of operators/],
    ["words that are a word", written("inWords", '"NaN"'), /^inWords: NaN is not a number/],
    ["infinite words", written("inWords", "1e400"), /^inWords: Infinity words are not a multiple/],
    ["negative words", written("inWords", "-32"), /^inWords: -32 words are not a multiple/],
    ["an operator of infinite words", ofOperator("words", "1e999"), /words: Infinity is not a whole number/],
    ["an operator of 2^70 words", ofOperator("words", "1180591620717411303424"), /words: .* is not a whole number/],
    ["a mode that is true", ofOperator("mode", "true"), /mode: true is not a whole number/],
    ["lines in a name", ofOperator("kernel", '"a\\n\\u001b[2Jb"'), /^[^\n\x1b]*$/],
    [
      "lines in a hash",
      ofOperator("kernelCodeHash", '"a\\n\\u001b[2Jb"'),
      /kernelCodeHash: a\ufffd\ufffd\[2Jb is not a hash/,
    ],
    ["a million operators", written("body", `[${new Array(1_000_000).fill("0").join()}]`), /^operator 0, kernel/],
  ];
  for (const [what, bytes, says] of files)
    it(`with ${what} is refused in a sentence`, () => {
      const { text } = refusalOf(() => decodeJob(Buffer.from(bytes as string)));
      expect(text).to.match(says);
      expect(text.length).to.be.below(400);
    });

  it("is read as it was written", () => {
    expect(decodeJob(good).program.hash).to.equal(program.hash);
  });
});

describe("assertExecutable", () => {
  const [operator] = program.operators as readonly OperatorDescriptor[];
  const ofWords = (words: number): Program => new Program(32, [], [{ ...operator!, words, usedWords: 0 }]);

  it("refuses a trace that no executor can hold, before any memory is taken", async () => {
    const huge = ofWords(10 ** 9);
    const says = /^its trace has 1000000032 words, and at most 134184960 fit into the 4 GiB .*: split the job/;
    const before = process.memoryUsage().arrayBuffers;
    for (const run of [assertExecutable, (it: Program) => execute(it, new Uint8Array(1_024))]) {
      const { code, text } = refusalOf(() => {
        run(huge);
      });
      expect(code).to.equal("TOO_LARGE");
      expect(text).to.match(says);
    }
    const failed: unknown = await executeInWorker(huge, new Uint8Array(1_024)).catch((error: unknown) => error);
    expect(failed).to.have.property("code", "TOO_LARGE");
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(2 ** 24);
  });

  it("draws its line where the memory ends", () => {
    assertExecutable(ofWords(MAX_TRACE_WORDS - 32));
    expect(
      refusalOf(() => {
        assertExecutable(ofWords(MAX_TRACE_WORDS));
      }).code,
    ).to.equal("TOO_LARGE");
    // The module's own memory, and what a view is aligned to, lie in the megabyte that is left.
    expect(new TensorInstance().allocate(32) + 2 ** 16).to.be.below(2 ** 20);
  });
});
