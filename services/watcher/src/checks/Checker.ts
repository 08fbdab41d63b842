import { BeaconRecorder, connectContracts, type Logger, MillraceError } from "@millrace/sdk";

import type { Desk } from "../Desk.js";
import { WatcherStore } from "../WatcherStore.js";
import { Duty } from "./Duty.js";

/** The game whose claims are checked. */
const GAME = "results";

/** Claims about which a checker may have something to do, one duty each. */
export class Checker {
  readonly #store: WatcherStore;
  readonly #recorder: BeaconRecorder;
  readonly #running = new Map<bigint, Promise<void>>();

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
  watch(claims: readonly { claimId: bigint; block: number }[], nextBlock: number): void {
    this.#store.addClaims(
      claims.map(({ claimId, block }) => ({ game: GAME, claimId, block })),
      nextBlock,
    );
    for (const { claimId, block } of this.#store.open()) {
      if (!this.#running.has(claimId)) this.#running.set(claimId, this.#follow(claimId, block));
    }
  }

  /** Waits for what is under way, after the signal to stop. */
  async end(): Promise<void> {
    await Promise.all(this.#running.values());
    this.#store.close();
  }

  async #follow(claimId: bigint, block: number): Promise<void> {
    try {
      const outcome = await new Duty(this.desk, this.#recorder, claimId, block, this.logger).follow();
      if (outcome !== undefined) this.#store.setStatus({ game: GAME, claimId }, "closed", outcome);
    } catch (error) {
      // It stays open in the store: the next round takes it up again.
      const reason = error instanceof MillraceError ? error.sentence : String(error);
      if (!this.desk.signal.aborted) this.logger.warn({ claimId, reason }, "check interrupted");
    } finally {
      this.#running.delete(claimId);
    }
  }
}
