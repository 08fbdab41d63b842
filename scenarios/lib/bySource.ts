import { decodeBytes32String } from "ethers";

import type { EventBooks } from "./EventBooks.js";

/** What is known of the nodes of one source network. */
export interface SourceRow {
  /** Units that its nodes claim, and nodes of it that passed a round of capacity proofs, or showed a wrong entry. */
  units: bigint;
  passed: bigint;
  wrong: bigint;
  /** Seats of orders that it took, seconds that it was up in them, and credits that buyers paid. */
  seats: bigint;
  upSeconds: bigint;
  credits: bigint;
  /** MILL that its providers lost. */
  slashed: bigint;
}

/**
 * Source networks side by side, out of events alone. Providers are counted with the last network that a node of theirs
 * names; nodes without one stand under the empty name.
 */
export function bySource(books: EventBooks): Map<string, SourceRow> {
  const rows = new Map<string, SourceRow>();
  const sourceOfNode = new Map<bigint, string>();
  const sourceOfProvider = new Map<string, string>();
  const rowOf = (source = ""): SourceRow => {
    const none = { units: 0n, passed: 0n, wrong: 0n, seats: 0n, upSeconds: 0n, credits: 0n, slashed: 0n };
    const row = rows.get(source) ?? none;
    rows.set(source, row);
    return row;
  };
  for (const { name, args } of books.events) {
    if (name === "NodeAdded") {
      const source = decodeBytes32String((args["details"] as { source: string }).source);
      sourceOfNode.set(args["nodeId"] as bigint, source);
      if (source !== "") sourceOfProvider.set(args["provider"] as string, source);
      rowOf(source).units += args["units"] as bigint;
    }
    if (name === "CapacityShown") rowOf(sourceOfNode.get(args["nodeId"] as bigint)).passed += 1n;
    if (name === "EntryWrong") rowOf(sourceOfNode.get(args["nodeId"] as bigint)).wrong += 1n;
    if (name === "SeatTaken" && "rate" in args.toObject())
      rowOf(sourceOfNode.get(args["nodeId"] as bigint)).seats += 1n;
    if (name === "SeatFreed") rowOf(sourceOfProvider.get(args["provider"] as string)).credits += args["paid"] as bigint;
  }
  for (const { nodeId, upSeconds, paid } of books.leases.values()) {
    const row = rowOf(sourceOfNode.get(nodeId));
    row.upSeconds += upSeconds;
    row.credits += paid;
  }
  for (const [provider, { slashed }] of books.stakes) rowOf(sourceOfProvider.get(provider)).slashed += slashed;
  return rows;
}
