import { readFileSync } from "node:fs";

import { TensorError } from "../errors.ts";
import type { Hex } from "../words.ts";

const hashes = JSON.parse(readFileSync(new URL("../../kernels.json", import.meta.url), "utf8")) as Record<string, Hex>;

/** Names of the kernels of this repository by the hash of their deployed code; `kernels.json` is made by the build. */
export function kernelCodeHashes(): Readonly<Record<string, Hex>> {
  return hashes;
}

export function kernelCodeHash(name: string): Hex {
  const hash = hashes[name];
  if (hash === undefined)
    throw new TensorError("UNKNOWN_KERNEL", `no kernel ${name}`, `known are ${Object.keys(hashes).join(", ")}`);
  return hash;
}
