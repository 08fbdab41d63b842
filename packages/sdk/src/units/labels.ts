/**
 * What the contracts' enums are called by people, in the enums' own order. A test compares them with the contracts' sources.
 */
export const LABELS = {
  NodeStatus: ["unknown", "active", "draining", "jailed", "retired"],
  Eligibility: [
    "it is eligible",
    "it does not exist",
    "it is retired",
    "it is retiring",
    "its provider paused it",
    "it is jailed",
    "its provider's stake is too small",
    "all its units are busy",
  ],
  LeaseStatus: ["unknown", "running", "closing", "paused", "ended", "settled"],
  ChunkStatus: ["not submitted", "submitted", "rejected", "approved", "withheld", "paid", "refunded"],
  OrderStatus: ["unknown", "listed", "filling", "lapsed", "filled", "ended"],
  SeatStatus: ["open", "held", "ready", "leased", "returned", "gone"],
  ChannelStatus: ["unknown", "open", "closing", "lapsed", "closed"],
  TaskStatus: [
    "unknown",
    "listed",
    "expired",
    "accepted",
    "unacknowledged",
    "working",
    "overdue",
    "submitted",
    "rejected",
    "confirmed",
    "finalized",
    "cancelled",
  ],
  ClaimState: ["unknown", "open", "final", "slashed"],
  BranchStatus: ["unknown", "pending", "opened", "demanded", "delivered"],
  RoundPhase: ["not drawn", "waiting", "committing", "opening", "reporting", "final", "void"],
  AnswerState: ["nothing", "committed", "passed", "wrong", "silent", "silent, and counted"],
  ReportStatus: ["missing", "posted", "final", "void"],
  ChallengeStatus: ["unknown", "open", "answered", "cleared"],
  Region: ["input", "body", "output"],
} as const;

export type LabelSet = keyof typeof LABELS;

/** Number of an enum's member, as contracts give and take it, by its name. */
export function memberOf<Set extends LabelSet>(set: Set, name: (typeof LABELS)[Set][number]): bigint {
  const names: readonly string[] = LABELS[set];
  return BigInt(names.indexOf(name));
}

/** Name of an enum's member. */
export function labelOf(set: LabelSet, member: bigint | number): string {
  return LABELS[set][Number(member)] ?? `unknown (${member})`;
}

/** Names of the members whose bits are set: `listed or overdue`. */
export function labelsOf(set: LabelSet, bits: bigint): string {
  const names = LABELS[set].filter((_, member) => ((bits >> BigInt(member)) & 1n) === 1n);
  return names.length < 2 ? (names[0] ?? "nothing") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

/** Kinds of work of an ask, from its bits. */
export function formatKinds(kinds: bigint | number): string {
  const names = ["leases", "tasks"].filter((_, bit) => ((BigInt(kinds) >> BigInt(bit)) & 1n) === 1n);
  return names.length === 0 ? "nothing" : names.join(" and ");
}
