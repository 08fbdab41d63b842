import {
  encodeParams,
  execute,
  executeInWorker,
  InputWriter,
  assertProvable,
  bounce,
  buildTraces,
  cameraRays,
  kernelCodeHash,
  Mode,
  nearestHits,
  type OperatorDescriptor,
  Program,
  ProgramBuilder,
  progressEvery,
  referenceLanes,
  rootsOf,
  shade,
  shadeRays,
  TraceTree,
} from "@millrace/tensor";
import { expect } from "chai";
import hre from "hardhat";

import { numbersFrom, randomProgram } from "./randomProgram.js";

const PROGRAMS = hre.globalOptions.long ? 200 : 24;
const firstSeed = hre.globalOptions.long ? Date.now() % 1_000_000 : 1;

/** A `Requantise` operator of one whole region that reads from any address. */
function copyFrom(address: number): OperatorDescriptor {
  return {
    kernel: "Requantise",
    kernelCodeHash: kernelCodeHash("Requantise"),
    words: 32,
    usedWords: 32,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 8,
    params: encodeParams([address, 3, 3, 1, 0, 0, 0]),
  };
}

/** Triangles with corners on a grid of three by three by three points, and rays that run through the grid's lines. */
function gridProgram(): { program: Program; input: Uint8Array } {
  const builder = new ProgramBuilder();
  const triangles = builder.input("triangles", { rows: 64, columns: 1, laneBits: 256 }, 64);
  const camera = {
    width: 7,
    height: 7,
    origin: [0, 0, -2_000],
    forward: [0, 0, 6_000],
    right: [500, 0, 0],
    up: [0, 500, 0],
  } as const;
  const hits = nearestHits(builder, "hits", { triangles, camera });
  const light = { direction: [0, 0, -16_384], ambient: 9, shine: 9, top: 1, bottom: 2 } as const;
  shade(builder, "picture", { hits, triangles, camera, light, output: true });
  const rays = cameraRays(builder, "rays", camera);
  const rayHits = nearestHits(builder, "rayHits", { triangles, camera, rays });
  const common = { rays, hits: rayHits, triangles };
  const toLamp = bounce(builder, "toLamp", { ...common, toLamp: light.direction, lift: 9 });
  const shadows = nearestHits(builder, "shadows", { triangles, camera, rays: toLamp });
  const mirrored = bounce(builder, "mirrored", { ...common, lift: 9 });
  const mirroredHits = nearestHits(builder, "mirroredHits", { triangles, camera, rays: mirrored });
  const reflected = shadeRays(builder, "reflected", { rays: mirrored, hits: mirroredHits, triangles, light, shadows });
  shadeRays(builder, "scene", { ...common, light, shadows, reflected, output: true });
  const program = builder.build();
  const below = numbersFrom(3);
  const words = Buffer.alloc(64 * 32);
  for (let i = 0; i < 64; i++) {
    for (let k = 0; k < 9; k++) words.writeInt16BE(1_000 * (below(3) - 1), 32 * i + 2 * k);
    for (let k = 18; k < 32; k++) words[32 * i + k] = below(256);
  }
  return { program, input: new InputWriter(program).raw(triangles, words).bytes };
}

describe("execute", () => {
  it(`equals the reference on ${PROGRAMS} random programs, to the byte`, () => {
    for (let seed = firstSeed; seed < firstSeed + PROGRAMS; seed++) {
      const { program, input } = randomProgram(seed);
      assertProvable(program);
      const fast = execute(program, input);
      const slow = execute(program, input, { reference: true });
      expect(Buffer.compare(fast.body, slow.body), `body, seed ${seed}`).to.equal(0);
      expect(Buffer.compare(fast.output, slow.output), `output, seed ${seed}`).to.equal(0);
    }
  });

  it("equals the reference where rays meet borders, corners and edge-on triangles", () => {
    const { program, input } = gridProgram();
    const [fast, slow] = [execute(program, input), execute(program, input, { reference: true })];
    expect(Buffer.compare(fast.body, slow.body)).to.equal(0);
    expect(Buffer.compare(fast.output, slow.output)).to.equal(0);
    const hits = Array.from({ length: 49 }, (_, i) => Buffer.from(fast.body).readUInt32BE(8 * i)).filter(
      (depth) => depth < 2 ** 32 - 1,
    );
    expect(hits.length).to.be.above(20);
  });

  it("reads words that come later, and its own, as zero", () => {
    const input = Uint8Array.from({ length: 32 * 32 }, (_, i) => 1 + (i % 100));
    // The input has words 0 to 31; the first operator reads itself, the second the third, and the third the input.
    const program = new Program(32, [copyFrom(32), copyFrom(96)], [copyFrom(0)]);
    const { body, output } = execute(program, input);
    expect(body.every((byte) => byte === 0)).to.be.true;
    expect(Buffer.compare(output, input)).to.equal(0);
  });

  it("reads its own earlier words", () => {
    const input = Uint8Array.from({ length: 32 * 32 }, (_, i) => 1 + (i % 100));
    const { output } = execute(new Program(32, [], [copyFrom(31)]), input);
    for (let word = 0; word < 32; word++)
      expect(Buffer.compare(output.subarray(word * 32, word * 32 + 32), input.subarray(31 * 32)), `${word}`).to.equal(
        0,
      );
  });

  it("counts the lanes that have no fast path: of what builders make, none", () => {
    for (let seed = firstSeed; seed < firstSeed + PROGRAMS; seed++)
      expect(referenceLanes(randomProgram(seed).program), `seed ${seed}`).to.equal(0);
    const wide = { ...copyFrom(0), laneBits: 64 as const, params: encodeParams([0, 6, 6, 1, 0, 0, 0]) };
    const pieces = { ...copyFrom(0), mode: Mode.Piece };
    expect(referenceLanes(new Program(32, [copyFrom(0)], [copyFrom(32)]))).to.equal(0);
    expect(referenceLanes(new Program(32, [wide], [copyFrom(32)]))).to.equal(32 * 4);
    expect(referenceLanes(new Program(32, [pieces], [copyFrom(96), copyFrom(0)]))).to.equal(2 * 32 * 32);
  });

  it("leaves the padding of operators zero", () => {
    const { program, input } = randomProgram(7);
    const { body } = execute(program, input);
    for (const { start, usedWords, words } of program.operators.filter(
      ({ start }) => start < program.region(2).start,
    )) {
      const from = start - program.header.inWords;
      expect(body.subarray((from + usedWords) * 32, (from + words) * 32).every((byte) => byte === 0)).to.be.true;
    }
  });

  it("refuses an input of another size", () => {
    const { program, input } = randomProgram(1);
    expect(() => execute(program, input.subarray(32))).to.throw("the input has");
  });

  it("refuses a kernel that it does not know", () => {
    const unknown = { ...copyFrom(0), kernelCodeHash: `0x${"12".repeat(32)}` as const };
    expect(() => execute(new Program(32, [], [unknown]), new Uint8Array(1_024))).to.throw(
      "no kernel with the code hash",
    );
  });

  it("lets an observer change an operator's words before later ones read them", () => {
    const program = new Program(32, [copyFrom(0)], [copyFrom(32)]);
    const { output } = execute(program, new Uint8Array(1_024), {
      onOperator: (index, words) => {
        if (index === 0) words[5] = 9;
      },
    });
    expect(output[5]).to.equal(9);
  });
});

