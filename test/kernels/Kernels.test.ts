import type { Range } from "@millrace/tensor";
import { kernelCodeHashes } from "@millrace/tensor";
import { expect } from "chai";
import { keccak256 } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { compiledKernelHashes } from "../../scripts/lib/kernelHashes.js";
import { anyCase, caseOf, type Expected, expectedOf, KERNELS, type KernelCase, word } from "./kernelCases.js";
import {
  deployKernels,
  encodeCompute,
  encodeFirst,
  encodeReads,
  type KernelWorld,
  type Outcome,
  toWord,
} from "./kernelFixture.js";

const CASES = 1_000;

/** Fixed in a quick run, new in a long one. */
const seed = hre.globalOptions.long ? Date.now() : 1;

interface Drawn {
  readonly case_: KernelCase;
  readonly expected: Expected;
}

/** Random cases whose words come from a pool of random words, with the twin's answers. */
function drawCases(name: string, cases: fc.Arbitrary<KernelCase>): Drawn[] {
  const pool = fc.sample(word, { seed, numRuns: 512 });
  let next = 0;
  const draw = ({ log2 }: Range): bigint[] => Array.from({ length: 2 ** log2 }, () => pool[next++ % pool.length]!);
  return fc
    .sample(cases, { seed, numRuns: CASES })
    .map((case_) => ({ case_, expected: expectedOf(name, case_, (range) => draw(range)) }));
}

describe("kernels", () => {
  let world: KernelWorld;

  before(async () => {
    world = await deployKernels();
  });

  describe("kernels.json", () => {
    it("holds the hashes of the compiled code", async () => {
      expect(kernelCodeHashes()).to.deep.equal(await compiledKernelHashes());
    });

    it("holds the hashes of the deployed code", async () => {
      for (const [name, kernel] of world.kernels)
        expect(keccak256((await kernel.getDeployedCode())!)).to.equal(kernelCodeHashes()[name], name);
    });
  });

  for (const name of KERNELS) {
    describe(name, () => {
      const decode = (fn: "first" | "reads" | "compute", { result }: Outcome): unknown[] =>
        Array.from(world.kernels.get(name)!.interface.decodeFunctionResult(fn as "first", result)[0] as unknown[]);
      const ranges = (fn: "first" | "reads", outcome: Outcome): { start: bigint; log2: bigint }[] =>
        (decode(fn, outcome) as { start: bigint; log2: bigint }[]).map(({ start, log2 }) => ({ start, log2 }));
      const asContract = (expected: Range[]): { start: bigint; log2: bigint }[] =>
        expected.map(({ start, log2 }) => ({ start: BigInt(start), log2: BigInt(log2) }));

      it(`answers as its twin in ${CASES} random cases`, async () => {
        const kernel = world.kernels.get(name)!;
        const drawn = drawCases(name, caseOf(name));
        const firsts = await world.callMany(
          name,
          drawn.map(({ case_ }) => encodeFirst(kernel, case_)),
        );
        const reads = await world.callMany(
          name,
          drawn.map(({ case_, expected }) => encodeReads(kernel, case_, expected.firstWords)),
        );
        const results = await world.callMany(
          name,
          drawn.map(({ case_, expected }) => encodeCompute(kernel, case_, expected.words)),
        );
        drawn.forEach(({ case_, expected }, i) => {
          const about = `case ${i}: 0x${Buffer.from(case_.params).toString("hex")} ${case_.piece} ${case_.lane}`;
          expect(ranges("first", firsts[i]!), about).to.deep.equal(asContract(expected.first));
          expect(ranges("reads", reads[i]!), about).to.deep.equal(asContract(expected.reads));
          expect(decode("compute", results[i]!), about).to.deep.equal(expected.result.map(toWord));
        });
      });

      it(`never fails, whatever the params and words, in ${CASES} random cases`, async () => {
        const kernel = world.kernels.get(name)!;
        const cases = fc.sample(fc.oneof(anyCase, caseOf(name)), { seed, numRuns: CASES });
        const words = fc.sample(fc.array(word, { maxLength: 20 }), { seed, numRuns: CASES });
        const calls = cases.map((case_, i) => [
          encodeFirst(kernel, case_),
          encodeReads(kernel, case_, words[i]!.slice(0, 1)),
          encodeCompute(kernel, case_, words[i]!),
        ]);
        const outcomes = await world.callMany(name, calls.flat());
        outcomes.forEach(({ success }, i) => {
          expect(success, calls.flat()[i]).to.be.true;
        });
        for (let i = 2; i < outcomes.length; i += 3) expect(decode("compute", outcomes[i]!)).to.have.length(1);
      });
    });
  }
});
