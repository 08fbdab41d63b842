import { expect } from "chai";
import { Wallet, id } from "ethers";
import fc from "fast-check";

import { buildReport, encodeDataFile, hashReport, NodeTable } from "@millrace/uptime-tree/format";
import { verifyDataFile } from "@millrace/uptime-tree/verify";

import { attestors, fileOf, observe } from "./format/formatWorld.js";

async function file(count: number): Promise<ReturnType<typeof fileOf>> {
  const rows = Array.from({ length: count }, (_, index) => ({
    provider: new Wallet(id(`provider ${index}`)).address,
    units: 1 + index,
    weight: 10,
    active: index % 3 !== 2,
    capacityPassed: index % 4 !== 3,
    rewardBefore: BigInt(index) * 1_000n,
  }));
  const all = rows.map((_, index) => BigInt(index + 1));
  const heard = (i: number): bigint[][] => [all, all.filter((nodeId) => Number(nodeId) % 4 >= i), i < 2 ? all : []];
  const observations = await Promise.all(
    attestors.map(async (wallet, i) => (await observe(wallet, 3, count, heard(i))).observation),
  );
  return fileOf(NodeTable.from(rows), 3, observations);
}

describe("verifyDataFile", () => {
  it("should give the report that attestors sign, from the bytes alone", async () => {
    for (const count of [0, 1, 6, 37]) {
      const { report, bytes } = buildReport(await file(count));
      const verified = verifyDataFile(bytes);
      expect(verified.reportHash, `${count} nodes`).to.equal(hashReport(report));
      expect(verified).to.include({ root: report.root, evidenceRoot: report.evidenceRoot, dataHash: report.dataHash });
      expect(verified.attestors).to.have.length(attestors.length);
    }
  });

  it("should find any byte that was changed, and any that is missing or too many", async () => {
    const bytes = encodeDataFile(await file(5));
    const { reportHash } = verifyDataFile(bytes);
    const differs = (changed: Uint8Array): boolean => {
      try {
        return verifyDataFile(changed).reportHash !== reportHash;
      } catch {
        return true;
      }
    };
    expect(differs(bytes.slice(0, -1)) && differs(new Uint8Array([...bytes, 0]))).to.equal(true);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const changed = bytes.slice();
        changed[at] = changed[at]! ^ xor;
        // Chain and contract are not in the report: they are in what is signed of it and of every observation.
        expect(differs(changed), `byte ${at}`).to.equal(true);
      }),
      { numRuns: 40 },
    );
  });
});
