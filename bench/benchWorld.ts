import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { BRANCH_BOND } from "../test/claims/support/claims.js";
import { addAttestor, marketWorld, type World } from "../test/market/marketFixture.js";
import { type Connection, MILL } from "../test/support/deployMillrace.js";
import { addCrowd } from "./addCrowd.js";

/** Two more attestors than the tests', so that five sign a report. */
const MORE_ATTESTORS = [13, 14];
/** Accounts that the market's tests leave alone. */
const NEWCOMERS = [8, 9, 15, 16, 17];

/** The deployed system of the tests, with five attestors and accounts that have never done anything. */
export interface BenchWorld extends World {
  newcomers: HardhatEthersSigner[];
  /** Nodes that others have. */
  nodesBefore: bigint;
}

export async function benchWorld(connection: Connection, crowd: number): Promise<BenchWorld> {
  const world = await marketWorld(connection, { branchBondWei: BRANCH_BOND });
  const { token, staking, settlement } = world;
  const signers = await connection.ethers.getSigners();
  for (const index of MORE_ATTESTORS) await addAttestor(connection, world, index);
  const newcomers = NEWCOMERS.map((index) => signers[index]);
  for (const newcomer of newcomers) {
    await token.transfer(newcomer, 200_000n * MILL);
    await token.connect(newcomer).approve(staking, 2n ** 256n - 1n);
    await token.connect(newcomer).approve(settlement, 2n ** 256n - 1n);
  }
  if (crowd !== 0) await addCrowd(connection, world, crowd);
  // The day's and the epoch's first transactions are somebody else's: what is measured is the usual case.
  const epoch = await settlement.currentEpoch();
  await connection.networkHelpers.time.increaseTo(
    world.clock.genesisAt + (Number(epoch) + 1) * world.clock.epochSeconds,
  );
  return { ...world, newcomers, nodesBefore: await world.nodes.nodeCount() };
}
