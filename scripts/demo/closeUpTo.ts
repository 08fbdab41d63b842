import { sleep } from "@millrace/sdk";

import type { World } from "./World.js";

const MAX_ATTEMPTS = 3;
const BLOCK_MS = 1_000;

/** Closes every epoch that is over, up to the given one, in order. Anyone may; if an attestor is faster, all the better. */
export async function closeUpTo(world: World, epoch: number): Promise<void> {
  const { contracts, epochs, cast } = world;
  const { settlement } = world.as(cast.treasury);
  const nextToClose = async () => Number(await contracts.settlement.nextEpochToClose());
  let next = await nextToClose();
  for (let failures = 0; next <= epoch;) {
    const rounds = await contracts.prices.roundsAt(epochs.endOf(next));
    try {
      await world.mined(settlement.closeEpoch(next, [...rounds]));
    } catch (error) {
      // An estimate sees the block to come, a read does not: somebody else's call may be in between.
      if (++failures === MAX_ATTEMPTS) throw error;
      await sleep(BLOCK_MS, world.signal);
    }
    const after = await nextToClose();
    if (after > next) failures = 0;
    next = after;
  }
}
