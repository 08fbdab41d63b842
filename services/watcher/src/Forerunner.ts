import { fetchBundle, fetchMachineBundle, readMachineProgram, readOrder } from "@millrace/jobs";
import { decodeError, type Logger, memberOf } from "@millrace/sdk";

import type { Desk } from "./Desk.js";
import { KEPT } from "./Executor.js";
import type { GameName } from "./Suit.js";

const WORKING = memberOf("TaskStatus", "working");

/**
 * Executes tasks as soon as they are accepted. The honest result does not depend on the provider's: with it at hand, a
 * claim is judged as soon as it is posted. Any claim goes first, and of more than are kept at hand there is nothing to be
 * had.
 */
export class Forerunner {
  #ahead = 0;

  constructor(
    private readonly desk: Desk,
    private readonly logger: Logger,
  ) {}

  /** A task was accepted. Never throws: whatever fails here is tried again for its claim. */
  async execute(game: GameName, taskId: bigint): Promise<void> {
    if (this.#ahead >= KEPT) return;
    this.#ahead += 1;
    try {
      const hearing = { of: { game, taskId }, until: Infinity, stake: 0n, seconds: Infinity };
      await this.desk.docket.run(hearing, async (signal) => {
        if ((await this.#marketOf(game).statusOf(taskId)) !== WORKING) return;
        await (game === "results" ? this.#program(taskId, signal) : this.#run(taskId, signal));
      });
    } catch (error) {
      this.logger.debug({ game, taskId, reason: decodeError(error).sentence }, "not executed ahead");
    } finally {
      this.#ahead -= 1;
    }
  }

  async #program(taskId: bigint, signal: AbortSignal): Promise<void> {
    const { contracts, deployment, executor } = this.desk;
    const { terms } = await readOrder(contracts.tasks, taskId, deployment.deployedAtBlock);
    const bundle = await fetchBundle(terms, { signal });
    await executor.execute(bundle, String(terms.inputRoot), this.logger.child({ taskId: taskId.toString() }), signal);
  }

  async #run(taskId: bigint, signal: AbortSignal): Promise<void> {
    const { contracts, deployment, executor } = this.desk;
    const { machines } = contracts;
    const { terms } = await readOrder(machines, taskId, deployment.deployedAtBlock);
    const { codeHash } = await readMachineProgram(machines, taskId, deployment.deployedAtBlock);
    const bundle = await fetchMachineBundle(terms, codeHash, { signal });
    await executor.run(bundle, String(terms.bundleHash), signal);
  }

  #marketOf(game: GameName) {
    return { results: this.desk.contracts.tasks, runs: this.desk.contracts.machines }[game];
  }
}
