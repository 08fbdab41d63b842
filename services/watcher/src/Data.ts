import {
  type ChunkDesk,
  type DataTerms,
  fetchFiles,
  fetchJobFile,
  type JobFiles,
  publishedOutput,
  type Whereabouts,
} from "@millrace/jobs";
import type { Logger } from "@millrace/sdk";
import { Region } from "@millrace/tensor";

import { Demands } from "./Demands.js";
import type { Desk } from "./Desk.js";
import { DataDemandedError, type Shown } from "./Suit.js";

interface Claim {
  readonly chunks: ChunkDesk;
  readonly windowSeconds: number;
  readonly whereabouts: Whereabouts;
}

/** How the files of an order are read. */
export interface Reader<Bundle> {
  /** Throws unless the job file is the order's. */
  readonly assertJob: (job: Uint8Array) => void;
  readonly read: (files: JobFiles) => Bundle;
  /** The input in the region that holds it. */
  readonly unframe: (region: Uint8Array) => Uint8Array;
}

/** The data of one claim: from the hosts that should have them, or else from the chain. */
export class Data {
  readonly #demands: Demands;
  #isShown = false;

  constructor(
    private readonly desk: Desk,
    private readonly claim: Claim,
  ) {
    this.#demands = new Demands(desk, claim.chunks, claim.windowSeconds);
  }

  /**
   * What an order's files hold. Only the buyer can host the program; an input that it does not host, or not as ordered, its
   * provider must have.
   */
  async bundle<Bundle>(
    terms: DataTerms,
    { assertJob, read, unframe }: Reader<Bundle>,
    { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
  ): Promise<Bundle> {
    try {
      return read(await fetchFiles(terms, { signal, maxBytes: this.claim.chunks.maxBytes(Region.Input) }));
    } catch (error) {
      const job = await fetchJobFile(terms, { signal });
      // Nothing is paid for an input that would be good for nothing.
      assertJob(job);
      const { bytes, isPending } = await this.#demands.step(Region.Input, logger);
      if (bytes !== undefined) return read({ job, input: unframe(bytes) });
      if (isPending) throw new DataDemandedError(this.claim.chunks.claimId);
      throw error;
    }
  }

  /** Whether the result can be had; what its provider does not serve is demanded. */
  async isOutputShown(logger: Logger): Promise<Shown> {
    const { looks, signal } = this.desk;
    const { chunks, whereabouts } = this.claim;
    const look = (): ReturnType<typeof publishedOutput> => publishedOutput(chunks, whereabouts, { signal });
    this.#isShown ||= "bytes" in (await looks.run(look));
    if (this.#isShown) return "yes";
    const { bytes, isPending } = await this.#demands.step(Region.Output, logger);
    if (bytes !== undefined) return "yes";
    return isPending ? "pending" : "no";
  }
}
