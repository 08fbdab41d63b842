import { readFileSync } from "node:fs";

import { expect } from "chai";
import hre from "hardhat";

import { benchmarksPage } from "../../bench/benchmarksPage.js";
import { measureOperations } from "../../bench/measureOperations.js";
import { measureSizes, movedFigures, readSnapshot } from "../../bench/snapshots.js";
import { formatPage } from "../../bench/writePage.js";

const MAX_CODE_BYTES = 24_576;
const ADVICE = "meant? then `npm run bench` writes the new figures";

describe("Snapshots", () => {
  it("should have the gas of every operation, within one per cent", async () => {
    const moved = movedFigures(readSnapshot("gas"), await measureOperations(await hre.network.create()));
    expect(moved, ADVICE).to.deep.equal([]);
  });

  it("should have the size of every contract, within one per cent, and below what a chain accepts", async () => {
    const sizes = await measureSizes();
    expect(movedFigures(readSnapshot("sizes"), sizes), ADVICE).to.deep.equal([]);
    for (const [name, bytes] of Object.entries(sizes)) expect(bytes, name).to.be.at.most(MAX_CODE_BYTES);
  });

  it("should show every operation flat, or growing by the hashes of a proof, up to ten thousand others (I12)", () => {
    const growth = readSnapshot("growth");
    const [alone, crowded] = [growth["1"], growth["10000"]];
    // Two leaves more than the crowd's: about a dozen hashes more, each 32 bytes of calldata and a round of hashing.
    const PROOF = 12_000;
    for (const [operation, gas] of Object.entries(crowded)) {
      const allowed = /^(settle-lease|settle-many|claim-rewards)/.test(operation) ? PROOF : 0.02 * alone[operation];
      expect(gas - alone[operation], operation).to.be.at.most(allowed);
    }
  });

  it("should be what docs/benchmarks.md shows", async () => {
    const page = new URL("../../docs/benchmarks.md", import.meta.url);
    const snapshots = { gas: readSnapshot("gas"), sizes: readSnapshot("sizes"), growth: readSnapshot("growth") };
    expect(readFileSync(page, "utf8"), ADVICE).to.equal(await formatPage(page, benchmarksPage(snapshots)));
  });
});
