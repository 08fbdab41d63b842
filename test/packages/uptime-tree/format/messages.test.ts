import { secp256k1 } from "@noble/curves/secp256k1.js";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { computeAddress, getBytes, hexlify, id, keccak256, recoverAddress, Signature, toBeHex } from "ethers";

import {
  BadObservationError,
  BadReceiptError,
  BadSignatureError,
  batchLeafTypes,
  BatchTree,
  evidenceLeaves,
  evidenceLeafTypes,
  EvidenceTree,
  heartbeatHash,
  heartbeatSigner,
  markSeen,
  signHeartbeat,
  sightingsChunk,
  sightingsLeafTypes,
  sightingsTree,
  verifyObservation,
  verifyReceipt,
} from "@millrace/uptime-tree/format";

import { signerOf } from "../../../../packages/uptime-tree/src/verify/signerOf.js";
import { agent, attestors, configDigest, domain, heartbeat, observe } from "./formatWorld.js";

const [alice, bob] = attestors as [(typeof attestors)[0], (typeof attestors)[0]];

describe("uptime messages", () => {
  describe("heartbeat", () => {
    it("should name its signer, and another one when any field changes (T-38)", async () => {
      const signed = await signHeartbeat(agent, domain, heartbeat(3, 4, [1n, 9n]));
      expect(heartbeatSigner(domain, signed)).to.equal(agent.address);
      const changes = [
        { epoch: 4 },
        { slot: 5 },
        { nodeIds: [1n, 8n] },
        { blockNumber: 8n },
        { blockHash: id("other") },
      ];
      for (const change of changes) {
        expect(heartbeatSigner(domain, { ...signed, ...change }), JSON.stringify(Object.keys(change))).not.to.equal(
          agent.address,
        );
      }
    });

    it("should refuse the long form of the same signature", async () => {
      const signed = await signHeartbeat(agent, domain, heartbeat(3, 4, [1n]));
      const long = Signature.from(signed.signature).serialized;
      expect(() => heartbeatSigner(domain, { ...signed, signature: long })).to.throw(BadSignatureError);
    });
  });

  describe("a signature whose s is above half of the order", () => {
    /** The key of which a word is the signature of a digest, with a chosen s: made for what is known beforehand. */
    const forge = (digest: string): { signer: string; signature: string } => {
      const { Point } = secp256k1;
      const order = Point.Fn.ORDER;
      const mod = (value: bigint): bigint => ((value % order) + order) % order;
      const k = 12_345n;
      const nonce = Point.BASE.multiply(k).toAffine();
      const [r, s] = [mod(nonce.x), (order >> 1n) + 1n];
      const key = mod((s * k - BigInt(digest)) * Point.Fn.inv(r));
      const parity = nonce.y & 1n;
      const signature = toBeHex(r, 32) + toBeHex((parity << 255n) | s, 32).slice(2);
      return { signer: computeAddress(toBeHex(key, 32)), signature };
    };

    it("should be refused, as the chain refuses it: it would be evidence for attestors only (T-38)", () => {
      const said = heartbeat(3, 4, [1n]);
      const { signer, signature } = forge(heartbeatHash(domain, said));
      expect(recoverAddress(heartbeatHash(domain, said), signature), "it fits 255 bits, and it is right").to.equal(
        signer,
      );
      expect(() => heartbeatSigner(domain, { ...said, signature })).to.throw(BadSignatureError);
      expect(signerOf(getBytes(heartbeatHash(domain, said)), getBytes(signature))).to.equal(undefined);
    });
  });

  describe("receipt", () => {
    it("should be provable for every node of the batch, in the tree of StandardMerkleTree", async () => {
      const nodeIds = [1n, 2n, 5n, 40n, 41n];
      const { batches, trees } = await observe(alice, 3, 41, [nodeIds]);
      const [batch] = batches;
      const [tree] = trees;
      if (batch === undefined || tree === undefined) throw new Error("no batch");
      const hash = heartbeatHash(domain, heartbeat(3, 0, nodeIds));
      const reference = StandardMerkleTree.of(
        nodeIds.map((nodeId) => [nodeId, hash]),
        [...batchLeafTypes],
      );
      expect(batch.root).to.equal(reference.root);
      for (const [index, nodeId] of nodeIds.entries()) {
        const receipt = tree.receipt(batch, nodeId);
        expect(receipt?.path).to.deep.equal(reference.getProof(index));
        if (receipt !== undefined) verifyReceipt(domain, receipt);
      }
      expect(tree.receipt(batch, 3n)).to.equal(undefined);
    });

    it("should not pass with another node, heartbeat, slot, root or attestor", async () => {
      const { batches, trees } = await observe(alice, 3, 3, [[1n, 2n, 3n]]);
      const [batch] = batches;
      const receipt = batch === undefined ? undefined : trees[0]?.receipt(batch, 2n);
      if (receipt === undefined) throw new Error("no receipt");
      const changes = [
        { nodeId: 1n },
        { heartbeatHash: id("other") },
        { slot: 1 },
        { epoch: 4 },
        { attestor: bob.address },
        { path: receipt.path.slice(1) },
      ];
      for (const change of changes) {
        expect(
          () => {
            verifyReceipt(domain, { ...receipt, ...change });
          },
          JSON.stringify(Object.keys(change)),
        ).to.throw(BadReceiptError);
      }
    });

    it("should refuse two entries of a node", () => {
      const entry = { nodeId: 1n, heartbeatHash: id("heartbeat") };
      expect(() => new BatchTree([entry, entry])).to.throw(RangeError);
    });
  });

  describe("observation", () => {
    it("should commit batches and sightings as StandardMerkleTree does", async () => {
      const { observation } = await observe(alice, 3, 70, [[1n, 64n], [], [70n]]);
      const leaves = evidenceLeaves(observation).map(({ attestor, slot, root }) => [attestor, slot, root]);
      const reference = StandardMerkleTree.of(leaves, [...evidenceLeafTypes]);
      const tree = new EvidenceTree([observation]);
      expect(tree.root).to.equal(reference.root);
      expect(tree.proof(alice.address, 2).proof).to.deep.equal(reference.getProof(2));

      const chunks = [0, 1, 2].map((chunk) => [chunk, keccak256(sightingsChunk(observation.sightings, chunk))]);
      expect(sightingsTree(observation.sightings).root).to.equal(
        StandardMerkleTree.of(chunks, [...sightingsLeafTypes]).root,
      );
      verifyObservation(domain, configDigest, observation);
    });

    it("should notice any changed byte", async () => {
      const { observation } = await observe(alice, 3, 2, [[1n], [2n]]);
      for (const part of ["batchRoots", "sightings"] as const) {
        for (let at = 0; at < observation[part].length; at++) {
          const bytes = Uint8Array.from(observation[part]);
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          expect(() => {
            verifyObservation(domain, configDigest, { ...observation, [part]: bytes });
          }, `${part} ${at}`).to.throw(BadObservationError);
        }
      }
    });

    it("should refuse a sighting in a slot without a batch", async () => {
      const { observation } = await observe(alice, 3, 2, [[1n], []]);
      const sightings = Uint8Array.from(observation.sightings);
      markSeen(sightings, 2n, 1);
      expect(hexlify(sightings)).not.to.equal(hexlify(observation.sightings));
      expect(() => {
        verifyObservation(domain, configDigest, { ...observation, sightings });
      }).to.throw(BadObservationError, "without a batch");
    });
  });
});
