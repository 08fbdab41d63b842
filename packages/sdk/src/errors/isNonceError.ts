const PATTERN =
  /nonce (?:is )?too (?:low|high)|nonce has already been used|replacement transaction underpriced|already known|known transaction/i;

/** Whether a node refused a transaction because of its nonce or because it stands beside one of the same nonce. */
export function isNonceError(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 6; depth++) {
    const { code, message, cause, error: inner } = current as Error & { code?: unknown; error?: unknown };
    if (code === "NONCE_EXPIRED" || code === "REPLACEMENT_UNDERPRICED" || PATTERN.test(message)) return true;
    current = cause ?? inner;
  }
  return false;
}
