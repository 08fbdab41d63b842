import { expect } from "chai";
import { Wallet, id } from "ethers";

import { buildReport, encodeDataFile, hashReport, NodeTable } from "@millrace/uptime-tree/format";
import { verifyDataFile, WrongFileError } from "@millrace/uptime-tree/verify";

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

  it("should give the same for the bytes of a file as Node reads them, and leave them as they are", async () => {
    const { report, bytes } = buildReport(await file(6));
    // Signatures of both parities: the bit that says which one is in them.
    const parities = new Set((await file(6)).observations.map(({ signature }) => Number(`0x${signature.slice(66, 68)}`) >> 7)); // prettier-ignore
    expect([...parities]).to.have.members([0, 1]);
    const read = Buffer.from(bytes);
    expect(verifyDataFile(read).reportHash).to.equal(hashReport(report));
    expect(read.equals(bytes)).to.equal(true);
  });

  it("should find any byte that was changed, and any that is missing or too many", async () => {
    const whole = await file(2);
    const bytes = encodeDataFile({ ...whole, observations: whole.observations.slice(0, 2) });
    const { reportHash } = verifyDataFile(bytes);
    const differs = (changed: Uint8Array): boolean => {
      try {
        return verifyDataFile(changed).reportHash !== reportHash;
      } catch (error) {
        expect(error).to.be.instanceOf(WrongFileError);
        return true;
      }
    };
    expect(differs(bytes.slice(0, -1)) && differs(new Uint8Array([...bytes, 0]))).to.equal(true);
    // Chain and contract are not in the report: they are in what is signed of every observation.
    for (const at of bytes.keys()) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << (at % 8);
      expect(differs(changed), `byte ${at} of ${bytes.length}`).to.equal(true);
    }
  });

  it("should say what is wrong with a file", async () => {
    const whole = encodeDataFile(await file(2));
    const with_ = (at: number, value: number): Uint8Array => {
      const changed = whole.slice();
      changed[at] = value;
      return changed;
    };
    const observations = 172 + 2 * 43;
    for (const [bytes, reason] of [
      [new Uint8Array(), /no data file/],
      [with_(0, 0), /no data file/],
      [with_(43, 1), /version 1 of the format is unknown/],
      [with_(40, 0), /no epoch has/],
      [with_(40, 241), /no epoch has/],
      [with_(41, 0), /no epoch has/],
      [with_(165, 1), /end of the header/],
      [with_(47, 3), /says that it has/],
      [whole.slice(0, -1), /says that it has/],
      [with_(172 + 26, 4), /node 1 has flags/],
      [with_(observations, 255), /do not ascend/],
      [with_(observations + 30, 1), /is not signed by it/],
    ] as const) {
      expect(() => verifyDataFile(bytes), reason.source).to.throw(WrongFileError, reason);
    }
  });
});
