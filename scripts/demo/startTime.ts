import { formatTime } from "@millrace/sdk";

import { closeUpTo } from "./closeUpTo.js";
import { SKIP_MARGIN_SECONDS, skipTo } from "./skipTo.js";
import type { World } from "./World.js";

/** Closes the epochs that went by during the setup, jumps to the start of the next, and lets time run. */
export async function startTime(world: World): Promise<number> {
  const { clock, epochs, narrator, chain, provider } = world;
  // Before the jump: what takes time after it is missing from the epoch in which the story is told.
  await closeUpTo(world, epochs.epochAt(await clock.now()) - 1);
  const epoch = epochs.epochAt((await clock.now()) + SKIP_MARGIN_SECONDS) + 1;
  const start = epochs.startOf(epoch);
  await skipTo(world, start);
  // An epoch is closed strictly after its end, and a node may estimate a call as of its latest block. A step forward, not a
  // second by its number: a service may have sent something that is in that one's block.
  await provider.send("evm_increaseTime", [1]);
  await provider.send("evm_mine", []);
  await closeUpTo(world, epoch - 1);
  await chain.mineEvery(1);
  narrator.say(`epoch ${epoch} begins, ${formatTime(start)} on chain: a block every second, a slot every two`);
  return epoch;
}