describe("executeInWorker", () => {
  it("returns the trees of the same trace", async () => {
    const { program, input } = randomProgram(3);
    const expected = rootsOf(buildTraces(program, input, execute(program, input)));
    expect(rootsOf(await executeInWorker(program, input))).to.deep.equal(expected);
  });

  it("returns the same trees, however many threads hash", async () => {
    const length = 3 * 4_096 + 32;
    const copy = (address: number): OperatorDescriptor => ({ ...copyFrom(address), words: length, usedWords: length });
    const program = new Program(length, [copy(0), copy(length)], [copy(2 * length)]);
    const below = numbersFrom(7);
    const input = Uint8Array.from({ length: 32 * length }, () => below(256));
    const { root } = TraceTree.build(input);
    for (const hashers of [0, 1, 2]) {
      const traces = await executeInWorker(program, input, { hashers });
      expect(rootsOf(traces).outputRoot, `${hashers}`).to.equal(root);
      expect(rootsOf(traces)).to.deep.equal(rootsOf(buildTraces(program, input, execute(program, input))));
    }
  });

  it("says how far it is, but not too often", () => {
    let now = 0;
    const said: number[] = [];
    const report = progressEvery(
      10,
      (percent) => said.push(percent),
      () => now,
    );
    const at = (seconds: number, words: number): void => {
      now = 1_000 * seconds;
      report({ operators: 1, ofOperators: 4, words, ofWords: 300 });
    };
    at(9, 10);
    at(11, 100);
    at(12, 150);
    at(21, 299);
    expect(said).to.deep.equal([33, 99]);
  });

  it("alters one byte, and what follows from it", async () => {
    const program = new Program(32, [copyFrom(0)], [copyFrom(32)]);
    const traces = await executeInWorker(program, new Uint8Array(1_024), {
      alter: { operatorIndex: 0, byte: 40, xor: 3 },
    });
    expect(traces.body!.words[40]).to.equal(3);
    expect(traces.output.words[40]).to.equal(3);
  });

  it("passes errors on", async () => {
    const unknown = { ...copyFrom(0), kernelCodeHash: `0x${"12".repeat(32)}` as const };
    const failed = await executeInWorker(new Program(32, [], [unknown]), new Uint8Array(1_024)).catch(
      (e: unknown) => e,
    );
    expect(failed).to.have.property("code", "UNKNOWN_KERNEL");
  });

  it("stops when it is told to", async () => {
    const { program, input } = randomProgram(3);
    const failed = await executeInWorker(program, input, { signal: AbortSignal.abort() }).catch((e: unknown) => e);
    expect(failed).to.have.property("message", "the execution was stopped");
  });
});

describe("assertProvable", () => {
  it("refuses a range that the verifier would refuse", () => {
    const below = numbersFrom(1);
    const params = encodeParams([33 + below(3), 1, 0, 1, 2, 0, 3, 1, 0, 0, 0, 0]);
    const misaligned = { ...copyFrom(0), kernel: "MatMul", kernelCodeHash: kernelCodeHash("MatMul"), params };
    expect(() => {
      assertProvable(new Program(64, [], [misaligned]));
    }).to.throw("is not aligned to 2^2 words");
  });
});
