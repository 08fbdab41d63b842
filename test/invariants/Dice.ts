/** Random choices of one action: the same seed gives the same action on every machine. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from `min` to `max`, both possible (mulberry32). */
  int(min: number, max: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const share = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return min + Math.floor(share * (max - min + 1));
  }

  /** One of a list, which is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)];
  }

  chance(percent: number): boolean {
    return this.int(1, 100) <= percent;
  }

  /** An amount up to `max`, odd to the last digit. */
  amount(max: bigint): bigint {
    return (max * BigInt(this.int(0, 1_000_000))) / 1_000_000n + BigInt(this.int(0, 9));
  }

  bits(count: number): bigint {
    return BigInt(this.int(0, 2 ** count - 1));
  }
}
