import { expect } from "chai";
import { hexlify, Wallet } from "ethers";
import fc from "fast-check";

import {
  aggregate,
  allSlots,
  BadObservationError,
  countUp,
  decodeSightings,
  encodeSightings,
  heartbeatSigner,
  pointsOf,
  rewardDown,
  signHeartbeat,
  signObservation,
  slotsSeenBy,
  uptimeDomain,
  verifyObservation,
  type EpochFacts,
  type NodeFacts,
} from "@millrace/uptime-tree";

const SLOTS = 20;
const word = fc.bigInt({ min: 0n, max: allSlots(240) });
const bitmap = fc.bigInt({ min: 0n, max: allSlots(SLOTS) });

const nodeFacts = (nodeId: bigint): fc.Arbitrary<NodeFacts> =>
  fc.record({
    nodeId: fc.constant(nodeId),
    provider: fc.constant("0x00000000000000000000000000000000000000aa"),
    units: fc.integer({ min: 1, max: 65_535 }),
    weight: fc.integer({ min: 1, max: 1_000_000 }),
    earns: fc.boolean(),
  });

const nodes = fc
  .integer({ min: 0, max: 8 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => nodeFacts(BigInt(i + 1)))));

const sightings = fc
  .array(fc.tuple(fc.bigInt({ min: 1n, max: 8n }), bitmap))
  .map((entries) => new Map(entries.filter(([, seen]) => seen !== 0n)));

const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const CONFIG = "0x" + "c0".repeat(32);

describe("countUp", () => {
  it("should count the bits of any word", () => {
    fc.assert(
      fc.property(word, (value) => {
        expect(countUp(value)).to.equal(value.toString(2).replaceAll("0", "").length);
      }),
    );
  });
});

describe("slotsSeenBy", () => {
  it("should have up exactly the slots that enough bitmaps have up", () => {
    fc.assert(
      fc.property(fc.array(bitmap, { maxLength: 33 }), fc.integer({ min: 1, max: 34 }), (bitmaps, threshold) => {
        let expected = 0n;
        for (let slot = 0; slot < SLOTS; slot++) {
          const seen = bitmaps.filter((each) => ((each >> BigInt(slot)) & 1n) === 1n).length;
          if (seen >= threshold) expected |= 1n << BigInt(slot);
        }
        expect(slotsSeenBy(bitmaps, threshold, SLOTS)).to.equal(expected);
      }),
    );
  });

  it("should ignore bits beyond the last slot", () => {
    expect(slotsSeenBy([allSlots(240), allSlots(240)], 2, SLOTS)).to.equal(allSlots(SLOTS));
  });
});

describe("aggregate", () => {
  const facts = (
    list: readonly NodeFacts[],
    pot: bigint,
    before: (nodeId: bigint) => bigint = () => 0n,
  ): EpochFacts => ({ epoch: 3, slotsPerEpoch: SLOTS, threshold: 2, pot, nodes: list, rewardBefore: before });

  it("should chain points, never pay more than the pot and keep earlier rewards", () => {
    fc.assert(
      fc.property(
        nodes,
        fc.array(sightings, { maxLength: 5 }),
        fc.bigInt({ min: 0n, max: 10n ** 27n }),
        (list, seen, pot) => {
          const before = (nodeId: bigint): bigint => nodeId * 1_000n;
          const { leaves, totalPoints } = aggregate(facts(list, pot, before), seen);
          let sum = 0n;
          let paid = 0n;
          for (const leaf of leaves) {
            expect(leaf.pointsBefore).to.equal(sum);
            expect(leaf.points).to.equal(pointsOf(list[leaf.index]!, leaf.bitmap));
            sum += leaf.points;
            paid += leaf.rawCumulativeReward - before(leaf.nodeId);
          }
          expect(sum).to.equal(totalPoints);
          expect(paid <= pot).to.be.true;
          if (totalPoints === 0n) expect(paid).to.equal(0n);
          else expect(pot - paid < BigInt(list.length)).to.be.true;
        },
      ),
    );
  });

  it("should not depend on the order of observations", () => {
    fc.assert(
      fc.property(nodes, fc.array(sightings, { maxLength: 5 }), (list, seen) => {
        expect(aggregate(facts(list, 100n), seen)).to.deep.equal(aggregate(facts(list, 100n), seen.toReversed()));
      }),
    );
  });

  it("should give nothing for a node that may not earn, but show its slots", () => {
    const node: NodeFacts = { nodeId: 1n, provider: "0x" + "aa".repeat(20), units: 2, weight: 5, earns: false };
    const seen = new Map([[1n, 0b111n]]);
    const { leaves, totalPoints } = aggregate(facts([node], 100n), [seen, seen]);
    expect(leaves[0]).to.include({ bitmap: 0b111n, points: 0n, rawCumulativeReward: 0n });
    expect(totalPoints).to.equal(0n);
    expect(pointsOf({ ...node, earns: true }, 0b111n)).to.equal(30n);
  });

  it("should round a reward down (T-40)", () => {
    expect(rewardDown(100n, 1n, 3n)).to.equal(33n);
    expect(rewardDown(100n, 0n, 0n)).to.equal(0n);
  });
});

