import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { AgentBook } from "../../../services/oracle/src/chain/AgentBook.js";

describe("AgentBook", () => {
  const keyOf = (nodeId: number, version = 0): string =>
    `0x${version.toString(16).padStart(2, "0")}${nodeId.toString(16).padStart(38, "0")}`;

  /** A book over a chain whose keys have a version, and the pages that it was asked for. */
  const open = (): { book: AgentBook; asked: string[]; chain: { version: number; fails: boolean } } => {
    const asked: string[] = [];
    const chain = { version: 0, fails: false };
    const book = new AgentBook({
      agents: async (epoch, first, count, blockTag) => {
        asked.push(`${epoch}: ${first}+${count} at ${blockTag}`);
        if (chain.fails) throw new Error("no answer");
        const keys = Array.from({ length: count }, (_, i) => keyOf(Number(first) + i, chain.version).slice(2));
        return await Promise.resolve(new Uint8Array(Buffer.from(keys.join(""), "hex")));
      },
    });
    return { book, asked, chain };
  };
  const block = { number: 10, nodes: 2_000n, hasBegun: true };

  it("should read each page once, however many ask for its nodes", async () => {
    const { book, asked } = open();
    const ids = Array.from({ length: 2_000 }, (_, i) => i + 1);
    const keys = await Promise.all(ids.map((id) => book.agentAt(BigInt(id), 5, block)));
    expect(keys).to.deep.equal(ids.map((id) => keyOf(id)));
    expect(asked).to.deep.equal(["5: 1+1024 at 10", "5: 1025+976 at 10"]);
    await book.agentAt(7n, 5, { ...block, number: 11 });
    expect(asked, "keys of an epoch that runs stay as they are").to.have.length(2);
  });

  it("should not ask the chain for numbers that no node has", async () => {
    const { book, asked } = open();
    for (const nodeId of [0n, 2_001n, 2n ** 64n - 1n])
      expect(await book.agentAt(nodeId, 5, block)).to.equal(ZeroAddress);
    expect(asked).to.deep.equal([]);
  });

  it("should read again when a node was added, and once an epoch has begun", async () => {
    const { book, asked, chain } = open();
    await book.agentAt(1_025n, 5, block);
    expect(await book.agentAt(2_001n, 5, { ...block, number: 12, nodes: 2_001n })).to.equal(keyOf(2_001));
    expect(asked).to.deep.equal(["5: 1025+976 at 10", "5: 1025+977 at 12"]);
    // Read before the epoch began: the key changed in between.
    expect(await book.agentAt(1n, 6, { ...block, hasBegun: false })).to.equal(keyOf(1));
    chain.version = 1;
    expect(await book.agentAt(1n, 6, { ...block, hasBegun: false }), "no newer block").to.equal(keyOf(1));
    expect(await book.agentAt(1n, 6, { ...block, number: 13 })).to.equal(keyOf(1, 1));
    expect(await book.agentAt(1n, 6, { ...block, number: 14 })).to.equal(keyOf(1, 1));
    expect(asked.slice(2)).to.deep.equal(["6: 1+1024 at 10", "6: 1+1024 at 13"]);
  });

  it("should ask again after a failure, and forget old epochs", async () => {
    const { book, asked, chain } = open();
    chain.fails = true;
    expect(await book.agentAt(1n, 5, block).catch(() => "failed")).to.equal("failed");
    chain.fails = false;
    for (const epoch of [5, 6, 7, 5]) expect(await book.agentAt(1n, epoch, block)).to.equal(keyOf(1));
    expect(asked.map((each) => each[0])).to.deep.equal(["5", "5", "6", "7", "5"]);
    book.clear();
    await book.agentAt(1n, 7, block);
    expect(asked).to.have.length(6);
  });
});
