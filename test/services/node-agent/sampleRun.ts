import { readFileSync } from "node:fs";

import { encodeMachineBundle, type EncodedMachineBundle } from "@millrace/jobs";

const ELF = readFileSync(new URL("../../../examples/guest/elf/sha256tree.elf", import.meta.url));
const INPUT_BYTES = 4_000;

/** A tree of hashes over a few thousand bytes, half a million steps or so: a game about one takes several openings. */
export function sampleRun(seed: number): EncodedMachineBundle {
  const input = Uint8Array.from({ length: INPUT_BYTES }, (_, i) => (i * 7 + seed) % 251);
  return encodeMachineBundle(ELF, input, { depth: 14, maxSteps: 2n ** 24n });
}
