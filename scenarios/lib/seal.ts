import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;

/** A file under a key that is used for nothing else, so that its nonce need not be another each time. */
export interface Sealed {
  readonly key: Buffer;
  readonly ciphertext: Buffer;
}

export function seal(file: Uint8Array): Sealed {
  const key = randomBytes(32);
  const cipher = createCipheriv(CIPHER, key, NONCE);
  const ciphertext = Buffer.concat([cipher.update(file), cipher.final(), cipher.getAuthTag()]);
  return { key, ciphertext };
}

/** @throws if the key is another, or the file was changed */
export function unseal(ciphertext: Uint8Array, key: Uint8Array): Buffer {
  const decipher = createDecipheriv(CIPHER, key, NONCE);
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()]);
}
