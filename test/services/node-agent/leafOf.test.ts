import { expect } from "chai";
import { toBeHex, Wallet } from "ethers";

import { encodeWords, hashLeaf, leafValues, StandardTree, treeOf, type Leaf } from "@millrace/uptime-tree/format";

import type { AttestorClient, ProvenLeaf } from "../../../services/node-agent/src/heartbeat/AttestorClient.js";
import { leafOf } from "../../../services/node-agent/src/heartbeat/leafOf.js";

const [EPOCH, NODE] = [3, 2n];

describe("leafOf", () => {
  const leaves = [1n, NODE, 3n].map((nodeId, index): Leaf => {
    const provider = Wallet.createRandom().address;
    return { epoch: EPOCH, index, nodeId, provider, bitmap: 7n, points: 3n, pointsBefore: 0n, rawCumulativeReward: 9n };
  });
  const tree = treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index]!)));
  const report = { epoch: EPOCH, root: tree.root };
  const provenAt = (index: number): ProvenLeaf => ({ leaf: leaves[index]!, proof: tree.proof(index) });
  const shows = (proven?: ProvenLeaf): AttestorClient =>
    ({ leaf: () => Promise.resolve(proven) }) as unknown as AttestorClient;

  it("should take a leaf from the first attestor that has it", async () => {
    expect(await leafOf([shows(), shows(provenAt(1))], report, NODE)).to.deep.equal(provenAt(1));
    expect(await leafOf([shows(), shows()], report, NODE)).to.equal(undefined);
  });

  it("should pass over an attestor that shows what the contract would refuse, in each round again", async () => {
    const { leaf, proof } = provenAt(1);
    const other = { ...leaf, rawCumulativeReward: 10n };
    const lies: ProvenLeaf[] = [
      { leaf: other, proof },
      { leaf: other, proof: [] },
      provenAt(0),
      { leaf, proof: [] },
      { leaf, proof: proof.map((hash) => `${hash}\n`) },
      { leaf, proof: ["no hash", ...proof] },
      { leaf: { ...leaf, provider: toBeHex(leaf.provider, 32) }, proof },
      { leaf: { ...leaf, bitmap: leaf.bitmap + 2n ** 256n }, proof },
      { leaf: { ...leaf, index: 0.5 }, proof },
    ];
    for (const lie of lies)
      expect(await leafOf([shows(lie), shows({ leaf, proof })], report, NODE)).to.deep.equal({ leaf, proof });
    const older = { ...leaf, epoch: EPOCH - 1 };
    const before = { leaf: older, proof: [] };
    const root = new StandardTree(hashLeaf(older)).root;
    expect(await leafOf([shows(before)], { epoch: EPOCH, root }, NODE), "of another epoch").to.equal(undefined);
  });
});
