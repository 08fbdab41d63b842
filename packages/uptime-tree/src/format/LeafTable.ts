import { treeOf, type StandardTree } from "./StandardTree.js";
import type { NodeTable } from "./NodeTable.js";
import { BITMAP_BYTES, bitmapOf, type Sightings } from "./Sightings.js";
import { encodeWords, leafValues, type Leaf } from "./Leaf.js";

/** Bytes of a leaf's ABI encoding: eight words. */
export const LEAF_BYTES = 256;

/** What the leaves of an epoch follow from. */
export interface AggregationFacts {
  readonly epoch: number;
  readonly slotsPerEpoch: number;
  /** Observations that must have a slot up for it to be up, `Attestors.setOf(epoch).threshold`. */
  readonly threshold: number;
  /** MILL for the nodes, `Settlement.potOf(epoch).availability`. */
  readonly pot: bigint;
  readonly nodes: NodeTable;
}

/** The leaves of a report, in columns. */
export class LeafTable {
  readonly totalPoints: bigint;

  private constructor(
    readonly epoch: number,
    private readonly nodes: NodeTable,
    readonly bitmaps: Sightings,
    private readonly points: readonly bigint[],
    private readonly pointsBefore: readonly bigint[],
    private readonly rewards: readonly bigint[],
    totalPoints: bigint,
  ) {
    this.totalPoints = totalPoints;
  }

  /**
   * The deterministic function that every member signs. A slot is up if and only if at least `threshold` of the
   * observations have it up; points are units · class weight · slots up, zero for a node that was not active or had
   * not passed; the pot is shared by points, rounded down.
   */
  static aggregate(facts: AggregationFacts, observations: readonly Sightings[]): LeafTable {
    const { nodes, pot } = facts;
    const bitmaps = slotsSeen(observations, facts.threshold, facts.slotsPerEpoch, nodes.count);
    const points: bigint[] = [];
    const pointsBefore: bigint[] = [];
    let totalPoints = 0n;
    for (let index = 0; index < nodes.count; index++) {
      const own = nodes.pointsPerSlot(index) * BigInt(countSlots(bitmaps, index));
      points.push(own);
      pointsBefore.push(totalPoints);
      totalPoints += own;
    }
    const rewards = points.map((own, index) => (nodes.rewardsBefore[index] ?? 0n) + shareDown(pot, own, totalPoints));
    return new LeafTable(facts.epoch, nodes, bitmaps, points, pointsBefore, rewards, totalPoints);
  }

  get count(): number {
    return this.nodes.count;
  }

  /** @param index number of the node less one */
  leaf(index: number): Leaf {
    if (!(index in this.points)) throw new RangeError(`the report has no leaf ${index}`);
    return {
      epoch: this.epoch,
      index,
      nodeId: BigInt(index + 1),
      provider: this.nodes.provider(index),
      bitmap: bitmapOf(this.bitmaps, index + 1),
      points: this.points[index] ?? 0n,
      pointsBefore: this.pointsBefore[index] ?? 0n,
      rawCumulativeReward: this.rewards[index] ?? 0n,
    };
  }

  /** `rawCumulativeReward` of a leaf. @param index number of the node less one */
  reward(index: number): bigint {
    return this.rewards[index] ?? 0n;
  }

  /** Writes the ABI encoding of a leaf, `LEAF_BYTES` long, into bytes that are zero. @param index number of the node less one */
  write(index: number, view: DataView, at: number): void {
    view.setUint32(at + 28, this.epoch);
    view.setUint32(at + 60, index);
    view.setUint32(at + 92, index + 1);
    for (let byte = 0; byte < 20; byte++) view.setUint8(at + 108 + byte, this.nodes.providers[20 * index + byte] ?? 0);
    for (let byte = 0; byte < BITMAP_BYTES; byte++)
      view.setUint8(at + 128 + byte, this.bitmaps[BITMAP_BYTES * index + byte] ?? 0);
    putUint128(view, at + 176, this.points[index] ?? 0n);
    putUint128(view, at + 208, this.pointsBefore[index] ?? 0n);
    putUint128(view, at + 240, this.rewards[index] ?? 0n);
  }

  /** The report's tree. */
  tree(): StandardTree {
    return treeOf(this.count, (index) => encodeWords(leafValues(this.leaf(index))));
  }
}

function putUint128(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, value >> 64n);
  view.setBigUint64(at + 8, BigInt.asUintN(64, value));
}

/** Reward for some points, rounded down. All rewards together never exceed the pot. */
export function shareDown(pot: bigint, points: bigint, totalPoints: bigint): bigint {
  return totalPoints === 0n ? 0n : (pot * points) / totalPoints;
}

/**
 * Slots that at least `threshold` of the observations have up, for all nodes. Counters are bit-sliced: slice k holds
 * bit k of the counts of 32 slots, so a word of 32 slots is counted at once.
 */
export function slotsSeen(
  observations: readonly Sightings[],
  threshold: number,
  slotsPerEpoch: number,
  nodeCount: number,
): Sightings {
  if (threshold < 1) throw new RangeError("somebody must have seen a slot");
  const size = nodeCount * BITMAP_BYTES;
  if (observations.some(({ length }) => length !== size)) throw new RangeError("an observation is of other nodes");
  const views = observations.map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const seen = new Uint8Array(size);
  const result = new DataView(seen.buffer);
  const slices = new Uint32Array(32 - Math.clz32(views.length));
  for (let at = 0; at < size; at += 4) {
    slices.fill(0);
    for (const view of views) {
      let carry = view.getUint32(at);
      for (let k = 0; carry !== 0; k++) {
        const slice = slices[k] ?? 0;
        slices[k] = slice ^ carry;
        carry &= slice;
      }
    }
    // Slots 255 to 224 come first.
    const lowest = 224 - (at % BITMAP_BYTES) * 8;
    result.setUint32(at, atLeast(slices, threshold) & slotMask(slotsPerEpoch - lowest));
  }
  return seen;
}

/** Bits whose count is at least `threshold`: from the highest slice down, equal so far or greater already. */
function atLeast(slices: Uint32Array, threshold: number): number {
  if (threshold >= 2 ** slices.length) return 0;
  let greater = 0;
  let equal = -1;
  for (let k = slices.length - 1; k >= 0; k--) {
    const slice = slices[k] ?? 0;
    if (((threshold >> k) & 1) === 1) {
      equal &= slice;
    } else {
      greater |= equal & slice;
      equal &= ~slice;
    }
  }
  return greater | equal;
}

function slotMask(slots: number): number {
  if (slots <= 0) return 0;
  return slots >= 32 ? -1 : 2 ** slots - 1;
}

function countSlots(bitmaps: Sightings, index: number): number {
  let count = 0;
  for (let at = index * BITMAP_BYTES; at < (index + 1) * BITMAP_BYTES; at++) {
    for (let rest = bitmaps[at] ?? 0; rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}
