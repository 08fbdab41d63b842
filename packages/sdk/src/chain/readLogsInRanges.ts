import { isHexString, type BlockTag, type Filter, type FilterByBlockHash, type JsonRpcApiProvider } from "ethers";

import { BlockRanges } from "./BlockRanges.js";

/** How far a read in ranges has come: from block `from` through `last`, of `to`. */
export interface ReadProgress {
  readonly from: number;
  readonly last: number;
  readonly to: number;
}

/**
 * Lets a provider read the events of more blocks than its node allows at once: what a node refuses is asked for in ranges.
 * Whole histories of a task or a claim are then one question wherever nodes allow it, and answered everywhere.
 * @param onProgress called after each range: years of blocks take a while
 */
export function readLogsInRanges(provider: JsonRpcApiProvider, onProgress?: (progress: ReadProgress) => void): void {
  const getLogs = provider.getLogs.bind(provider);
  const ranges = new BlockRanges();
  provider.getLogs = async (filter) => {
    try {
      return await getLogs(filter);
    } catch (error) {
      const { blockHash, fromBlock = 0, toBlock = "latest" }: Filter & FilterByBlockHash = filter;
      if (blockHash !== undefined) throw error;
      // Some hang up rather than say that it is too much; whoever is down fails with the next question, too.
      const [from, to] = await Promise.all([numberOf(provider, fromBlock), numberOf(provider, toBlock)]);
      if (from >= to) throw error;
      ranges.refused(to - from + 1);
      const found = [];
      const read = ranges.read(from, to, (first, last) => getLogs({ ...filter, fromBlock: first, toBlock: last }));
      for await (const range of read) {
        found.push(...range.found);
        onProgress?.({ from, last: range.last, to });
      }
      return found;
    }
  };
}

async function numberOf(provider: JsonRpcApiProvider, tag: BlockTag): Promise<number> {
  if (typeof tag !== "string" || isHexString(tag)) return Number(tag);
  return tag === "latest" ? await provider.getBlockNumber() : ((await provider.getBlock(tag))?.number ?? 0);
}
