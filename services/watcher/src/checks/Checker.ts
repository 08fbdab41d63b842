import { BeaconRecorder, connectContracts, type Logger, MillraceError } from "@millrace/sdk";

import type { Desk } from "../Desk.js";
import { keyOf, type PostedName, WatcherStore } from "../WatcherStore.js";
import { Duty } from "./Duty.js";
import { ResultAssignment } from "./ResultAssignment.js";
import { RunAssignment } from "./RunAssignment.js";

const ASSIGNMENTS = { results: ResultAssignment, runs: RunAssignment } as const;

/** Claims about which a checker may have something to do, one duty each. */
export class Checker {
  readonly #store: WatcherStore;
  readonly #recorder: BeaconRecorder;
  readonly #running = new Map<string, Promise<void>>();

  constructor(
    private readonly desk: Desk,
    private readonly logger: Logger,
    dataDir: string,
  ) {
    this.#store = new WatcherStore(dataDir, "checks.sqlite");
    const contracts = connectContracts(desk.deployment, desk.provider);
    this.#recorder = new BeaconRecorder({ contracts, provider: desk.provider, sender: desk.sender });
  }

  /** How claims ended, by number. */
  get counts(): Record<string, number> {
    return this.#store.counts();
  }

  /** Takes in claims that were posted up to a block, and goes on with all that are not finished with. */
  watch(claims: readonly PostedName[], nextBlock: number): void {
    this.#store.addClaims(claims, nextBlock);
    for (const { game, claimId, block } of this.#store.open()) {
      const name = { game, claimId, block };
      if (!this.#running.has(keyOf(name))) this.#running.set(keyOf(name), this.#follow(name));
    }
  }

  /** Waits for what is under way, after the signal to stop. */
  async end(): Promise<void> {
    await Promise.all(this.#running.values());
    this.#store.close();
  }

  async #follow(name: PostedName): Promise<void> {
    const { game, claimId, block } = name;
    try {
      const assignment = await ASSIGNMENTS[game].of(this.desk, claimId, block);
      // A chain that was taken back has other claims.
      const outcome =
        assignment === undefined
          ? "not drawn"
          : await new Duty(this.desk, this.#recorder, claimId, assignment, this.logger.child({ game })).follow();
      if (outcome !== undefined) this.#store.setStatus(name, "closed", outcome);
    } catch (error) {
      // It stays open in the store: the next round takes it up again.
      const reason = error instanceof MillraceError ? error.sentence : String(error);
      if (!this.desk.signal.aborted) this.logger.warn({ game, claimId, reason }, "check interrupted");
    } finally {
      this.#running.delete(keyOf(name));
    }
  }
}
