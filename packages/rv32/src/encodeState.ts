import type { Status } from "./Machine.ts";

/** Bytes of a state: memory root, pc, steps, status, x0 to x31, numbers big-endian. */
export const STATE_BYTES = 176;

/** What a state is made of, the memory apart. */
export interface StateFields {
  readonly pc: number;
  readonly steps: bigint;
  readonly status: Status;
  readonly registers: Uint32Array;
}

/** The state of a machine as it is hashed. */
export function encodeState(machine: StateFields, memoryRoot: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(memoryRoot);
  view.setUint32(32, machine.pc);
  view.setBigUint64(36, machine.steps);
  view.setUint32(44, machine.status);
  machine.registers.forEach((value, i) => {
    view.setUint32(48 + 4 * i, value);
  });
  return bytes;
}
