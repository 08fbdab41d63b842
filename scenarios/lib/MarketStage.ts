import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { AttestorNetwork } from "./AttestorNetwork.js";
import { type Connection, LeaseDriver, marketWorld, type World } from "./market.js";
import type { Story } from "./Story.js";

export const HOUR = 3_600;

/** Epochs of the stories that tell of leases. */
export const HOURLY = { epochSeconds: HOUR, slotsPerEpoch: 20 };

/** Clocks of leases, short beside such epochs. */
export const LEASE_PERIODS = {
  graceSeconds: 600,
  noticeSeconds: 900,
  reportTimeoutSeconds: 7_200,
  leafTimeoutSeconds: 86_400,
};

/** What the chapters of a story about leases share. */
export interface MarketStage {
  readonly connection: Connection;
  readonly world: World;
  readonly driver: LeaseDriver;
  readonly network: AttestorNetwork;
  readonly story: Story;
}

/** A chain of its own with hourly epochs, on which leases have the clocks above, and what else the story changes. */
export async function openMarketStage(
  hre: HardhatRuntimeEnvironment,
  story: Story,
  changes: Parameters<typeof marketWorld>[1],
): Promise<MarketStage> {
  const connection = await hre.network.create("default");
  const world = await marketWorld(connection, { leasePeriods: LEASE_PERIODS, ...changes }, HOURLY);
  const driver = new LeaseDriver(connection, world);
  return { connection, world, driver, network: new AttestorNetwork(driver), story };
}
