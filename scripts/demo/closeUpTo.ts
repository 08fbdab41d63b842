import type { World } from "./World.js";

/** Closes every epoch that is over, up to the given one, in order. Anyone may; if an attestor is faster, all the better. */
export async function closeUpTo(world: World, epoch: number): Promise<void> {
  const { contracts, epochs, cast } = world;
  const { settlement } = world.as(cast.treasury);
  const nextToClose = async () => Number(await contracts.settlement.nextEpochToClose());
  for (let next = await nextToClose(); next <= epoch; next = await nextToClose()) {
    const rounds = await contracts.prices.roundsAt(epochs.endOf(next));
    try {
      await world.mined(settlement.closeEpoch(next, [...rounds]));
    } catch (error) {
      if ((await nextToClose()) === next) throw error;
    }
  }
}
