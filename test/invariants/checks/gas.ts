import { expect } from "chai";
import { toQuantity } from "ethers";

import type { Play } from "../Play.js";

/** I12: no call of a run, refused ones included, may need more. */
const MAX_GAS = 10_000_000n;

/** I12: every block of these chains has one transaction, so what a block used is what its call used. */
export async function checkGas({ connection, store }: Play): Promise<void> {
  const { provider } = connection;
  const latest = Number(await provider.request({ method: "eth_blockNumber" }));
  const { gasLimit } = (await provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as Block;
  // A deployment's own blocks are no calls of the run.
  store.gasSeenBlock ??= latest;
  for (let newest = latest; newest > store.gasSeenBlock; newest -= MAX_HISTORY) {
    const count = Math.min(newest - store.gasSeenBlock, MAX_HISTORY);
    const params = [toQuantity(count), toQuantity(newest), []];
    const { gasUsedRatio } = (await provider.request({ method: "eth_feeHistory", params })) as History;
    for (const ratio of gasUsedRatio) {
      const used = BigInt(Math.round(ratio * Number(gasLimit)));
      expect(used, "I12").to.be.at.most(MAX_GAS);
      if (used > store.maxGas) store.maxGas = used;
    }
  }
  store.gasSeenBlock = latest;
}

interface Block {
  readonly gasLimit: string;
}

/** What blocks used, as parts of what they could; a part of so few blocks' gas is exact. */
interface History {
  readonly gasUsedRatio: readonly number[];
}

/** Blocks of one answer. */
const MAX_HISTORY = 1_000;
