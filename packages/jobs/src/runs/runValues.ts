import type { Trace } from "@millrace/rv32";
import { hexlify } from "ethers";

import { encodeEnd } from "./encodings.js";

/** A `Run` of the contracts. */
export interface RunValues {
  readonly log2: number;
  readonly checkpoints: string[];
  readonly end: string;
}

/** A trace as the contracts take it. */
export function runValues(trace: Trace): RunValues {
  return { log2: trace.log2, checkpoints: trace.checkpoints.map((hash) => hexlify(hash)), end: encodeEnd(trace.final) };
}
