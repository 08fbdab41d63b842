import { concat, keccak256, ZeroHash } from "ethers";

/** A 32-byte word or hash, as a hex string. */
export type Word = string;

/** Height of leaves: words of one, as a logarithm. Words have height 0, and between the two there is nothing. */
const LEAF_LOG2 = 3;

/** A leaf of words, or a node over two. */
export const hashWords = (words: readonly Word[]): Word => keccak256(concat(words));

export const hashPair = (left: Word, right: Word): Word => hashWords([left, right]);

/** Levels from a height of a tree to the next one above. */
const stepAbove = (height: number): number => (height === 0 ? LEAF_LOG2 : 1);

/** Nodes over all of a level, and their height. */
export function levelAbove(nodes: readonly Word[], height: number): { nodes: Word[]; height: number } {
  const count = 2 ** stepAbove(height);
  const above = Array.from({ length: nodes.length / count }, (_, i) =>
    hashWords(nodes.slice(count * i, count * (i + 1))),
  );
  return { nodes: above, height: height + stepAbove(height) };
}

/** Nodes over zeros, by height. */
const zeroNodes: Word[] = [ZeroHash];

function zeroNode(height: number): Word {
  for (let [h, step] = [0, LEAF_LOG2]; h < height; h += step, step = 1) {
    zeroNodes[h + step] ??= hashWords(Array.from({ length: 2 ** step }, () => zeroNodes[h]!));
  }
  return zeroNodes[height]!;
}

export const depthOf = (words: number): number => (words <= 1 ? 0 : Math.ceil(Math.log2(words)));

/** Root of a power of two of words, a leaf at least. */
export function rootOf(words: readonly Word[]): Word {
  let level = levelAbove(words, 0);
  while (level.nodes.length > 1) level = levelAbove(level.nodes, level.height);
  return level.nodes[0]!;
}

/** Root over a power of two of leaves that are not hashed: what the memories of machines have. */
export function pairedRoot(leaves: readonly Word[]): Word {
  let level = leaves;
  while (level.length > 1) level = levelAbove(level, LEAF_LOG2).nodes;
  return level[0]!;
}

/** What a player of the game needs of a tree. */
export interface Tree {
  readonly depth: number;
  /** A word, or a node at the height of leaves or above. */
  node(height: number, position: number): Word;
}

/** Siblings of a node or of `2^height` words of a leaf, bottom up. */
export function siblingsOf(tree: Tree, height: number, position: number, toHeight = tree.depth): Word[] {
  const siblings: Word[] = [];
  let [h, p] = [height, position];
  if (h < LEAF_LOG2) {
    const [first, end] = [p * 2 ** h, (p + 1) * 2 ** h];
    [h, p] = [LEAF_LOG2, Math.floor(first / 2 ** LEAF_LOG2)];
    for (let i = p * 2 ** LEAF_LOG2; i < (p + 1) * 2 ** LEAF_LOG2; i++) {
      if (i < first || i >= end) siblings.push(tree.node(0, i));
    }
  }
  for (; h < toHeight; h++, p = Math.floor(p / 2)) siblings.push(tree.node(h, p % 2 === 0 ? p + 1 : p - 1));
  return siblings;
}

/** A tree of words of which only those that are not zero are kept: the reference that the contracts are tested against. */
export class WordTree implements Tree {
  readonly #levels = new Map<number, Map<number, Word>>();

  constructor(
    readonly depth: number,
    words: ReadonlyMap<number, Word>,
  ) {
    this.#levels.set(0, new Map([...words].filter(([, word]) => word !== ZeroHash)));
    for (let below = 0, step = LEAF_LOG2; below < depth; below += step, step = 1) {
      const parents = new Set([...this.#levels.get(below)!.keys()].map((at) => Math.floor(at / 2 ** step)));
      const children = (parent: number): Word[] =>
        Array.from({ length: 2 ** step }, (_, i) => this.node(below, parent * 2 ** step + i));
      this.#levels.set(below + step, new Map([...parents].map((parent) => [parent, hashWords(children(parent))])));
    }
  }

  get root(): Word {
    return this.node(this.depth, 0);
  }

  node(height: number, position: number): Word {
    const level = this.#levels.get(height);
    if (level === undefined) throw new RangeError(`the tree has no nodes of height ${height}`);
    return level.get(position) ?? zeroNode(height);
  }
}
