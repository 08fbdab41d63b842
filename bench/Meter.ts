import type { Connection } from "../test/support/deployMillrace.js";

/** Gas of whole transactions by operation. Each block of the chain has one transaction, so a block's gas is its. */
export class Meter {
  readonly samples = new Map<string, number[]>();

  constructor(private readonly connection: Connection) {}

  /** Carries out one operation whose last transaction is the one that counts. */
  async measure<T>(operation: string, act: () => Promise<T>): Promise<T> {
    const result = await act();
    const block = await this.connection.ethers.provider.getBlock("latest");
    if (block?.transactions.length !== 1) throw new Error(`${operation} is not alone in its block`);
    const samples = this.samples.get(operation) ?? [];
    this.samples.set(operation, [...samples, Number(block.gasUsed)]);
    return result;
  }

  /** Carries out many items in one transaction; what counts is its gas for one of them, rounded up. */
  async measureEach<T>(operation: string, items: number, act: () => Promise<T>): Promise<T> {
    const result = await this.measure(operation, act);
    const samples = this.samples.get(operation) ?? [];
    const total = samples.pop() ?? 0;
    samples.push(Math.ceil(total / items));
    return result;
  }

  medians(): Record<string, number> {
    const entries = [...this.samples].map(([operation, samples]) => [operation, median(samples)] as const);
    return Object.fromEntries(entries);
  }
}

/** The middle one; of an even number the higher of the two in the middle. */
function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}
