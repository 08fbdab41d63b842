import type { Logger } from "@millrace/sdk";
import type { ContractTransaction } from "ethers";

import type { Desk } from "../Desk.js";
import type { Assignment, Executed } from "./Assignment.js";

/** What claims of every game have in common. */
interface Posted {
  readonly claimId: bigint;
  readonly taskId: bigint;
  readonly windowEndsAt: number;
  readonly claim: unknown;
}

/** The calls about draws, whatever a game's claims are. */
interface Draws<Claim> {
  readonly draw: { populateTransaction(claimId: bigint, claim: Claim): Promise<ContractTransaction> };
  drawnFor(claimId: bigint, claim: Claim): ReturnType<Assignment["drawnFor"]>;
}

/** The contracts that an assignment is about. */
export interface Court<Checks> extends Pick<Assignment, "game" | "market"> {
  readonly checks: Checks;
}

/** A claim that may have to be checked: what does not depend on the game. */
export abstract class ClaimAssignment<
  Claim extends Posted,
  Checks extends Assignment["checks"] & Draws<Claim["claim"]>,
> implements Assignment {
  constructor(
    protected readonly desk: Desk,
    protected readonly posted: Claim,
    private readonly court: Court<Checks>,
  ) {}

  abstract execute(logger: Logger, until: number): Promise<Executed>;

  get taskId(): bigint {
    return this.posted.taskId;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get checks(): Checks {
    return this.court.checks;
  }

  get game(): Assignment["game"] {
    return this.court.game;
  }

  get market(): Assignment["market"] {
    return this.court.market;
  }

  drawnFor(): ReturnType<Assignment["drawnFor"]> {
    return this.checks.drawnFor(this.posted.claimId, this.posted.claim);
  }

  draw(): Promise<ContractTransaction> {
    return this.checks.draw.populateTransaction(this.posted.claimId, this.posted.claim);
  }
}
