import type { SlotTree } from "./SlotTree.js";

/** Trees that are kept, however small they are. */
const MAX_TREES = 8;

/** Trees of slots that are at hand: those that came last. */
export class KeptTrees {
  private readonly trees = new Map<string, SlotTree>();

  /** @param maxNodes nodes in all of them but the newest */
  constructor(private readonly maxNodes: number) {}

  /** The tree of a slot, if it is kept. */
  of(epoch: number, slot: number): SlotTree | undefined {
    return this.trees.get(`${epoch}/${slot}`);
  }

  /** Builds a tree and keeps it. What is too much beside it goes first, so that memory never has both. */
  keep(epoch: number, slot: number, build: () => SlotTree): SlotTree {
    let nodes = 0;
    for (const { count } of this.trees.values()) nodes += count;
    for (const [oldest, { count }] of this.trees) {
      if (this.trees.size < MAX_TREES && nodes <= this.maxNodes) break;
      nodes -= count;
      this.trees.delete(oldest);
    }
    const tree = build();
    this.trees.set(`${epoch}/${slot}`, tree);
    return tree;
  }
}
