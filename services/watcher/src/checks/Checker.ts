import { BeaconRecorder, type Logger } from "@millrace/sdk";

import type { Desk } from "../Desk.js";
import { OpenClaims } from "../OpenClaims.js";
import { type PostedName, WatcherStore } from "../WatcherStore.js";
import { Duty } from "./Duty.js";
import { ResultAssignment } from "./ResultAssignment.js";
import { RunAssignment } from "./RunAssignment.js";

const ASSIGNMENTS = { results: ResultAssignment, runs: RunAssignment } as const;

/** Claims about which a checker may have something to do, one duty each. */
export class Checker {
  readonly #store: WatcherStore;
  readonly #recorder: BeaconRecorder;
  readonly #claims: OpenClaims;

  constructor(
    private readonly desk: Desk,
    private readonly logger: Logger,
    dataDir: string,
  ) {
    const store = new WatcherStore(dataDir, "checks.sqlite");
    this.#store = store;
    this.#recorder = new BeaconRecorder(desk);
    const follow = (claim: PostedName): Promise<void> => this.#follow(claim);
    this.#claims = new OpenClaims({ store, follow, logger: logger.child({ part: "checks" }), signal: desk.signal });
  }

  /** Takes in claims that were posted up to a block, and goes on with all that are not finished with. */
  watch(claims: readonly PostedName[], nextBlock: number): void {
    this.#store.addClaims(claims, nextBlock);
    this.#claims.advance();
  }

  /** Waits for what is under way, after the signal to stop. */
  async end(): Promise<void> {
    await this.#claims.idle();
    this.#store.close();
  }

  async #follow(claim: PostedName): Promise<void> {
    const { game, claimId, block } = claim;
    const assignment = await ASSIGNMENTS[game].of(this.desk, claimId, block);
    // A chain that was taken back has other claims.
    const outcome =
      assignment === undefined
        ? "not drawn"
        : await new Duty(this.desk, this.#recorder, claimId, assignment, this.logger.child({ game })).follow();
    if (outcome !== undefined) this.#store.setStatus(claim, "closed", outcome);
  }
}
