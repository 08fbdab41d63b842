import { acceptance, fetchBytes, readOrder } from "@millrace/jobs";
import { BlockRanges, type Contracts, type Logger, MillraceError, type TransactionSender } from "@millrace/sdk";
import { hexlify, keccak256, ZeroHash } from "ethers";

import type { IProofMarket, ITaskBook } from "../../../../typechain-types/index.js";
import type { AgentStore } from "../AgentStore.js";
import type { Policy, Prover } from "../config.js";
import { type Head, Keeper } from "../Keeper.js";
import type { NodePicker } from "../tasks/NodePicker.js";
import { FAILED, TaskStatus } from "../tasks/TaskStatus.js";
import { Turns } from "../Turns.js";
import { proofRefusal } from "./proofRefusal.js";
import { runProver } from "./runProver.js";

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly store: AgentStore;
  readonly picker: NodePicker;
  readonly policy: Policy;
  readonly nodeIds: readonly bigint[];
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A task of the proof market that this agent can prove. */
interface ProofTask {
  readonly order: ITaskBook.TaskOrderStruct;
  readonly program: IProofMarket.ProofProgramStruct;
  readonly prover: Prover;
}

const MAX_INPUT_BYTES = 1 << 26;

/** A prover that failed is run again no sooner: it costs as much as one that does not. */
const PROVE_AGAIN_SECONDS = 30;

/** An order that could not be taken is left alone for so long. */
const ACCEPT_AGAIN_SECONDS = 5;

/**
 * Takes tasks of the proof market whose verifier and program the provider names, one after the other: fetches the input,
 * has a command prove the result, sees for itself that the verifier takes the proof, and submits it.
 */
export class ProofKeeper extends Keeper<Parts> {
  /** Tasks between acceptance and payment, and the seconds that each may take. */
  readonly #working = new Map<bigint, number>();
  /** When a task of which a step failed is looked at again. */
  readonly #notBefore = new Map<bigint, number>();
  /** What was read of tasks that are open: it takes a look through all blocks. */
  readonly #tasks = new Map<bigint, ProofTask>();
  readonly #ranges = new BlockRanges();
  readonly #turns = new Turns();

  protected override async takeRound(head: Head): Promise<void> {
    const { store, signal } = this.parts;
    await this.attempt("proofs", () => this.#findTasks(head.number));
    for (const taskId of this.#turns.next(store.open("proof"), (id) => this.#working.has(id))) {
      if (signal.aborted) return;
      await this.attempt(`proof task ${taskId.toString()}`, async () => {
        try {
          await this.#advance(taskId, head);
        } catch (error) {
          // A task whose block was replaced may be another than the one that was read.
          this.#tasks.delete(taskId);
          throw error;
        }
      });
    }
  }

  async #findTasks(block: number): Promise<void> {
    const { contracts, store, deployedAtBlock } = this.parts;
    const { proofs } = contracts;
    const read = this.#ranges.read(store.nextBlock("proofs", deployedAtBlock), block, (first, last) =>
      proofs.queryFilter(proofs.filters.ProgramNamed(), first, last),
    );
    for await (const { last, found: named } of read) {
      const known = named.filter(({ args }) => this.#proverOf(args.program) !== undefined);
      store.follow(
        "proof",
        known.map(({ args }) => args.taskId),
      );
      store.setNext("proofs", last + 1);
    }
  }

