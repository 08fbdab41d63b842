/** Digest and signature, as a thread is given them. */
export const ITEM_BYTES = 96;

/** Public key without its prefix, as a thread gives it back; zeros for a signature of nobody. */
export const KEY_BYTES = 64;
