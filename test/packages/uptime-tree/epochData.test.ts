import { expect } from "chai";
import { hexlify, keccak256, toUtf8Bytes, toUtf8String, Wallet, ZeroHash } from "ethers";
import fc from "fast-check";

import {
  BadEpochDataError,
  buildReport,
  decodeEpochData,
  encodeEpochData,
  encodeSightings,
  evidenceRoot,
  keccak,
  signObservation,
  uptimeDomain,
  type EpochData,
  type Observation,
} from "@millrace/uptime-tree";

const ORACLE = "0x00000000000000000000000000000000000000bb";
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexlify(bytes));
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => hexlify(bytes));
const uint96 = fc.bigInt({ min: 0n, max: 2n ** 96n - 1n });
const bitmap = fc.bigInt({ min: 0n, max: 2n ** 20n - 1n });

const observation = fc
  .tuple(address, fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 6n }), bitmap), { maxLength: 6 }))
  .map(([attestor, seen]): Observation => {
    const content = encodeSightings(new Map(seen));
    const contentHash = hexlify(keccak(content));
    return { attestor, epoch: 4, content, contentHash, signature: "0x" + "5a".repeat(65) };
  });

const node = fc.record({
  provider: address,
  units: fc.integer({ min: 1, max: 65_535 }),
  weight: fc.integer({ min: 1, max: 1_000_000 }),
  earns: fc.boolean(),
  rewardBefore: uint96,
});

const anyData: fc.Arbitrary<EpochData> = fc.record({
  chainId: fc.constant(31_337n),
  oracle: fc.constant(ORACLE),
  epoch: fc.constant(4),
  slotsPerEpoch: fc.constant(20),
  threshold: fc.integer({ min: 1, max: 3 }),
  pot: uint96,
  previousReport: hash,
  registryDigest: hash,
  configDigest: hash,
  consensusVersion: fc.constant(1),
  nodes: fc.array(node, { maxLength: 6 }).map((nodes) => nodes.map((each, i) => ({ ...each, nodeId: BigInt(i + 1) }))),
  observations: fc.array(observation, { maxLength: 4 }),
});

describe("EpochData", () => {
  it("should read back to the byte what it wrote, and give the same report", () => {
    fc.assert(
      fc.property(anyData, (data) => {
        const bytes = encodeEpochData(data);
        const again = decodeEpochData(bytes);
        expect(hexlify(encodeEpochData(again))).to.equal(hexlify(bytes));
        expect(buildReport(again).report).to.deep.equal(buildReport(data).report);
      }),
    );
  });

  it("should name its own hash, evidence and leaves in the report", () => {
    fc.assert(
      fc.property(anyData, (data) => {
        const { report, leaves, tree, bytes } = buildReport(data);
        expect(report.dataHash).to.equal(keccak256(bytes));
        expect(report.evidenceRoot).to.equal(evidenceRoot(data.observations));
        expect(report.root).to.equal(tree.root);
        expect(report.nodeCount).to.equal(leaves.length).and.to.equal(data.nodes.length);
        for (const [i, leaf] of leaves.entries()) {
          expect(leaf.rawCumulativeReward >= data.nodes[i]!.rewardBefore, "rewards never shrink").to.equal(true);
        }
      }),
    );
  });

  it("should find a change of any byte: refused, or another report (I7)", () => {
    fc.assert(
      fc.property(anyData, fc.nat(), fc.integer({ min: 1, max: 255 }), (data, position, change) => {
        const { report, bytes } = buildReport(data);
        const tampered = Uint8Array.from(bytes);
        tampered[position % bytes.length]! ^= change;
        try {
          const other = buildReport(decodeEpochData(tampered)).report;
          expect(other.dataHash).not.to.equal(report.dataHash);
        } catch (error) {
          expect((error as { code: string }).code).to.be.oneOf(["BAD_EPOCH_DATA", "BAD_OBSERVATION"]);
        }
      }),
    );
  });

  it("should refuse other forms of the same content", async () => {
    const wallet = Wallet.createRandom();
    const seen = new Map([[1n, 7n]]);
    const signed = await signObservation(wallet, uptimeDomain(31_337, ORACLE), ZeroHash, 4, seen);
    const data: EpochData = {
      chainId: 31_337n,
      oracle: ORACLE,
      epoch: 4,
      slotsPerEpoch: 20,
      threshold: 1,
      pot: 100n,
      previousReport: ZeroHash,
      registryDigest: ZeroHash,
      configDigest: ZeroHash,
      consensusVersion: 1,
      nodes: [{ nodeId: 1n, provider: wallet.address, units: 1, weight: 1, earns: true, rewardBefore: 0n }],
      observations: [signed],
    };
    const text = toUtf8String(encodeEpochData(data));
    const forms = [
      ` ${text}`,
      text.replace("{", '{"extra":1,'),
      text.replace('"epoch":4', '"epoch":4.0'),
      text.replace('"pot":"100"', '"pot":"0100"'),
      text.replace('"pot":"100"', '"pot":100'),
      text.replace(wallet.address.toLowerCase(), wallet.address),
      text.slice(0, -1),
      text.replace('"epoch":4', '"epoch":-4'),
      text.replace('"epoch":4', '"epoch":4.5'),
      text.replace('"pot":"100"', '"pot":"-100"'),
      text.replace('"slotsPerEpoch":20', '"slotsPerEpoch":241'),
      text.replace('[["1",', '[["2",'),
      "null",
      "[]",
      "",
    ];
    for (const form of forms) expect(() => decodeEpochData(toUtf8Bytes(form)), form).to.throw(BadEpochDataError);
    expect(decodeEpochData(toUtf8Bytes(text)).observations[0]!.contentHash).to.equal(signed.contentHash);
  });
});
