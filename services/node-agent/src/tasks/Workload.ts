/** What an agent has taken and not yet handed in, over all markets: a node's units are the same whoever asks for them. */
export class Workload {
  readonly #working = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly most: number) {}

  /** Jobs between acceptance and submission. */
  get size(): number {
    return this.#working.size;
  }

  get isFull(): boolean {
    return this.#working.size >= this.most;
  }

  begin(kind: string, id: bigint): void {
    this.#working.add(`${kind}:${id.toString()}`);
  }

  end(kind: string, id: bigint): void {
    this.#working.delete(`${kind}:${id.toString()}`);
  }

  /** Takes jobs one after the other: two at once would reckon with the same free units. */
  async inTurn(take: () => Promise<void>): Promise<void> {
    const taking = this.#tail.then(take);
    this.#tail = taking.catch(() => undefined);
    await taking;
  }
}
