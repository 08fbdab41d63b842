import { expect } from "chai";

import type { Play } from "../Play.js";

/** I12: no call of a run, refused ones included, may need more. */
const MAX_GAS = 10_000_000n;

/** I12: every block of these chains has one transaction, so what a block used is what its call used. */
export async function checkGas({ connection, store }: Play): Promise<void> {
  const { provider } = connection.ethers;
  const latest = await provider.getBlockNumber();
  for (let number = Math.max(store.seenBlock + 1, latest - MAX_LOOK_BACK); number <= latest; number++) {
    const block = await provider.getBlock(number);
    if (block === null) continue;
    expect(block.gasUsed, "I12").to.be.at.most(MAX_GAS);
    if (block.gasUsed > store.maxGas) store.maxGas = block.gasUsed;
  }
}

/** A deployment's own blocks are no calls of the run. */
const MAX_LOOK_BACK = 50;
