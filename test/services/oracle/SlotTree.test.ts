import { expect } from "chai";
import { id } from "ethers";

import { BatchTree } from "@millrace/uptime-tree/format";

import { SlotTree } from "../../../services/oracle/src/member/SlotTree.js";
import { HeardSlot } from "../../../services/oracle/src/store/HeardSlot.js";

const NODES = [1n, 2n, 4_095n, 4_096n, 4_097n, 70_000n, 2n ** 40n];
const BATCH = { epoch: 3, slot: 1, root: id("root"), attestor: "0x", signature: "0x" };

describe("SlotTree", () => {
  const heard = new HeardSlot();
  heard.add(id("first"), NODES.slice(0, 4));
  heard.add(id("second"), NODES.slice(2));

  it("should keep the first heartbeat of each node, and its nodes in order", () => {
    expect(heard.size).to.equal(NODES.length);
    expect([...heard]).to.deep.equal(NODES.map((nodeId, i) => [nodeId, id(i < 4 ? "first" : "second")]));
    expect(heard.get(3n)).to.equal(undefined);
  });

  for (const count of [1, 2, 5, NODES.length]) {
    it(`should give root and receipts as a batch of ${count} has them`, () => {
      // Not all that were heard are in a batch: some may not have answered.
      const nodeIds = NODES.slice(NODES.length - count);
      const plain = new BatchTree(nodeIds.map((nodeId) => ({ nodeId, heartbeatHash: heard.get(nodeId)! })));
      const tree = new SlotTree(BigUint64Array.from(nodeIds), heard);
      expect(tree.root).to.equal(plain.root);
      for (const nodeId of [...NODES, 3n, 2n ** 63n])
        expect(tree.receipt(BATCH, nodeId)).to.deep.equal(plain.receipt(BATCH, nodeId));
    });
  }
});
