import { concat, keccak256, ZeroHash } from "ethers";

/** A 32-byte word or hash, as a hex string. */
export type Word = string;

export const hashPair = (left: Word, right: Word): Word => keccak256(concat([left, right]));

/** Roots of trees of zeros, by depth. */
const zeroNodes: Word[] = [ZeroHash];

export function zeroNode(height: number): Word {
  for (let h = zeroNodes.length; h <= height; h++) zeroNodes.push(hashPair(zeroNodes[h - 1]!, zeroNodes[h - 1]!));
  return zeroNodes[height]!;
}

export const depthOf = (words: number): number => (words <= 1 ? 0 : Math.ceil(Math.log2(words)));

/** Root of a power of two of leaves. */
export function rootOf(leaves: readonly Word[]): Word {
  if (leaves.length === 1) return leaves[0]!;
  const half = leaves.length / 2;
  return hashPair(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

/** What a player of the game needs of a tree. */
export interface Tree {
  readonly depth: number;
  node(height: number, position: number): Word;
}

/** Siblings of a node, bottom up. */
export function siblingsOf(tree: Tree, height: number, position: number, toHeight = tree.depth): Word[] {
  const siblings: Word[] = [];
  for (let h = height, p = position; h < toHeight; h++, p = Math.floor(p / 2)) {
    siblings.push(tree.node(h, p % 2 === 0 ? p + 1 : p - 1));
  }
  return siblings;
}

/** A tree of words of which only those that are not zero are kept: the reference that the contracts are tested against. */
export class WordTree implements Tree {
  readonly #levels: Map<number, Word>[];

  constructor(
    readonly depth: number,
    words: ReadonlyMap<number, Word>,
  ) {
    this.#levels = [new Map([...words].filter(([, word]) => word !== ZeroHash))];
    for (let height = 1; height <= depth; height++) {
      const level = new Map<number, Word>();
      for (const position of this.#levels[height - 1]!.keys()) {
        const parent = Math.floor(position / 2);
        if (!level.has(parent)) {
          level.set(parent, hashPair(this.node(height - 1, 2 * parent), this.node(height - 1, 2 * parent + 1)));
        }
      }
      this.#levels.push(level);
    }
  }

  get root(): Word {
    return this.node(this.depth, 0);
  }

  node(height: number, position: number): Word {
    return this.#levels[height]!.get(position) ?? zeroNode(height);
  }
}
