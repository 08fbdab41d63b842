const PAGE_BITS = 12n;
const PAGE = 2 ** Number(PAGE_BITS);
const WITHIN = BigInt(PAGE - 1);

/** A number, not zero, for each of many nodes: four bytes each where nodes follow each other, as they do. */
export class NodeNumbers {
  private readonly pages = new Map<number, Uint32Array>();
  private count = 0;

  /** Nodes that have one. */
  get size(): number {
    return this.count;
  }

  has(nodeId: bigint): boolean {
    return this.get(nodeId) !== 0;
  }

  /** The number of a node, zero for none. */
  get(nodeId: bigint): number {
    return this.pages.get(Number(nodeId >> PAGE_BITS))?.[Number(nodeId & WITHIN)] ?? 0;
  }

  set(nodeId: bigint, value: number): void {
    const number = Number(nodeId >> PAGE_BITS);
    const page = this.pages.get(number) ?? new Uint32Array(PAGE);
    this.pages.set(number, page);
    const at = Number(nodeId & WITHIN);
    if (page[at] === 0) this.count++;
    page[at] = value;
  }

  /** Nodes that have one, ascending. */
  *nodeIds(): Generator<bigint> {
    for (const number of [...this.pages.keys()].sort((a, b) => a - b)) {
      const page = this.pages.get(number) ?? [];
      for (let at = 0; at < page.length; at++) if (page[at] !== 0) yield (BigInt(number) << PAGE_BITS) | BigInt(at);
    }
  }
}
