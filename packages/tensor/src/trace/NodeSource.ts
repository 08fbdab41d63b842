import type { Hex } from "../words.ts";

/** Whatever can name the nodes of a committed tree: the whole tree, or what openings have shown of it. */
export interface NodeSource {
  readonly depth: number;
  node(height: number, position: number): Hex;
}

/** The `depth − height` siblings that lead from a node up to the root. */
export function siblingsOf(source: NodeSource, position: number, height: number): Hex[] {
  const siblings: Hex[] = [];
  for (let [at, up] = [position, height]; up < source.depth; up++, at = Math.floor(at / 2))
    siblings.push(source.node(up, at % 2 === 0 ? at + 1 : at - 1));
  return siblings;
}
