import { hexlify, type Interface, type Result } from "ethers";

import type { BlockRanges, Contracts } from "@millrace/sdk";
import { hashLeaf, rootFrom, type Leaf } from "@millrace/uptime-tree/format";

import type { PostedReport } from "../chain/ChainFacts.js";

/** A leaf under the root of a report, and its Merkle proof. */
export interface ShownLeaf {
  readonly leaf: Leaf;
  readonly proof: string[];
}

/** A leaf as it is decoded. */
type Decoded = Omit<Leaf, "epoch" | "index"> & Readonly<Record<"epoch" | "index", bigint>>;

/** Leaves of a report that were shown on chain, to answer a demand or to challenge or restore a slot: once each. */
export async function shownLeaves(
  { challenges }: Pick<Contracts, "challenges">,
  { report, blockNumber }: PostedReport,
  through: number,
  ranges: BlockRanges,
): Promise<ShownLeaf[]> {
  const found = new Map<string, ShownLeaf>();
  const { filters } = challenges;
  const transactions = new Set<string>();
  const logsOf = async (first: number, last: number) => [
    ...(await challenges.queryFilter(filters.LeafShown(), first, last)),
    ...(await challenges.queryFilter(filters.SlotChallenged(undefined, report.epoch), first, last)),
    ...(await challenges.queryFilter(filters.SlotRestored(report.epoch), first, last)),
  ];
  for await (const { found: logs } of ranges.read(blockNumber, through, logsOf)) {
    for (const log of logs) {
      if (transactions.has(log.transactionHash)) continue;
      transactions.add(log.transactionHash);
      const { data } = await log.getTransaction();
      const shown = shownBy(challenges.interface, data);
      if (shown === undefined) continue;
      const hash = hashLeaf(shown.leaf);
      if (BigInt(rootFrom(hash, shown.proof)) === BigInt(report.root)) found.set(hexlify(hash), shown);
    }
  }
  return [...found.values()];
}

/** A proof is in the call and not in the event: what another contract passed on, in whatever form, is not seen here. */
function shownBy(challenges: Interface, data: string): ShownLeaf | undefined {
  try {
    const args = challenges.parseTransaction({ data })?.args.toObject() ?? {};
    const { epoch, index, ...leaf } = (args["leaf"] as Result).toObject() as unknown as Decoded;
    return { leaf: { ...leaf, epoch: Number(epoch), index: Number(index) }, proof: [...(args["proof"] as string[])] };
  } catch {
    // Whoever wraps a call in another one can make that look like anything.
    return undefined;
  }
}
