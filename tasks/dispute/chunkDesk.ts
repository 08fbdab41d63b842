import type { ChunkDesk } from "@millrace/jobs";
import { ResultChunks, RunChunks } from "@millrace/jobs";

import type { KnownClaim } from "./claimOf.js";

/** Demands for the data of a claim of either kind. */
export function chunkDesk(known: KnownClaim): ChunkDesk {
  return known.market === "dispute"
    ? new ResultChunks(known.game, known.posted)
    : new RunChunks(known.game, known.posted);
}
