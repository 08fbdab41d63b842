import type { World } from "./World.js";

/**
 * What must be left to the second, and more: one for the block that may be under way, one for the jump to be forward.
 */
export const SKIP_MARGIN_SECONDS = 2;

/**
 * Lets no time pass until a second on chain: the next block has it. For stretches in which nothing happens. On a machine
 * that stood still for longer than the margin, the chain may have come there by itself.
 */
export async function skipTo({ provider, clock }: World, timestamp: number): Promise<void> {
  try {
    await provider.send("evm_setNextBlockTimestamp", [timestamp]);
  } catch (error) {
    if ((await clock.now()) < timestamp) throw error;
    return;
  }
  await provider.send("evm_mine", []);
}