describe("Observation", () => {
  const wallet = Wallet.createRandom();

  it("should have one encoding for equal sightings, and read it back", () => {
    fc.assert(
      fc.property(sightings, (seen) => {
        const content = encodeSightings(seen);
        expect(decodeSightings(content)).to.deep.equal(new Map([...seen].sort(([a], [b]) => (a < b ? -1 : 1))));
        expect(hexlify(encodeSightings(new Map([...seen].toReversed())))).to.equal(hexlify(content));
      }),
    );
  });

  it("should refuse bytes that are not canonical", () => {
    const entry = encodeSightings(new Map([[5n, 1n]]));
    const twice = new Uint8Array([...entry, ...entry]);
    const empty = new Uint8Array(40);
    for (const bytes of [twice, empty, entry.subarray(1)]) {
      expect(() => decodeSightings(bytes)).to.throw(BadObservationError);
    }
  });

  it("should hold only for its signer, epoch, content and rules", async () => {
    const observation = await signObservation(wallet, DOMAIN, CONFIG, 7, new Map([[1n, 3n]]));
    verifyObservation(DOMAIN, CONFIG, observation);
    const otherChain = { ...DOMAIN, chainId: 1 };
    const otherContract = { ...DOMAIN, verifyingContract: Wallet.createRandom().address };
    const attempts = [
      () => {
        verifyObservation(otherChain, CONFIG, observation);
      },
      () => {
        verifyObservation(otherContract, CONFIG, observation);
      },
      () => {
        verifyObservation(DOMAIN, "0x" + "c1".repeat(32), observation);
      },
      () => {
        verifyObservation(DOMAIN, CONFIG, { ...observation, epoch: 8 });
      },
      () => {
        verifyObservation(DOMAIN, CONFIG, { ...observation, attestor: Wallet.createRandom().address });
      },
      () => {
        verifyObservation(DOMAIN, CONFIG, { ...observation, content: new Uint8Array(0) });
      },
      () => {
        verifyObservation(DOMAIN, CONFIG, { ...observation, signature: "0x00" });
      },
    ];
    for (const attempt of attempts) expect(attempt).to.throw(BadObservationError);
  });
});

describe("Heartbeat", () => {
  it("should name its signer, and another one when anything is changed", async () => {
    const wallet = Wallet.createRandom();
    const heartbeat = { nodeIds: [1n, 2n], blockNumber: 9n, blockHash: CONFIG };
    const { signature } = await signHeartbeat(wallet, DOMAIN, heartbeat);
    expect(heartbeatSigner(DOMAIN, heartbeat, signature)).to.equal(wallet.address);
    const changed = [
      { ...heartbeat, nodeIds: [1n] },
      { ...heartbeat, blockNumber: 8n },
      { ...heartbeat, blockHash: "0x" + "00".repeat(32) },
    ];
    for (const other of changed) expect(heartbeatSigner(DOMAIN, other, signature)).not.to.equal(wallet.address);
  });
});
