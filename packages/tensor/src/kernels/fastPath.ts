import { lanesLog2 } from "./kernelMath.ts";

/** Whether the WebAssembly module has lanes of these widths: 8, 16 or 32 bits. */
export function isNarrow(...laneLog2s: readonly number[]): boolean {
  return laneLog2s.every((laneLog2) => laneLog2 >= 3 && laneLog2 <= 5);
}

/** Words of an operand with as many lanes as the `usedWords` of a result. */
export function elementwiseWords(usedWords: number, resultLog2: number, operandLog2: number): number {
  return Math.ceil(usedWords * 2 ** (lanesLog2(resultLog2) - lanesLog2(operandLog2)));
}
