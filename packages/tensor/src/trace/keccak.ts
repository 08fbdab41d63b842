import { keccak_256 } from "@noble/hashes/sha3.js";

import { type Hex, toHex } from "../words.ts";

export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = keccak_256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function keccak256Hex(...parts: readonly Uint8Array[]): Hex {
  return toHex(keccak256(...parts));
}
