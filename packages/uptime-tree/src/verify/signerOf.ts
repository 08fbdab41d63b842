import { secp256k1 } from "@noble/curves/secp256k1.js";

import { keccak } from "./words.js";

const ADDRESS_BYTES = 20;
/** Of an ERC-2098 signature: the highest bit of its second half says which of two points is meant. */
const SECOND_HALF = 32;

/** Address of the key behind a signature in the short form; undefined if it is nobody's, or one that the chain refuses. */
export function signerOf(digest: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  // A copy: `slice` of a Buffer would be the file itself.
  const plain = Uint8Array.from(signature);
  const half = plain[SECOND_HALF] ?? 0;
  plain[SECOND_HALF] = half & 0x7f;
  try {
    const parsed = secp256k1.Signature.fromBytes(plain, "compact");
    if (parsed.hasHighS()) return undefined;
    const key = parsed
      .addRecoveryBit(half >> 7)
      .recoverPublicKey(digest)
      .toBytes(false);
    return keccak(key.subarray(1)).slice(-ADDRESS_BYTES);
  } catch {
    return undefined;
  }
}
