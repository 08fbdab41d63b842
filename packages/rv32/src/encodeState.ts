import type { Status } from "./Machine.ts";

/** Bytes of a state: memory root, pc, steps, status, x0 to x31, numbers big-endian. */
export const STATE_BYTES = 176;

const REGISTERS = 32;

/** What a state is made of, the memory apart. */
export interface StateFields {
  readonly pc: number;
  readonly steps: bigint;
  readonly status: Status;
  readonly registers: Uint32Array;
}

/** The fields of an encoded state, the memory's root apart. */
export function readState(bytes: Uint8Array): StateFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES);
  return {
    pc: view.getUint32(32),
    steps: view.getBigUint64(36),
    status: view.getUint32(44) as Status,
    registers: Uint32Array.from({ length: REGISTERS }, (_, i) => view.getUint32(48 + 4 * i)),
  };
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
