import { BITMAP_BYTES } from "@millrace/uptime-tree/format";

import type { ObservationRoots } from "../store/EvidenceStore.js";

const WORD_BYTES = 4;

/** A node in a batch that an observation lists, and whose bitmap in the same observation has the slot down. */
export interface HiddenSighting {
  readonly nodeId: bigint;
  readonly slot: number;
}

/**
 * The first node that an observation hides, lowest slot first, as far as this member can know: where both list one
 * root, both batches have the same entries, and this member's own bitmaps say which. Entries of another root are known
 * to its attestor and to nodes with receipts alone. A million nodes are eight million words, of which most are not read.
 * @param sightingsOf the bitmaps of either; asked only if there is something to compare
 */
export function findHiddenSighting(
  own: ObservationRoots,
  other: ObservationRoots,
  sightingsOf: (observation: ObservationRoots) => Uint8Array,
): HiddenSighting | undefined {
  const words = sharedSlots(own.batchRoots, other.batchRoots);
  if (words.length === 0) return undefined;
  const [mine, theirs] = [viewOf(sightingsOf(own)), viewOf(sightingsOf(other))];
  // A node that is not in both has no place in one of them.
  const end = Math.min(mine.byteLength, theirs.byteLength);
  for (let at = 0; at < end; at += BITMAP_BYTES) {
    for (const { offset, mask } of words) {
      const hidden = mine.getUint32(at + offset) & ~theirs.getUint32(at + offset) & mask;
      if (hidden === 0) continue;
      const lowest = 31 - Math.clz32(hidden & -hidden);
      return { nodeId: BigInt(at / BITMAP_BYTES + 1), slot: lowest + 8 * (BITMAP_BYTES - WORD_BYTES - offset) };
    }
  }
  return undefined;
}

/** Slots for which both list the same batch, as the words of a bitmap in which there are any, lowest slots first. */
function sharedSlots(own: Uint8Array, other: Uint8Array): { offset: number; mask: number }[] {
  const masks = new Array<number>(BITMAP_BYTES / WORD_BYTES).fill(0);
  for (let slot = 0; slot * 32 < Math.min(own.length, other.length); slot++) {
    const root = own.subarray(32 * slot, 32 * slot + 32);
    const isShared = root.some((byte) => byte !== 0) && root.every((byte, i) => byte === other[32 * slot + i]);
    if (isShared) masks[slot >> 5] = (masks[slot >> 5] ?? 0) | (1 << (slot & 31));
  }
  return masks
    .map((mask, word) => ({ offset: BITMAP_BYTES - WORD_BYTES * (word + 1), mask }))
    .filter(({ mask }) => mask !== 0);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
