import { sleep } from "@millrace/sdk";

/** What is waited at most for anything, ms: it ends what hangs, and is not about how fast a busy machine is. */
export const PATIENCE_MS = 400_000;
const POLL_MS = 150;

/** Waits until something is so. @throws Error that says what was waited for in vain */
export async function until(what: string, condition: () => Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${patienceMs} ms for ${what}`);
    await sleep(POLL_MS);
  }
}
