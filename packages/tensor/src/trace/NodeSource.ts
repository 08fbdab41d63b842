import type { Hex } from "../words.ts";

/** Whatever can name the nodes of a committed tree: the whole tree, or what openings have shown of it. */
export interface NodeSource {
  readonly depth: number;
  /** Words of a leaf, as a logarithm, which is a leaf's height: nothing lies between the words (0) and it. */
  readonly leafLog2: number;
  node(height: number, position: number): Hex;
}

/**
 * What leads from a node, or from `2^height` words, up to the root: the other words of the leaf, left to right, where a
 * leaf holds more than those; then the siblings, bottom up.
 *
 * @param upTo height of the node to which it leads
 */
export function siblingsOf(source: NodeSource, position: number, height: number, upTo = source.depth): Hex[] {
  const siblings = height < source.leafLog2 ? otherWords(source, position, height) : [];
  const from = Math.max(height, source.leafLog2);
  for (let [at, up] = [Math.floor(position / 2 ** (from - height)), from]; up < upTo; up++, at = Math.floor(at / 2))
    siblings.push(source.node(up, at % 2 === 0 ? at + 1 : at - 1));
  return siblings;
}

/** The words of a leaf but the `2^height` at a position. */
function otherWords(source: NodeSource, position: number, height: number): Hex[] {
  const [count, leafWords] = [2 ** height, 2 ** source.leafLog2];
  const first = position * count;
  const leaf = Math.floor(first / leafWords) * leafWords;
  const words = Array.from({ length: leafWords }, (_, i) => leaf + i);
  return words.filter((word) => word < first || word >= first + count).map((word) => source.node(0, word));
}
