import type { Progress } from "./Progress.js";
import { NODE_BYTES, type FileFields } from "./readDataFile.js";
import { encode, keccak, numberOf, WORD } from "./words.js";
import { WrongFileError } from "./WrongFileError.js";

/** Active, and has passed its capacity proofs. */
const EARNS = 3;
const MAX_REWARD = 2n ** 128n - 1n;
const MAX_TOTAL_POINTS = 2n ** 96n - 1n;
/** Nodes after which progress is told. */
const OFTEN = 4_096;

/** Hashes of a report's leaves, and the points of all nodes. @throws {WrongFileError} */
export function leavesOf(file: FileFields, progress?: Progress): { leaves: Uint8Array; totalPoints: bigint } {
  const bitmaps = slotsUp(file);
  const points = Array.from({ length: file.nodeCount }, (_, index) => pointsOf(file, index, bitmaps));
  const totalPoints = points.reduce((sum, own) => sum + own, 0n);
  if (totalPoints > MAX_TOTAL_POINTS) throw new WrongFileError("there are more points than a report can hold");

  const leaves = new Uint8Array(WORD * file.nodeCount);
  let pointsBefore = 0n;
  points.forEach((own, index) => {
    const provider = nodeOf(file, index).subarray(0, 20);
    const bitmap = bitmaps.subarray(WORD * index, WORD * (index + 1));
    const share = totalPoints === 0n ? 0n : (file.pot * own) / totalPoints;
    const reward = numberOf(nodeOf(file, index).subarray(27)) + share;
    if (reward > MAX_REWARD) throw new WrongFileError(`the reward of node ${index + 1} is more than a leaf can hold`);
    const leaf = encode([file.epoch, index, index + 1, provider, bitmap, own, pointsBefore, reward]);
    leaves.set(keccak(keccak(leaf)), WORD * index);
    pointsBefore += own;
    if (index % OFTEN === 0) progress?.("leaves", index / file.nodeCount);
  });
  return { leaves, totalPoints };
}

/** For each node a word of the slots that at least `threshold` observations have up. */
function slotsUp({ observations, nodeCount, slots, threshold }: FileFields): Uint8Array {
  const up = new Uint8Array(WORD * nodeCount);
  for (let slot = 0; slot < slots; slot++) {
    // Slot 0 is the lowest bit of a word, and words are big-endian.
    const [byte, bit] = [WORD - 1 - (slot >> 3), 1 << (slot & 7)];
    for (let at = byte; at < up.length; at += WORD) {
      let seen = 0;
      for (const { sightings } of observations) if (((sightings[at] ?? 0) & bit) !== 0) seen++;
      if (seen >= threshold) up[at] = (up[at] ?? 0) | bit;
    }
  }
  return up;
}

function pointsOf(file: FileFields, index: number, bitmaps: Uint8Array): bigint {
  const node = nodeOf(file, index);
  const flags = node[26] ?? 0;
  if (flags > EARNS) throw new WrongFileError(`node ${index + 1} has flags that mean nothing`);
  if (flags !== EARNS) return 0n;
  let slots = 0;
  for (let at = WORD * index; at < WORD * (index + 1); at++)
    for (let rest = bitmaps[at] ?? 0; rest !== 0; rest >>= 1) slots += rest & 1;
  return numberOf(node.subarray(20, 22)) * numberOf(node.subarray(22, 26)) * BigInt(slots);
}

function nodeOf({ nodes }: FileFields, index: number): Uint8Array {
  return nodes.subarray(NODE_BYTES * index, NODE_BYTES * (index + 1));
}
