import type { OracleWorld } from "../OracleWorld.js";

/** A sum that does not hold. */
export interface Broken {
  readonly what: string;
  readonly left: bigint;
  readonly right: bigint;
}

/** The books of the protocol: every sum is exact, or it is broken. All is read at one block. */
export class Books {
  /** Comparisons made. */
  checks = 0;
  readonly broken: Broken[] = [];

  constructor(private readonly world: OracleWorld) {}

  async check(): Promise<void> {
    const { contracts, deployment, provider } = this.world;
    const { settlement, staking, token, rewards, uptime } = contracts;
    const at = { blockTag: await provider.getBlockNumber() };
    const [supply, bank, owed, burned, genesis, emitted, held, inStaking, paid, inRewards] = await Promise.all([
      token.totalSupply(at),
      settlement.bank(at),
      settlement.owed(at),
      settlement.burnedForGood(at),
      settlement.genesisSupply(at),
      settlement.emitted(at),
      staking.totalHeld(at),
      token.balanceOf(deployment.contracts.StakingRegistry, at),
      rewards.rewardsPaid(at),
      token.balanceOf(deployment.contracts.UptimeRewards, at),
    ]);
    this.equal(
      "supply + bank + owed + burned for good = genesis + emitted",
      supply + bank + owed + burned,
      genesis + emitted,
    );
    this.equal("stake of all = MILL that staking holds", held, inStaking);

    const [collected, attestors, cancelled] = await Promise.all([
      rewards.queryFilter(rewards.filters.RewardsCollected(), 0, at.blockTag),
      rewards.queryFilter(rewards.filters.AttestorPaid(), 0, at.blockTag),
      rewards.queryFilter(rewards.filters.PotCancelled(), 0, at.blockTag),
    ]);
    const toProviders = sum(collected.map(({ args }) => args.mill));
    this.equal("rewards collected by providers, by event = by counter", toProviders, paid);
    const closed = Number(await settlement.nextEpochToClose(at));
    const pots = await Promise.all(Array.from({ length: closed }, (_, epoch) => settlement.potOf(epoch, at)));
    const received = sum(pots.map(({ availability, attestors: pay }) => availability + pay));
    const left =
      sum(attestors.map(({ args }) => args.mill)) + sum(cancelled.map(({ args }) => args.mill)) + toProviders;
    this.equal("pots of all epochs = paid + cancelled + still held", received, left + inRewards);

    // Each attestor's bond is in its stake, and nobody's was taken.
    for (const { args } of await uptime.queryFilter(uptime.filters.AttestorConvicted(), 0, at.blockTag))
      this.broken.push({ what: `attestor ${args.account} was convicted`, left: 0n, right: 1n });
  }

  private equal(what: string, left: bigint, right: bigint): void {
    this.checks++;
    if (left !== right) this.broken.push({ what, left, right });
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
