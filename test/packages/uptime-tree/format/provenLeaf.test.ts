import { expect } from "chai";
import { toBeHex, Wallet } from "ethers";

import {
  encodeWords,
  hashLeaf,
  isLeafIn,
  leafValues,
  StandardTree,
  treeOf,
  type Leaf,
  type ProvenLeaf,
} from "@millrace/uptime-tree/format";

const [EPOCH, NODE] = [3, 2n];

describe("isLeafIn", () => {
  const leaves = [1n, NODE, 3n].map((nodeId, index): Leaf => {
    const provider = Wallet.createRandom().address;
    return { epoch: EPOCH, index, nodeId, provider, bitmap: 7n, points: 3n, pointsBefore: 0n, rawCumulativeReward: 9n };
  });
  const tree = treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index]!)));
  const report = { epoch: EPOCH, root: tree.root };
  const provenAt = (index: number): ProvenLeaf => ({ leaf: leaves[index]!, proof: tree.proof(index) });

  it("should take the node's leaf of the report", () => {
    expect(isLeafIn(report, NODE, provenAt(1))).to.equal(true);
    expect(isLeafIn({ ...report, root: report.root.toUpperCase().replace("X", "x") }, NODE, provenAt(1))).to.equal(
      true,
    );
  });

  it("should refuse what the contract would refuse", () => {
    const { leaf, proof } = provenAt(1);
    const other = { ...leaf, rawCumulativeReward: 10n };
    const lies: Record<string, ProvenLeaf> = {
      "another reward": { leaf: other, proof },
      "another reward without a proof": { leaf: other, proof: [] },
      "another node's": provenAt(0),
      "no proof": { leaf, proof: [] },
      "hashes that are none": { leaf, proof: proof.map((hash) => `${hash}\n`) },
      "a hash too many": { leaf, proof: ["no hash", ...proof] },
      "an address too long": { leaf: { ...leaf, provider: toBeHex(leaf.provider, 32) }, proof },
      "a bitmap too wide": { leaf: { ...leaf, bitmap: leaf.bitmap + 2n ** 256n }, proof },
      "half an index": { leaf: { ...leaf, index: 0.5 }, proof },
    };
    for (const [what, lie] of Object.entries(lies)) expect(isLeafIn(report, NODE, lie), what).to.equal(false);
    const older = { ...leaf, epoch: EPOCH - 1 };
    const root = new StandardTree(hashLeaf(older)).root;
    expect(isLeafIn({ epoch: EPOCH, root }, NODE, { leaf: older, proof: [] }), "of another epoch").to.equal(false);
  });
});
