import { type Region, WORD_BYTES } from "@millrace/tensor";
import { getBytes } from "ethers";

import type { DemandFacts } from "../DemandHistory.js";
import type { ChunkDesk } from "./ChunkDesk.js";
import { chunkWords } from "./chunks.js";

/** `MAX_DEMANDS` of the games: so many may wait of the buyer's, and as many of all others'. */
const MAX_WAITING = 8;

/** How far a region has been had by demands. */
export interface Retrieval {
  /** Chunks to demand now. */
  readonly ask: readonly number[];
  /** Chunks that the provider can still show. */
  readonly waiting: readonly DemandFacts[];
  /** Chunks that it did not show in time: one of them ends the claim. */
  readonly overdue: readonly DemandFacts[];
  /** How many chunks there are, as far as is known. */
  readonly chunks: number;
  readonly shown: number;
  /** All that was asked for, once it is shown; what follows is zero. */
  readonly bytes: Uint8Array | undefined;
}

/** Looks at the demands for a region: the chain keeps them, and what was shown to anyone is shown to all. */
export async function retrievalOf(
  desk: ChunkDesk,
  region: Region,
  { block, now, account }: { readonly block: number; readonly now: number; readonly account: string },
): Promise<Retrieval> {
  const demands = await desk.demands(block);
  const mine = demands.filter((demand) => demand.region === (region as number));
  const chunkBytes = chunkWords(desk.depthOf(region)) * WORD_BYTES;
  const wordsOf = (chunk: number): Uint8Array | undefined => {
    const words = mine.find((demand) => demand.chunk === chunk)?.words;
    return words && Uint8Array.from(words.flatMap((word) => [...getBytes(word)]));
  };
  const used = desk.usedBytes(region, wordsOf(0));
  const chunks = used === undefined ? 1 : Math.max(1, Math.ceil(used / chunkBytes));
  const shown = Array.from({ length: chunks }, (_, chunk) => wordsOf(chunk));
  const open = mine.filter(({ words, chunk }) => words === undefined && chunk < chunks);
  const isBuyer = account === desk.buyer;
  const places =
    MAX_WAITING -
    demands.filter((demand) => demand.words === undefined && (demand.account === desk.buyer) === isBuyer).length;
  const unasked = shown.flatMap((words, chunk) =>
    words === undefined && !mine.some((demand) => demand.chunk === chunk) ? [chunk] : [],
  );
  const isWhole = used !== undefined && shown.every((words) => words !== undefined);
  return {
    ask: now > desk.windowEndsAt ? [] : unasked.slice(0, Math.max(0, places)),
    waiting: open.filter(({ answerBy }) => now <= answerBy),
    overdue: open.filter(({ answerBy }) => now > answerBy),
    chunks,
    shown: shown.filter((words) => words !== undefined).length,
    bytes: isWhole ? Buffer.concat(shown).subarray(0, used) : undefined,
  };
}
