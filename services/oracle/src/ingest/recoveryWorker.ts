import { parentPort } from "node:worker_threads";

import { recover } from "tiny-secp256k1";

import { ITEM_BYTES, KEY_BYTES } from "./recoveryLayout.ts";

/** Recovers the keys of signatures, many at once. */
function recoverAll(items: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = items.length / ITEM_BYTES;
  const keys = new Uint8Array(KEY_BYTES * count);
  for (let i = 0; i < count; i++) {
    const digest = items.subarray(ITEM_BYTES * i, ITEM_BYTES * i + 32);
    const signature = items.slice(ITEM_BYTES * i + 32, ITEM_BYTES * (i + 1));
    const top = signature[32] ?? 0;
    signature[32] = top & 0x7f;
    const key = recoverOne(digest, signature, top >> 7 === 1 ? 1 : 0);
    if (key !== null) keys.set(key.subarray(1), KEY_BYTES * i);
  }
  return keys;
}

function recoverOne(digest: Uint8Array, signature: Uint8Array, parity: 0 | 1): Uint8Array | null {
  try {
    return recover(digest, signature, parity, false);
  } catch {
    // Numbers out of range.
    return null;
  }
}

parentPort?.on("message", (items: Uint8Array) => {
  const keys = recoverAll(items);
  parentPort?.postMessage(keys, [keys.buffer]);
});
