/** Rows of the slash table that take from a node's stake, as numbers of `SlashTable.Offence`. */
export const NODE_OFFENCES = [{ offence: 6, name: "wrong capacity proof" }] as const;

const MAX_PPM = 1_000_000n;

/** What a provider holds that a slash can reach. */
export interface Reach {
  readonly active: bigint;
  readonly bonded: bigint;
  /** Thaws that have not matured. */
  readonly thawing: bigint;
  /** Delegated stake, in full: what counts for access and what is on its way out. */
  readonly delegated: bigint;
}

/** A node's stake, and what each row may take from it. */
export interface NodeLoss {
  readonly nodeId: bigint;
  readonly stake: bigint;
  readonly losses: readonly { readonly offence: string; readonly mill: bigint }[];
}

/** What one node could cost: each row on its own, rounded up as the slash table does. */
export function nodeLoss(nodeId: bigint, stake: bigint, takenPpm: readonly bigint[]): NodeLoss {
  const losses = NODE_OFFENCES.map(({ name }, index) => ({
    offence: name,
    mill: (stake * (takenPpm[index] ?? 0n) + MAX_PPM - 1n) / MAX_PPM,
  }));
  return { nodeId, stake, losses };
}

/** What could be taken in all, and from whom. */
export interface Loss {
  readonly bonds: bigint;
  readonly fromStake: bigint;
  readonly fromDelegated: bigint;
  readonly total: bigint;
}

/**
 * The most that could be taken now: every bond whole, as jobs and duties can fail at once, and from the stake what the
 * rows take of every node once, as far as there is stake. Delegators lose what own stake does not cover.
 */
export function worstLoss(reach: Reach, nodes: readonly NodeLoss[]): Loss {
  const asked = nodes.flatMap(({ losses }) => losses).reduce((sum, { mill }) => sum + mill, 0n);
  const own = reach.active + reach.thawing;
  const fromStake = asked < own ? asked : own;
  const rest = asked - fromStake;
  const fromDelegated = rest < reach.delegated ? rest : reach.delegated;
  return { bonds: reach.bonded, fromStake, fromDelegated, total: reach.bonded + fromStake + fromDelegated };
}
