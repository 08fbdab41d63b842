import {
  bondToSend,
  branchIdOf,
  checkClaim,
  directProof,
  fetchBundle,
  fetchResult,
  GameHistory,
  handOf,
  kernelAddresses,
  type Move,
  nextMove,
  type PostedClaim,
  proofMove,
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
import { type Bundle, type Region, type Traces } from "@millrace/tensor";
import type { JsonRpcApiProvider, Signer } from "ethers";

import { convictVouchers } from "./checks/convictVouchers.js";
import type { Executor } from "./Executor.js";

/** What all cases of a watcher share. */
export interface Desk {
  readonly account: string;
  /** Makes the salts of commitments. */
  readonly signer: Signer;
  readonly provider: JsonRpcApiProvider;
  readonly deployment: Deployment;
  readonly clock: BlockClock;
  readonly sender: TransactionSender;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  /** Takes so much of the budget for bonds, or says that it is used up; what is spent already is taken in any case. */
  readonly takeBond: (wei: bigint, isSpent?: boolean) => boolean;
  readonly returnBond: (wei: bigint) => void;
}

/** How a case ended. */
export type Outcome = "proven" | "right" | "slashed" | "stood" | "timed out" | "unavailable";

/** `ClaimState` of the contracts. */
const OPEN = 1n;
const SLASHED = 3n;
const GWEI = 10n ** 9n;
/** Bonds withdrawn by one call at most. */
const BONDS_PER_CALL = 32;

/** One claim, from its posting to its end. It keeps nothing that the chain and the bundle do not hold. */
export class Case {
  readonly #contracts: Contracts;
  readonly #logger: Logger;
  readonly #history: GameHistory;
  /** What of the budget lies in bonds of this claim. */
  #bonded = 0n;
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
    await this.#countBonds();
    while (!signal.aborted) {
      try {
        const state = await this.#contracts.claims.stateOf(this.claimId);
        if (state !== OPEN) return await this.#conclude(posted, state);
        if (mayBePublished) mayBePublished = await this.#proveDirectly(posted, bundle, honest);
        if (!mayBePublished) await this.#play(posted, bundle, honest, firstWrong);
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
    const hand = await handOf(this.#contracts.claims, this.desk.signer, this.claimId);
    await this.#make(proofMove(this.claimId, proof, hand, await this.desk.clock.now()), posted);
    return true;
  }

  async #play(posted: PostedClaim, bundle: Bundle, honest: Traces, firstWrong: Region): Promise<void> {
    const { clock, deployment } = this.desk;
    const { number, timestamp } = await clock.latest();
    await this.#history.readTo(this.#contracts.claims, number);
    const options = { kernelAddress: kernelAddresses(deployment) };
    const hand = await handOf(this.#contracts.claims, this.desk.signer, this.claimId);
    const knowledge = { bundle, honest, posted, game: this.#history, hand, now: timestamp };
    const move = nextMove(knowledge, firstWrong, options);
    await this.#make(move, posted);
  }

  async #make(move: Move, posted: PostedClaim): Promise<void> {
    const { claims } = this.#contracts;
    switch (move.kind) {
      case "commit":
        await this.#send(claims.commit.populateTransaction(move.lane, move.digest), `commit ${move.hides}`);
        return;
      case "pointTop":
        await this.#pay(async (value) => {
          await this.#send(
            claims.pointTop.populateTransaction(this.claimId, posted.claim, move.region, move.reveal, { value }),
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
        await this.#send(
          claims.prove.populateTransaction(this.claimId, posted.claim, move.target, move.witness, move.reveal),
          "prove",
        );
        this.#outcome = "proven";
        await convictVouchers(this.desk, this.#contracts, posted, move);
        return;
      case "timeout":
        await this.#send(
          claims.timeout.populateTransaction(this.claimId, posted.claim, move.branch, [...move.above]),
          "timeout",
        );
        this.#outcome = "timed out";
        return;
      case "tooLate":
        this.#logger.error("too late to contest this claim");
        return;
      case "wait":
        this.#logger.debug({ until: move.until }, "waiting for an opening");
    }
  }

  /** After a restart bonds lie in the game already: they are part of the budget. */
  async #countBonds(): Promise<void> {
    const { account, clock, takeBond } = this.desk;
    await this.#history.readTo(this.#contracts.claims, (await clock.latest()).number);
    for (const key of this.#history.ownedBy(account)) {
      const { bondGwei } = await this.#contracts.claims.branchOf(branchIdOf(this.claimId, key));
      this.#bonded += bondGwei * GWEI;
    }
    takeBond(this.#bonded, true);
  }

  /** A bond leaves the budget only if its transaction succeeds. */
  async #pay(act: (wei: bigint) => Promise<void>): Promise<void> {
    const { provider, takeBond, returnBond } = this.desk;
    const wei = await bondToSend(this.#contracts.claims, provider, this.claimId);
    if (!takeBond(wei)) {
      this.#logger.error({ wei }, "budget for bonds is used up: raise bondBudgetEther or wait for other cases");
      return;
    }
    try {
      await act(wei);
      this.#bonded += wei;
    } catch (error) {
      returnBond(wei);
      throw error;
    }
  }

  async #send(call: Promise<object>, label: string): Promise<void> {
    const receipt = await this.desk.sender.send(call, label);
    this.#logger.info({ move: label, gas: receipt.gasUsed, hash: receipt.hash }, "move made");
  }

  async #conclude(posted: PostedClaim, state: bigint): Promise<Outcome> {
    const { account, clock, returnBond } = this.desk;
    const { claims } = this.#contracts;
    await this.#history.readTo(this.#contracts.claims, (await clock.latest()).number);
    const isSlashed = state === SLASHED;
    const owned = isSlashed ? this.#history.ownedBy(account).map((key) => branchIdOf(this.claimId, key)) : [];
    const stored = await Promise.all(owned.map((id) => claims.branchOf(id)));
    // After a restart some may be withdrawn already.
    const left = owned.filter((_, i) => stored[i]?.bondGwei !== 0n);
    for (let i = 0; i < left.length; i += BONDS_PER_CALL) {
      const ids = left.slice(i, i + BONDS_PER_CALL);
      const call = claims.withdrawBonds.populateTransaction(this.claimId, posted.claim, ids, account, account);
      await this.#send(call, "withdraw bonds");
    }
    returnBond(this.#bonded);
    const outcome = isSlashed ? (this.#outcome ?? "slashed") : "stood";
    this.#logger.info({ outcome }, "claim has ended");
    return outcome;
  }
}
