import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { PackedDotHarness } from "../../typechain-types/index.js";
import { word } from "./kernelCases.js";
import { toWord } from "./kernelFixture.js";

const CASES = 1_000;
const BATCH = 100;

const seed = hre.globalOptions.long ? Date.now() : 1;

describe("PackedDot", () => {
  let harness: PackedDotHarness;

  before(async () => {
    const { ethers } = await hre.network.create();
    harness = (await ethers.deployContract("PackedDotHarness")) as unknown as PackedDotHarness;
  });

  describe("dot", () => {
    it(`equals the plain loop in ${CASES} random cases`, async () => {
      const pair = fc.tuple(word, word);
      const cases = fc.sample(fc.array(pair, { maxLength: 3 }), { seed, numRuns: CASES });
      const arrays = cases.map((pairs) => [...pairs.map(([a]) => a), ...pairs.map(([, b]) => b)].map(toWord));
      for (let i = 0; i < CASES; i += BATCH)
        expect(await harness.firstDifference(arrays.slice(i, i + BATCH))).to.equal(BATCH, `from case ${i}`);
    });

    for (const [a, b, lane] of [
      ["80", "80", 16_384],
      ["80", "7f", -16_256],
      ["7f", "7f", 16_129],
      ["ff", "01", -1],
    ] as const)
      it(`does not overflow over 8,192 lanes of 0x${a} and 0x${b}`, async () => {
        const row = (byte: string): string[] => new Array<string>(256).fill(`0x${byte.repeat(32)}`);
        expect(await harness.packed([...row(a), ...row(b)])).to.equal(8_192 * lane);
      });

    it("is zero for rows longer than a range", async () => {
      expect(await harness.packed(new Array<string>(514).fill(`0x${"01".repeat(32)}`))).to.equal(0);
    });
  });
});
