import { kernelCodeHashes, type Range } from "@millrace/tensor";
import { expect } from "chai";
import { keccak256 } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { compiledKernelHashes } from "../../scripts/lib/kernelHashes.js";
import { anyCase, caseOf, type Expected, expectedOf, KERNELS, type KernelCase, wordOf } from "./kernelCases.js";
import { documentedGas, READ_GAS } from "./documentedGas.js";
import {
  deployKernels,
  encodeCompute,
  encodedAnswers,
  encodeFirst,
  encodeReads,
  type KernelWorld,
} from "./kernelFixture.js";

const CASES = 1_000;

/** Fixed in a quick run, new in a long one. */
const seed = hre.globalOptions.long ? Date.now() : 1;

interface Drawn {
  readonly case_: KernelCase;
  readonly expected: Expected;
}

/** Random cases whose words come from a pool of random words, with the twin's answers. */
function drawCases(name: string): Drawn[] {
  const pool = fc.sample(wordOf(name), { seed, numRuns: 512 });
  let next = 0;
  const draw = ({ log2 }: Range): bigint[] => Array.from({ length: 2 ** log2 }, () => pool[next++ % pool.length]!);
  return fc
    .sample(caseOf(name), { seed, numRuns: CASES })
    .map((case_) => ({ case_, expected: expectedOf(name, case_, draw) }));
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
      it(`answers as its twin in ${CASES} random cases`, async () => {
        const drawn = drawCases(name);
        const calls = drawn.flatMap(({ case_, expected: { firstWords, words } }) => [
          encodeFirst(case_),
          encodeReads(case_, firstWords),
          encodeCompute(case_, words),
        ]);
        const outcomes = await world.callMany(name, calls);
        drawn.forEach(({ expected }, i) => {
          encodedAnswers(expected).forEach((answer, k) => {
            expect(outcomes[3 * i + k]!.words, calls[3 * i + k]).to.deep.equal(answer);
          });
        });
      });

      it(`never fails, nor takes more gas than documented, whatever the params and words, in ${CASES} random cases`, async () => {
        const cases = fc.sample(fc.oneof(anyCase, caseOf(name)), { seed, numRuns: CASES });
        const words = fc.sample(fc.array(wordOf(name), { maxLength: 20 }), { seed, numRuns: CASES });
        const calls = cases.flatMap((case_, i) => [
          encodeFirst(case_),
          encodeReads(case_, words[i]!.slice(0, 1)),
          encodeCompute(case_, words[i]!),
        ]);
        const outcomes = await world.callMany(name, calls);
        const most = await documentedGas(name);
        outcomes.forEach(({ success, gasUsed, words: answer }, i) => {
          expect(success, calls[i]).to.be.true;
          expect(gasUsed <= (i % 3 === 2 ? most : READ_GAS), `${gasUsed} gas: ${calls[i]}`).to.be.true;
          if (i % 3 === 2) expect(answer, calls[i]).to.have.length(3);
        });
      });
    });
  }
});
