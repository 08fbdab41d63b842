/** Number of slots that are up. */
export function countUp(bitmap: bigint): number {
  let count = 0;
  for (let rest = bitmap; rest !== 0n; rest >>= 32n) count += popcount32(Number(rest & 0xffffffffn));
  return count;
}

function popcount32(word: number): number {
  let x = word;
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}
