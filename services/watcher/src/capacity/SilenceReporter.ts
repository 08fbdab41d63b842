import {
  type BeaconRecorder,
  type Contracts,
  type EpochClock,
  type Logger,
  memberOf,
  pickedNodes,
  type TransactionSender,
} from "@millrace/sdk";

interface Parts {
  readonly contracts: Pick<Contracts, "capacity" | "nodes">;
  readonly clock: Pick<EpochClock, "epochAt">;
  readonly recorder: Pick<BeaconRecorder, "ensure">;
  readonly sender: Pick<TransactionSender, "send">;
  readonly logger: Pick<Logger, "info">;
}

const REPORTING = memberOf("RoundPhase", "reporting");
const FINAL = memberOf("RoundPhase", "final");
const COMMITTED = memberOf("AnswerState", "committed");
const SILENT = memberOf("AnswerState", "silent");

/**
 * Reports nodes that did not answer their capacity challenge while the round takes reports, and has each silence counted
 * once the round is over. What was done stands on chain, so a restart repeats nothing.
 */
export class SilenceReporter {
  /** Phases of epochs in which nothing is left to do. */
  readonly #done = new Set<string>();

  constructor(private readonly parts: Parts) {}

  /** Does what is due for the round of this epoch and of the one before. */
  async round(now: number): Promise<void> {
    const epoch = this.parts.clock.epochAt(now);
    // Where no node answers, nobody else may record what says that it was to.
    await this.#record(epoch, now);
    for (const each of epoch === 0 ? [0] : [epoch - 1, epoch]) await this.#act(each);
  }

  async #record(epoch: number, now: number): Promise<void> {
    const { contracts, recorder } = this.parts;
    for (const which of ["drawAt", "startsAt"] as const) {
      const second = (await contracts.capacity.timesOf(epoch))[which];
      if (second === 0n || second > BigInt(now) || !(await recorder.ensure(second))) return;
    }
  }

  async #act(epoch: number): Promise<void> {
    const { capacity } = this.parts.contracts;
    const phase = await capacity.phaseOf(epoch);
    const key = `${epoch} ${phase}`;
    if ((phase !== REPORTING && phase !== FINAL) || this.#done.has(key)) return;
    const picked = await pickedNodes(this.parts.contracts, epoch);
    for (const { nodeId, state } of picked) {
      if (phase === REPORTING && state <= COMMITTED) {
        await this.#send(() => capacity.reportSilence.populateTransaction(nodeId), "report silence", nodeId);
      }
      if (phase === FINAL && state === SILENT) {
        await this.#send(() => capacity.strike.populateTransaction(epoch, nodeId), "strike", nodeId);
      }
    }
    this.#done.add(key);
  }

  async #send(make: () => Promise<object>, label: string, nodeId: bigint): Promise<void> {
    await this.parts.sender.send(make, label);
    this.parts.logger.info({ nodeId, step: label }, "capacity round");
  }
}
