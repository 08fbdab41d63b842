import { areWordsHidden, claimIdOf, type PostedClaim, readClaim } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";

import type { Attempt } from "../AgentStore.js";
import type { ResultFile } from "./ResultStore.js";

interface Parts {
  readonly contracts: Contracts;
  readonly deployedAtBlock: number;
  /** Time of the chain. */
  readonly now: () => Promise<number>;
  /** How long an answer of the chain is good for, ms. */
  readonly pollMs: number;
}

/** When the words of one's own results may be shown: not while their checkers could copy them. */
export class Publication {
  readonly #parts: Parts;
  readonly #claims = new Map<bigint, PostedClaim>();
  readonly #public = new Set<bigint>();
  /** Claims that were asked about a moment ago: a crowd that asks costs the chain's node one answer. */
  readonly #asked = new Map<bigint, { readonly at: number; readonly answer: Promise<boolean> }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether a file of an attempt whose result was claimed may be served. */
  async isPublic({ kind, taskId, attempt }: Attempt, file: ResultFile): Promise<boolean> {
    if (kind !== "task") return true;
    const claimId = claimIdOf(taskId, attempt);
    const posted = await this.#posted(claimId);
    if (posted === undefined) return false;
    // Checkers open words of the body; only where there is none, those of the output.
    const isOpened = file === "body" || posted.claim.header.bodyWords === 0n;
    return !isOpened || (await this.#areShown(posted));
  }

  async #posted(claimId: bigint): Promise<PostedClaim | undefined> {
    const { contracts, deployedAtBlock } = this.#parts;
    const known = this.#claims.get(claimId);
    if (known !== undefined) return known;
    if ((await contracts.claims.stateOf(claimId)) === 0n) return undefined;
    const [read] = await readClaim(contracts.claims, { claimId, fromBlock: deployedAtBlock });
    if (read !== undefined) this.#claims.set(claimId, read);
    return read;
  }

  async #areShown(posted: PostedClaim): Promise<boolean> {
    const { claimId } = posted;
    if (this.#public.has(claimId)) return true;
    const asked = this.#asked.get(claimId);
    if (asked !== undefined && Date.now() - asked.at < this.#parts.pollMs) return await asked.answer;
    const { contracts, now } = this.#parts;
    const answer = now().then(async (time) => !(await areWordsHidden(contracts, posted, time)));
    this.#asked.set(claimId, { at: Date.now(), answer });
    const areShown = await answer;
    if (areShown) {
      this.#public.add(claimId);
      this.#asked.delete(claimId);
    }
    return areShown;
  }
}
