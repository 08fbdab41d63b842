import {
  checkClaim,
  directProof,
  fetchBundle,
  fetchResult,
  GameHistory,
  kernelAddresses,
  type Move,
  nextMove,
  type PostedClaim,
  readClaim,
  readOrder,
  submissionOf,
} from "@millrace/jobs";
import {
  type BlockClock,
  connectContracts,
  type Contracts,
  type Deployment,
  type Logger,
  MillraceError,
  sleep,
  type TransactionSender,
} from "@millrace/sdk";
import { type Bundle, type Region, type Traces, type Witness, type WordAddress } from "@millrace/tensor";
import type { JsonRpcApiProvider } from "ethers";

import type { Executor } from "./Executor.js";

/** What all cases of a watcher share. */
export interface Desk {
  readonly account: string;
  readonly provider: JsonRpcApiProvider;
  readonly deployment: Deployment;
  readonly clock: BlockClock;
  readonly sender: TransactionSender;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  /** Takes so much of the budget for bonds, or says that it is used up. */
  readonly takeBond: (wei: bigint) => boolean;
  readonly returnBond: (wei: bigint) => void;
}

/** How a case ended. */
export type Outcome = "proven" | "right" | "slashed" | "stood" | "timed out" | "unavailable";

/** `ClaimState` of the contracts. */
const OPEN = 1n;
const SLASHED = 3n;
/** Bonds withdrawn by one call at most. */
const BONDS_PER_CALL = 32;

/** One claim, from its posting to its end. It keeps nothing that the chain and the bundle do not hold. */
export class Case {
  readonly #contracts: Contracts;
  readonly #logger: Logger;
  readonly #history: GameHistory;
  #outcome: Outcome | undefined;

  constructor(
    private readonly desk: Desk,
    readonly claimId: bigint,
    private readonly block: number,
    logger: Logger,
  ) {
    this.#contracts = connectContracts(desk.deployment, desk.provider);
    this.#logger = logger.child({ claimId: claimId.toString() });
    this.#history = new GameHistory(claimId, block);
  }

