import {
  execute,
  executeInWorker,
  InputWriter,
  ownKernels,
  ProgramBuilder,
  buildTraces,
  readRow,
  rootsOf,
  assertProvable,
  encodeParams,
  type Program,
  type Range,
  type Tensor,
} from "@millrace/tensor";
import { expect } from "chai";
import { keccak256 } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { DisputeArena } from "../../scenarios/lib/DisputeArena.js";
import { anyCase, expectedOf, type KernelCase, word } from "../../test/kernels/kernelCases.js";
import {
  deployKernels,
  encodeCompute,
  encodedAnswers,
  encodeFirst,
  encodeReads,
  type KernelWorld,
} from "../../test/kernels/kernelFixture.js";
import { hammingDistance, hammingDistances } from "./hammingDistance.ts";
import known from "./kernels.ts";

const NAME = hammingDistance.name;
const CASES = 1_000;
const COMPUTE_GAS = 700_000n;

const seed = hre.globalOptions.long ? Date.now() : 1;
const kernels = ownKernels.with(...known);

/** Calls that a program could make. */
const caseOf: fc.Arbitrary<KernelCase> = fc.record({
  params: fc
    .tuple(fc.nat(2 ** 20), fc.nat(40), fc.nat(2 ** 20), fc.nat(40), fc.nat(3), fc.nat(2))
    .map((fields) => encodeParams(fields)),
  piece: fc.nat(60),
  lane: fc.nat(7),
});

interface Search {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly distances: Tensor;
}

/** Fingerprints of 512 bits, and queries that are some of them with some bits turned over. */
function search(queries: number, entries: number): Search {
  const builder = new ProgramBuilder(kernels);
  const left = builder.input("queries", { rows: queries, columns: 2, laneBits: 256 });
  const right = builder.input("entries", { rows: entries, columns: 2, laneBits: 256 });
  const distances = hammingDistances(builder, "distances", { left, right, output: true });
  const program = builder.build();
  const bytes = fc.sample(fc.uint8Array({ minLength: 64 * entries, maxLength: 64 * entries }), {
    seed,
    numRuns: 1,
  })[0]!;
  const turned = Uint8Array.from(
    { length: 64 * queries },
    (_, i) => bytes[i % bytes.length]! ^ (i % 64 === 0 ? 0x0f : 0),
  );
  const input = new InputWriter(program).raw(right, bytes).raw(left, turned).bytes;
  return { program, input, distances };
}

describe("a third party's kernel: HammingDistance", () => {
  let world: KernelWorld;

  before(async () => {
    world = await deployKernels([NAME]);
  });

  it("has the code hash that its author publishes", async () => {
    const code = await world.kernels.get(NAME)!.getDeployedCode();
    expect(keccak256(code!)).to.equal(kernels.byName(NAME).codeHash);
  });

  it(`answers as its twin in ${CASES} random cases`, async () => {
    const pool = fc.sample(word, { seed, numRuns: 256 });
    let next = 0;
    const draw = ({ log2 }: Range): bigint[] => Array.from({ length: 2 ** log2 }, () => pool[next++ % pool.length]!);
    const cases = fc.sample(caseOf, { seed, numRuns: CASES });
    const expected = cases.map((case_) => expectedOf(hammingDistance, case_, draw));
    const calls = cases.flatMap((case_, i) => [
      encodeFirst(case_),
      encodeReads(case_, expected[i]!.firstWords),
      encodeCompute(case_, expected[i]!.words),
    ]);
    const outcomes = await world.callMany(NAME, calls);
    expected.forEach((answers, i) => {
      encodedAnswers(answers).forEach((answer, k) => {
        expect(outcomes[3 * i + k]!.words, calls[3 * i + k]).to.deep.equal(answer);
      });
    });
  });

  it(`never fails, whatever the params and words, in ${CASES} random cases`, async () => {
    const cases = fc.sample(anyCase, { seed, numRuns: CASES });
    const words = fc.sample(fc.array(word, { maxLength: 20 }), { seed, numRuns: CASES });
    const outcomes = await world.callMany(
      NAME,
      cases.map((case_, i) => encodeCompute(case_, words[i]!)),
    );
    outcomes.forEach(({ success, words: answer }, i) => {
      expect(success, `${i}`).to.be.true;
      expect(answer).to.deep.equal([32n, 1n, hammingDistance.compute(cases[i]!.params, 0, 0, words[i]!)[0]]);
    });
  });

  it("computes its longest rows within the verifier's gas", async () => {
    const params = encodeParams([0, 1, 0, 8, 8, 0]);
    const words = new Array<bigint>(512).fill(2n ** 256n - 1n).fill(0n, 256);
    const [outcome] = await world.callMany(NAME, [encodeCompute({ params, piece: 0, lane: 0 }, words)]);
    expect(outcome!.words.at(-1)).to.equal(65_536n);
    expect(outcome!.gasUsed < COMPUTE_GAS / 4n, `${outcome!.gasUsed}`).to.be.true;
  });

  it("is fast where it can be, and to the bit what the twin says", () => {
    const { program, input, distances } = search(5, 21);
    assertProvable(program, kernels);
    const fast = execute(program, input, { kernels });
    const slow = execute(program, input, { kernels, reference: true });
    expect(Buffer.compare(fast.output, slow.output)).to.equal(0);
    const nearest = Array.from({ length: 5 }, (_, row) => {
      const all = [...readRow(fast.output, distances, row)];
      return [all.indexOf(Math.min(...all)), Math.min(...all)];
    });
    expect(nearest).to.deep.equal([0, 1, 2, 3, 4].map((row) => [row, 4]));
  });

  it("is unknown to those who have not taken it up", () => {
    const { program, input } = search(1, 8);
    expect(() => execute(program, input)).to.throw("no kernel with the code hash");
    expect(() => {
      assertProvable(program);
    }).to.throw("no kernel with the code hash");
  });

  it("runs in a worker that is told of its module", async () => {
    const { program, input } = search(3, 9);
    const expected = rootsOf(buildTraces(program, input, execute(program, input, { kernels })));
    const kernelModules = [new URL("./kernels.ts", import.meta.url).href];
    expect(rootsOf(await executeInWorker(program, input, { kernelModules }))).to.deep.equal(expected);
  });

  it("is admitted by anyone, and a wrong distance is proven with the whole system", async () => {
    const job = search(16, 64);
    const { program, input } = job;
    const honest = execute(program, input, { kernels });
    const output = honest.output.slice();
    output[32 * 37 + 4 * 5 + 3]! ^= 1;
    const [right, wrong] = [honest, { body: honest.body, output }].map((run) => buildTraces(program, input, run));
    const arena = await DisputeArena.open(hre, kernels);
    const { opened } = await arena.order(job, rootsOf(right!).inputRoot);
    const posted = await arena.submit(opened, job, wrong!);
    const { target } = await arena.contest(posted, job, right!, wrong!, () => undefined);
    expect(target).to.include({ position: 37, lane: 5 });
    const { burned } = await arena.settle(opened, posted);
    expect(burned > 0n).to.be.true;
  });
});