  async #advance(taskId: bigint, head: Head): Promise<void> {
    const { contracts, store, nodeIds } = this.parts;
    const [task, member] = await Promise.all([contracts.proofs.taskOf(taskId), contracts.proofs.statusOf(taskId)]);
    const status = Number(member) as TaskStatus;
    const isMine = nodeIds.includes(task.nodeId);
    if (!isMine) this.#working.delete(taskId);
    if (status === TaskStatus.Finalized || status === TaskStatus.Cancelled) {
      store.closeJob("proof", taskId);
      this.#forget(taskId);
    } else if (isMine && status === TaskStatus.Working) {
      const own = await this.#taskOf(taskId);
      this.#working.set(taskId, own.prover.timeoutSeconds);
      if (this.#isTooSoon(taskId, head, PROVE_AGAIN_SECONDS)) return;
      await this.#prove(taskId, own);
    } else if (isMine && status === TaskStatus.Overdue) {
      await this.#giveUp(taskId);
    } else if (status === TaskStatus.Listed || (!isMine && FAILED.includes(status))) {
      if (!this.#isTooSoon(taskId, head, ACCEPT_AGAIN_SECONDS)) await this.#accept(taskId, head);
    }
  }

  /** Whether a step was tried a moment ago; else notes that it is tried now. */
  #isTooSoon(taskId: bigint, { timestamp }: Head, waitSeconds: number): boolean {
    if (timestamp < (this.#notBefore.get(taskId) ?? 0)) return true;
    this.#notBefore.set(taskId, timestamp + waitSeconds);
    return false;
  }

  /** With the input in hand: what cannot be had cannot be proven. */
  async #accept(taskId: bigint, head: Head): Promise<void> {
    const { contracts, sender, policy, picker, deployedAtBlock: fromBlock, logger } = this.parts;
    const { proofs: market } = contracts;
    if (this.#working.size >= policy.maxConcurrentTasks) return;
    const task = await this.#taskOf(taskId);
    const { order, prover } = task;
    const price = await market.priceAtDown(order, head.timestamp);
    const bond = await market.bondOfUp(order, price);
    const queued = [...this.#working.values()].reduce((sum, seconds) => sum + seconds, 0);
    const reason = proofRefusal(policy, prover, { order, price, bond }, queued);
    if (reason !== undefined) {
      logger.debug({ taskId, reason }, "proof task left alone");
      return;
    }
    const nodeId = await picker.pick(order);
    if (nodeId === undefined) return;
    await this.#inputOf(task);
    await sender.send(
      () => acceptance(contracts, { market, taskId, order, nodeId, fromBlock }),
      `accept proof task ${taskId.toString()}`,
    );
    this.#working.set(taskId, prover.timeoutSeconds);
    this.#notBefore.delete(taskId);
    logger.info({ taskId, nodeId, price }, "proof task accepted");
  }

  async #prove(taskId: bigint, task: ProofTask): Promise<void> {
    const { contracts, sender, signal, logger } = this.parts;
    const { order, program, prover } = task;
    const inputRoot = String(order.terms.inputRoot);
    const job = { verifier: prover.verifier, program: prover.program, inputRoot, input: await this.#inputOf(task) };
    const startedAt = performance.now();
    const { outputRoot, proof } = await runProver(prover, job, signal);
    logger.info({ taskId, milliseconds: Math.round(performance.now() - startedAt) }, "proven");
    if (!(await contracts.proofs.isProven(program, inputRoot, outputRoot, proof))) {
      throw new MillraceError("DATA_MISMATCH", `The verifier does not take the proof of task ${taskId.toString()}.`, {
        hint: "The prover, its key or the input belong to another program.",
      });
    }
    await sender.send(
      () => contracts.proofs.submit.populateTransaction(taskId, order, program, outputRoot, proof),
      `submit proof of ${taskId.toString()}`,
    );
    logger.info({ taskId, outputRoot }, "proof paid");
  }

  async #giveUp(taskId: bigint): Promise<void> {
    const { contracts, sender, store, logger } = this.parts;
    const { order } = await this.#taskOf(taskId);
    await sender.send(
      () => contracts.proofs.release.populateTransaction(taskId, order),
      `release ${taskId.toString()}`,
    );
    store.closeJob("proof", taskId);
    this.#forget(taskId);
    logger.warn({ taskId }, "not proven in time");
  }

  #forget(taskId: bigint): void {
    for (const memory of [this.#working, this.#notBefore, this.#tasks]) memory.delete(taskId);
  }

  async #taskOf(taskId: bigint): Promise<ProofTask> {
    const task = this.#tasks.get(taskId) ?? (await this.#readTask(taskId));
    this.#tasks.set(taskId, task);
    return task;
  }

  async #readTask(taskId: bigint): Promise<ProofTask> {
    const { contracts, deployedAtBlock } = this.parts;
    const { proofs } = contracts;
    const [order, [named]] = await Promise.all([
      readOrder(proofs, taskId, deployedAtBlock),
      proofs.queryFilter(proofs.filters.ProgramNamed(taskId), deployedAtBlock),
    ]);
    const { verifier, codeHash, programHash } = named?.args.program ?? {};
    if (verifier === undefined || codeHash === undefined || programHash === undefined) throw unknownProgram(taskId);
    const program = { verifier, codeHash, programHash };
    const prover = this.#proverOf(program);
    if (prover === undefined) throw unknownProgram(taskId);
    return { order, program, prover };
  }

  /** What the buyer hosts beside the order; its hash, where the order has one, says that it is the same. */
  async #inputOf({ order: { terms } }: ProofTask): Promise<string> {
    const { signal } = this.parts;
    if (terms.dataUri === "") return "0x";
    const url = `${terms.dataUri.replace(/\/+$/, "")}/input.bin`;
    const bytes = await fetchBytes(url, { maxBytes: MAX_INPUT_BYTES, signal });
    if (terms.bundleHash !== ZeroHash && keccak256(bytes) !== terms.bundleHash) {
      throw new MillraceError("DATA_MISMATCH", `${url} is not what was ordered.`, { hint: "The buyer must host it." });
    }
    return hexlify(bytes);
  }

  #proverOf({ verifier, programHash }: Pick<IProofMarket.ProofProgramStruct, "verifier" | "programHash">) {
    const program = String(programHash).toLowerCase();
    return this.parts.policy.provers.find(
      (each) => each.verifier === verifier && each.program.toLowerCase() === program,
    );
  }
}

function unknownProgram(taskId: bigint): MillraceError {
  return new MillraceError("WRONG_STATE", `The policy has no prover for task ${taskId.toString()} any more.`);
}
