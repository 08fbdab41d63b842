import type { TraceTree } from "@millrace/tensor";

/** A word as `IResultChecks.vouch` wants it. */
export interface CheckOpening {
  readonly word: string;
  readonly siblings: string[];
  readonly saltedSiblings: string[];
}

/** The words at some positions, with their paths in the trace and in the checker's tree. */
export function openingsOf(trace: TraceTree, salted: TraceTree, positions: readonly number[]): CheckOpening[] {
  return positions.map((position) => ({
    word: trace.node(0, position),
    siblings: trace.siblings(position),
    saltedSiblings: salted.siblings(position),
  }));
}
