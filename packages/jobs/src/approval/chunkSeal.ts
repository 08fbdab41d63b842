import { createCipheriv, createDecipheriv } from "node:crypto";

import { MillraceError } from "@millrace/sdk";
import { getBytes } from "ethers";

const ALGORITHM = "aes-256-gcm";
const TAG_BYTES = 16;

/** A key seals one submission and no other, so its nonce may always be the same. */
const NONCE = new Uint8Array(12);

/** Seals a chunk of the approval market: AES-256-GCM with a nonce of zeros, the tag of 16 bytes at the end. */
export function sealChunk(whole: Uint8Array, key: string): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, getBytes(key), NONCE);
  return Buffer.concat([cipher.update(whole), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `sealChunk` sealed. @throws {MillraceError} `DATA_MISMATCH` when the key opens nothing of the kind */
export function unsealChunk(sealed: Uint8Array, key: string): Uint8Array {
  try {
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(ALGORITHM, getBytes(key), NONCE, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch (cause) {
    throw new MillraceError("DATA_MISMATCH", "The key that was released does not open the chunk.", {
      hint: "It may be sealed in another way: ask its provider, and approve nothing more until you know.",
      cause,
    });
  }
}
