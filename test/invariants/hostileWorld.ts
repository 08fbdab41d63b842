import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { MaxUint256 } from "ethers";

import { addNode, MILL, marketWorld, type World } from "../market/marketFixture.js";
import type { Connection } from "../support/deployMillrace.js";
import type { Hostile } from "./Play.js";

/** Short enough for a run to live through a thaw and a dead price; every claim is checked that can be. */
const SHORT = {
  deadPriceSeconds: 400,
  minThawSeconds: 50,
  thawSeconds: 100,
  checkSampling: { pickPpm: 1_000_000, checkers: 2 },
};
const STAKE = 100_000n * MILL;

/** The whole system with, beside its parties, a buyer, a provider and a verifier that are contracts and spoil what calls them. */
export async function hostileWorld(connection: Connection): Promise<World & { hostile: Hostile }> {
  const world = await marketWorld(connection, SHORT);
  const { token, settlement, staking, governor, agent } = world;
  const buyer = await actAs(connection);
  const provider = await actAs(connection);

  // Nodes of this class are asked to show their throughput.
  await world.catalog.connect(governor).changeClass(1, 1_000n * MILL, 100, 1, true);

  await token.connect(governor).transfer(buyer, 1_000_000n * MILL);
  await token.connect(buyer).approve(settlement, MaxUint256);
  await settlement.connect(buyer).buy(100_000n * MILL, 0n, 0n);

  await token.connect(governor).transfer(provider, STAKE);
  await token.connect(provider).approve(staking, STAKE);
  await staking.connect(provider).register("");
  await staking.connect(provider).stake(STAKE);
  await addNode(connection, world, provider, agent);

  for (const delegator of [world.challenger, world.otherBuyer, buyer]) {
    await token.connect(governor).transfer(delegator, STAKE);
    await token.connect(delegator).approve(staking, MaxUint256);
  }
  for (const checker of world.attestors) await world.seats.connect(checker).takeSeat(0);
  const verifier = await connection.ethers.deployContract("MisbehavedVerifier");
  return { ...world, hostile: { buyer, provider, verifier } };
}

/** A contract that the chain lets a test send for. */
async function actAs({ ethers, networkHelpers }: Connection): Promise<HardhatEthersSigner> {
  const contract = await ethers.deployContract("HostileReceiver");
  const address = await contract.getAddress();
  await networkHelpers.impersonateAccount(address);
  await networkHelpers.setBalance(address, 10n ** 21n);
  return ethers.getSigner(address);
}
