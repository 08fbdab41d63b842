import type { IResultClaims } from "../../../typechain-types/index.js";
import { type DemandFacts, DemandHistory } from "./DemandHistory.js";

/** A branch, as the contracts name it. */
export interface BranchKey {
  readonly region: number;
  readonly height: number;
  readonly position: number;
  readonly hash: string;
}

/** What is known of a branch that was pointed at. */
interface BranchFacts {
  readonly key: BranchKey;
  readonly owner: string;
  readonly answerBy: number;
  opened?: { readonly children: readonly string[]; readonly pointBy: number };
}

/** The part of a game's history that a player needs. */
export interface Game {
  branch(key: BranchKey): BranchFacts | undefined;
  ownedBy(account: string): BranchKey[];
}

/** Everything that was pointed at and opened in the game about one claim, read from events as blocks come. */
export class GameHistory implements Game {
  readonly #branches = new Map<string, BranchFacts>();
  readonly #byId = new Map<string, BranchFacts>();
  readonly #demands = new DemandHistory();
  #nextBlock: number;

  constructor(
    readonly claimId: bigint,
    fromBlock: number,
  ) {
    this.#nextBlock = fromBlock;
  }

  /** Reads on up to a block. */
  async readTo(claims: IResultClaims, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const [pointed, opened, demanded, delivered] = await Promise.all([
      claims.queryFilter(claims.filters.BranchPointed(this.claimId), this.#nextBlock, block),
      claims.queryFilter(claims.filters.BranchOpened(this.claimId), this.#nextBlock, block),
      claims.queryFilter(claims.filters.ChunkDemanded(this.claimId), this.#nextBlock, block),
      claims.queryFilter(claims.filters.ChunkDelivered(this.claimId), this.#nextBlock, block),
    ]);
    for (const { args } of pointed) {
      const { region, height, position, hash } = args.branch;
      const key = { region: Number(region), height: Number(height), position: Number(position), hash };
      const facts: BranchFacts = { key, owner: args.owner, answerBy: Number(args.answerBy) };
      this.#branches.set(nameOf(key), facts);
      this.#byId.set(args.branchId, facts);
    }
    for (const { args } of opened) {
      const facts = this.#byId.get(args.branchId);
      if (facts !== undefined) facts.opened = { children: [...args.children], pointBy: Number(args.pointBy) };
    }
    this.#demands.take(demanded, delivered);
    this.#nextBlock = block + 1;
  }

  branch(key: BranchKey): BranchFacts | undefined {
    return this.#branches.get(nameOf(key));
  }

  ownedBy(account: string): BranchKey[] {
    return [...this.#branches.values()].filter(({ owner }) => owner === account).map(({ key }) => key);
  }

  /** Every chunk that was demanded. */
  demands(): DemandFacts[] {
    return this.#demands.all();
  }

  /** Every branch that was pointed at. */
  all(): BranchFacts[] {
    return [...this.#branches.values()];
  }

  /** Branches that nobody has opened yet. */
  pending(): BranchFacts[] {
    return [...this.#branches.values()].filter(({ opened }) => opened === undefined);
  }
}

function nameOf({ region, height, position, hash }: BranchKey): string {
  return `${region}:${height}:${position}:${hash.toLowerCase()}`;
}
