export { getPc, getStatus, run, setControl } from "./interpreter";
export { hashLevel } from "./keccak";
export { clearTree, hashPage, updateTree } from "./tree";
import { dirty, guest, nodes, place, REGISTERS, scratch, touched } from "./layout";

export { place };

export function registersAt(): usize {
  return REGISTERS;
}

export function dirtyAt(): usize {
  return dirty;
}

export function touchedAt(): usize {
  return touched;
}

export function nodesAt(): usize {
  return nodes;
}

export function scratchAt(): usize {
  return scratch;
}

export function guestAt(): usize {
  return guest;
}
