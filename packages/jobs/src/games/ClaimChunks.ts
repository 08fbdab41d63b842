import { Region } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { DemandFacts } from "../DemandHistory.js";
import type { PostedClaim } from "../readClaim.js";
import type { ChunkDesk } from "./ChunkDesk.js";

/** What claims of every game have in common. */
interface Posted {
  readonly claimId: bigint;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly windowEndsAt: number;
  readonly claim: {
    readonly terms: Pick<PostedClaim["claim"]["terms"], "buyer" | "inputRoot" | "isPrivate">;
    readonly outputRoot: string;
  };
}

/** The calls about demands, whatever a game's claims are. */
interface Calls<Claim> {
  readonly demand: {
    populateTransaction(
      claimId: bigint,
      claim: Claim,
      region: Region,
      chunk: number,
      overrides: { value: bigint },
    ): Promise<ContractTransaction>;
  };
  readonly timeoutDemand: {
    populateTransaction(claimId: bigint, claim: Claim, region: Region, chunk: number): Promise<ContractTransaction>;
  };
}

/** What is known of the demands about a claim. */
interface History<Game> {
  readTo(game: Game, block: number): Promise<void>;
  demands(): DemandFacts[];
}

/** Demands for the data of a claim: what does not depend on the game. */
export abstract class ClaimChunks<
  Claim extends Posted,
  Game extends Calls<Claim["claim"]> & ChunkDesk["game"],
> implements ChunkDesk {
  /** What results of this kind are called where agents serve them. */
  protected abstract readonly kind: string;

  constructor(
    readonly game: Game,
    protected readonly posted: Claim,
    private readonly history: History<Game>,
  ) {}

  abstract maxBytes(region: Region): number;
  abstract isWhole(region: Region, bytes: Uint8Array): boolean;
  abstract depthOf(region: Region): number;
  abstract usedBytes(region: Region, first: Uint8Array | undefined): number | undefined;

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get buyer(): string {
    return this.posted.claim.terms.buyer;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get isPrivate(): boolean {
    return this.posted.claim.terms.isPrivate;
  }

  get place(): string {
    return `${this.kind}/${this.posted.taskId}/${this.posted.attempt}`;
  }

  rootOf(region: Region): string {
    const { terms, outputRoot } = this.posted.claim;
    return region === Region.Input ? terms.inputRoot : outputRoot;
  }

  async demands(block: number): Promise<DemandFacts[]> {
    await this.history.readTo(this.game, block);
    return this.history.demands();
  }

  demand(region: Region, chunk: number, value: bigint): Promise<ContractTransaction> {
    return this.game.demand.populateTransaction(this.claimId, this.posted.claim, region, chunk, { value });
  }

  timeout(region: Region, chunk: number): Promise<ContractTransaction> {
    return this.game.timeoutDemand.populateTransaction(this.claimId, this.posted.claim, region, chunk);
  }
}
