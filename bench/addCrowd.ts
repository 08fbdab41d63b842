import { KIND_LEASE, RATE, type World } from "../test/market/marketFixture.js";
import { type Connection, MILL } from "../test/support/deployMillrace.js";

/** Members that one transaction can enlist, and leases it can begin, below the cap of 2^24 gas. */
const MEMBERS_A_CALL = 20;
const LEASES_A_CALL = 50;
const STAKE = 1_000n * MILL;
const LEASE_SECONDS = 100_000;

/** Lets so many providers with a node each join, all of them delegate to one provider, and all nodes be hired. */
export async function addCrowd({ ethers }: Connection, world: World, size: number): Promise<void> {
  const { token, staking, nodes, settlement, leases, alice } = world;
  const crowd = await ethers.deployContract("Crowd");
  await token.transfer(crowd, BigInt(size) * 2n * STAKE);
  const ask = { ratePerUnit: RATE, minSeconds: 20, maxSeconds: LEASE_SECONDS, kinds: KIND_LEASE, changedAt: 0 };
  const firstNodeId = (await nodes.nodeCount()) + 1n;
  for (let done = 0; done < size; done += MEMBERS_A_CALL) {
    const count = Math.min(MEMBERS_A_CALL, size - done);
    await crowd.enlist(token, staking, nodes, ask, STAKE, alice, count);
  }
  const credits = BigInt(size * LEASE_SECONDS) * RATE;
  await token.transfer(crowd, credits);
  await crowd.buy(token, settlement, credits);
  for (let done = 0; done < size; done += LEASES_A_CALL) {
    await crowd.hire(leases, firstNodeId + BigInt(done), Math.min(LEASES_A_CALL, size - done), LEASE_SECONDS);
  }
}
