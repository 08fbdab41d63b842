import type { ServerResponse } from "node:http";

/** Time for any answer to be read, and the bytes that must be read in each second beyond it: 2 Mbit/s. */
const [PATIENCE_MS, BYTES_PER_SECOND] = [30_000, 256 * 1_024];

/**
 * Hangs up on whoever does not read an answer, or reads it drop by drop: it holds a connection and the answer's memory
 * for as long, and connections cost a stranger nothing.
 */
export function endWhenSlow(response: ServerResponse, bytes: number, patienceMs = PATIENCE_MS): void {
  const timer = setTimeout(
    () => {
      response.destroy();
    },
    patienceMs + (1_000 * bytes) / BYTES_PER_SECOND,
  );
  timer.unref();
  response.on("close", () => {
    clearTimeout(timer);
  });
}