  /** Follows the claim to its end; undefined when the watcher is stopped first. `onWrong` is told of a wrong claim. */
  async follow(onWrong: () => void): Promise<Outcome | undefined> {
    const { signal } = this.desk;
    const [posted] = await readClaim(this.#contracts.claims, { claimId: this.claimId, fromBlock: this.block });
    if (posted === undefined) return "unavailable";
    const bundle = await this.#fetchBundle(posted);
    if (bundle === undefined) return signal.aborted ? undefined : "unavailable";
    const honest = await this.desk.executor.execute(bundle, posted.claim.terms.inputRoot, this.#logger);
    const verdict = checkClaim(posted, honest);
    if (verdict.isRight) {
      this.#logger.info("claim is right");
      return "right";
    }
    onWrong();
    this.#logger.warn({ region: verdict.firstWrong, provider: posted.claim.terms.provider }, "claim is wrong");
    return await this.#contest(posted, bundle, honest, verdict.firstWrong);
  }

  async #fetchBundle(posted: PostedClaim): Promise<Bundle | undefined> {
    const { deployment, signal, clock, pollMs } = this.desk;
    const order = await readOrder(this.#contracts.tasks, posted.taskId, deployment.deployedAtBlock);
    while (!signal.aborted) {
      try {
        return await fetchBundle(order.terms, { signal });
      } catch (error) {
        const isOver = (await clock.now()) > posted.windowEndsAt;
        this.#logger.warn({ reason: error instanceof Error ? error.message : error, isOver }, "no bundle");
        if (isOver) return undefined;
        await sleep(pollMs, signal);
      }
    }
    return undefined;
  }

  /** One move a round until the claim has ended. A round that fails is tried again: the chain says what is still open. */
  async #contest(
    posted: PostedClaim,
    bundle: Bundle,
    honest: Traces,
    firstWrong: Region,
  ): Promise<Outcome | undefined> {
    const { signal, pollMs } = this.desk;
    let mayBePublished = true;
    while (!signal.aborted) {
      try {
        const state = await this.#contracts.claims.stateOf(this.claimId);
        if (state !== OPEN) return await this.#conclude(posted, state);
        if (mayBePublished) mayBePublished = await this.#proveDirectly(posted, bundle, honest);
        else await this.#play(posted, bundle, honest, firstWrong);
      } catch (error) {
        this.#logger.warn({ reason: error instanceof MillraceError ? error.sentence : String(error) }, "move failed");
      }
      await sleep(pollMs, signal);
    }
    return undefined;
  }

  /** Proves from the published trace; false when there is none, and then the opening game is the way. */
  async #proveDirectly(posted: PostedClaim, bundle: Bundle, honest: Traces): Promise<boolean> {
    const { deployment, signal } = this.desk;
    const from = deployment.deployedAtBlock;
    const submission = await submissionOf(this.#contracts, posted.taskId, posted.attempt, from);
    const endpoint = submission?.endpoint ?? "";
    const result = endpoint === "" ? undefined : await fetchResult(endpoint, posted, { signal });
    const proof = result && directProof(bundle, honest, result, { kernelAddress: kernelAddresses(deployment) });
    if (proof === undefined) {
      this.#logger.warn({ endpoint }, "trace is not published, demanding it");
      return false;
    }
    await this.#prove(posted, proof);
    return true;
  }

  async #play(posted: PostedClaim, bundle: Bundle, honest: Traces, firstWrong: Region): Promise<void> {
    const { clock, deployment } = this.desk;
    const { number, timestamp } = await clock.latest();
    await this.#history.readTo(this.#contracts.claims, number);
    const options = { kernelAddress: kernelAddresses(deployment) };
    const knowledge = { bundle, honest, posted, game: this.#history, now: timestamp };
    const move = nextMove(knowledge, firstWrong, options);
    await this.#make(move, posted);
  }

  async #make(move: Move, posted: PostedClaim): Promise<void> {
    const { claims } = this.#contracts;
    switch (move.kind) {
      case "pointTop":
        await this.#pay(async (value) => {
          await this.#send(
            claims.pointTop.populateTransaction(this.claimId, posted.claim, move.region, { value }),
            "point",
          );
        });
        return;
      case "point": {
        const { parent, index, child, siblings } = move;
        await this.#pay(async (value) => {
          const call = claims.point.populateTransaction(this.claimId, parent, index, child, siblings, { value });
          await this.#send(call, "point");
        });
        return;
      }
      case "prove":
        await this.#prove(posted, move);
        return;
      case "timeout":
        await this.#send(claims.timeout.populateTransaction(this.claimId, posted.claim, move.branch), "timeout");
        this.#outcome = "timed out";
        return;
      case "tooLate":
        this.#logger.error("too late to contest this claim");
        return;
      case "wait":
        this.#logger.debug({ until: move.until }, "waiting for an opening");
    }
  }

  async #prove(posted: PostedClaim, { target, witness }: { target: WordAddress; witness: Witness }): Promise<void> {
    const call = this.#contracts.claims.prove.populateTransaction(this.claimId, posted.claim, target, witness);
    await this.#send(call, "prove");
    this.#outcome = "proven";
  }

  /** A bond leaves the budget only if its transaction succeeds. */
  async #pay(act: (wei: bigint) => Promise<void>): Promise<void> {
    const { bondGwei } = await this.#contracts.claims.claimOf(this.claimId);
    const wei = bondGwei * 10n ** 9n;
    if (!this.desk.takeBond(wei)) {
      this.#logger.error({ wei }, "budget for bonds is used up: raise bondBudgetEther or wait for other cases");
      return;
    }
    try {
      await act(wei);
    } catch (error) {
      this.desk.returnBond(wei);
      throw error;
    }
  }

  async #send(call: Promise<object>, label: string): Promise<void> {
    const receipt = await this.desk.sender.send(call, label);
    this.#logger.info({ move: label, gas: receipt.gasUsed, hash: receipt.hash }, "move made");
  }

  async #conclude(posted: PostedClaim, state: bigint): Promise<Outcome> {
    const { account, clock, returnBond } = this.desk;
    await this.#history.readTo(this.#contracts.claims, (await clock.latest()).number);
    const owned = this.#history.ownedBy(account);
    const isSlashed = state === SLASHED;
    for (let i = 0; isSlashed && i < owned.length; i += BONDS_PER_CALL) {
      const branches = owned.slice(i, i + BONDS_PER_CALL);
      const { withdrawBonds } = this.#contracts.claims;
      const call = withdrawBonds.populateTransaction(this.claimId, posted.claim, branches, account, account);
      await this.#send(call, "withdraw bonds").catch((error: unknown) => {
        // After a restart they may be withdrawn already.
        this.#logger.warn({ reason: String(error) }, "bonds not withdrawn");
      });
    }
    const { bondGwei } = await this.#contracts.claims.claimOf(this.claimId);
    returnBond(bondGwei * 10n ** 9n * BigInt(owned.length));
    const outcome = isSlashed ? (this.#outcome ?? "slashed") : "stood";
    this.#logger.info({ outcome }, "claim has ended");
    return outcome;
  }
}
