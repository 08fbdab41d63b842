import { formatMill, formatTime, labelOf } from "@millrace/sdk";

interface Facts {
  /** Member of `INodeRegistry.Eligibility`. */
  readonly reason: bigint;
  readonly jailedUntil: bigint;
  /** What the provider's stake lacks for its nodes, MILL. */
  readonly lacking: bigint;
}

const [PAUSED, JAILED, NO_ACCESS] = [4n, 5n, 6n];

/** Why a node takes no work, with what would change that; or that it does. */
export function whyNoWork({ reason, jailedUntil, lacking }: Facts): string {
  const sentence = labelOf("Eligibility", reason);
  if (reason === PAUSED) return `${sentence}; node pause --end ends that`;
  if (reason === JAILED) return `${sentence} until ${formatTime(jailedUntil)}`;
  if (reason === NO_ACCESS) return `${sentence}: ${formatMill(lacking)} more are needed`;
  return sentence;
}
