import { type LaneBits, lanesPerWord } from "../words.ts";
import { rowLog2Of, type Tensor } from "./Tensor.ts";

/** What the result of an elementwise operator looks like beside its operand: same rows and columns, other width. */
export function likeShape(name: string, operand: Tensor, laneBits: LaneBits): Tensor {
  const shape = { rows: operand.rows, columns: operand.columns, laneBits };
  return { ...operand, ...shape, name, rowLog2: rowLog2Of(shape) };
}

/** Lanes of a row, padding included. */
export function paddedColumns({ laneBits, rowLog2 }: Tensor): number {
  return lanesPerWord(laneBits) * 2 ** rowLog2;
}

/** Whether lanes of both tensors that belong together have one index: elementwise kernels count lanes, pads included. */
export function isElementwise(a: Tensor, b: Tensor): boolean {
  return a.columns === b.columns && paddedColumns(a) === paddedColumns(b);
}
