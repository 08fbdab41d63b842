import type { World } from "./World.js";

/**
 * What must be left to the second, and more: one for the block that may be under way, one for the jump to be forward.
 */
export const SKIP_MARGIN_SECONDS = 2;

/** Lets no time pass until a second on chain: the next block has it. For stretches in which nothing happens. */
export async function skipTo({ provider }: World, timestamp: number): Promise<void> {
  await provider.send("evm_setNextBlockTimestamp", [timestamp]);
  await provider.send("evm_mine", []);
}
