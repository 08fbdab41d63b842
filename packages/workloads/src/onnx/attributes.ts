import type { OnnxNode } from "./OnnxModel.ts";
import { unfit } from "./unfit.ts";

/** A whole number that a node may have. */
export function numberOf(node: OnnxNode, attribute: string, otherwise: number): number {
  const value = node.attributes.get(attribute) ?? otherwise;
  if (typeof value !== "number") throw unfit(node, `its ${attribute} is no number`);
  return value;
}

/** A list of numbers that a node may have. */
export function listOf(node: OnnxNode, attribute: string, otherwise: readonly number[]): readonly number[] {
  const value = node.attributes.get(attribute) ?? otherwise;
  if (!Array.isArray(value)) throw unfit(node, `its ${attribute} is no list`);
  return value as readonly number[];
}

/** An axis, counted from the first; negative ones are counted from behind the last. */
export function axisOf(node: OnnxNode, axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(counted) || counted < 0 || counted >= rank)
    throw unfit(node, `its axis ${axis} is none of ${rank}`);
  return counted;
}
