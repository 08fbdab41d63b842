import type { KernelSet } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import type { Program } from "./program/Program.ts";
import { assertRanges } from "./program/ranges.ts";

/**
 * What a provider checks before it accepts, and a buyer before it orders: every kernel is known, and the ranges that it
 * reads for the first and the last piece are such that the verifier admits them.
 */
export function assertProvable(program: Program, kernels: KernelSet = ownKernels): void {
  for (const { kernelCodeHash, params, start, usedWords, pieceLog2 } of program.operators) {
    const kernel = kernels.byCodeHash(kernelCodeHash);
    const pieces = usedWords / 2 ** pieceLog2;
    for (const piece of pieces === 0 ? [] : [0, pieces - 1]) {
      const first = kernel.first(params, piece, 0);
      const words = first === undefined ? [] : new Array<bigint>(2 ** first.log2).fill(0n);
      const ranges = [...(first === undefined ? [] : [first]), ...kernel.reads(params, piece, 0, words)];
      assertRanges(program, ranges, start + piece * 2 ** pieceLog2);
    }
  }
}
