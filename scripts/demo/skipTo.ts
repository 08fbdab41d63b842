import type { World } from "./World.js";

/** Lets no time pass until a second on chain: the next block has it. For stretches in which nothing happens. */
export async function skipTo({ provider }: World, timestamp: number): Promise<void> {
  await provider.send("evm_setNextBlockTimestamp", [timestamp]);
  await provider.send("evm_mine", []);
}
