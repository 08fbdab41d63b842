import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { Fraction } from "../settlement/fraction.js";
import { type DelegationContext, delegationFixture, OWN_STAKE } from "./delegationFixture.js";
import { DelegationModel } from "./delegationModel.js";
import { Offence } from "./Offence.js";
import { DAY, EPOCH_SECONDS, MILL, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

type Step =
  | { readonly type: "delegate"; readonly who: number; readonly mill: bigint }
  | { readonly type: "undelegate"; readonly who: number; readonly part: number }
  | { readonly type: "cancel" | "withdraw" | "claim"; readonly who: number }
  | { readonly type: "slash"; readonly ppm: bigint }
  | { readonly type: "reward"; readonly mill: bigint }
  | { readonly type: "wait"; readonly seconds: number };

const who = fc.nat(2);
/** Odd amounts, and such as are worth little more than a unit: both are where rounding shows. */
const mill = fc.oneof(fc.bigInt(MILL, MILL + 10n), fc.bigInt(MILL, 10_000n * MILL));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("delegate" as const), who, mill }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("undelegate" as const), who, part: fc.integer({ min: 0, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom("cancel" as const, "withdraw" as const, "claim" as const), who }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("slash" as const),
      ppm: fc.oneof(fc.bigInt(0n, 999_990n), fc.bigInt(999_990n, 1_000_000n)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("reward" as const),
      mill: fc.oneof(fc.bigInt(1n, 9n), fc.bigInt(1n, 100n * MILL)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("wait" as const),
      seconds: fc.oneof(fc.integer({ min: 1, max: EPOCH_SECONDS }), fc.integer({ min: 1, max: 8 * DAY })),
    }),
  },
);

/** The pool of alice beside its model in exact fractions. */
class World {
  model: DelegationModel;
  /** Calls so far that may have rounded a unit away. */
  private roundings = 1n;
  private in_ = OWN_STAKE;
  private out = 0n;

  private constructor(
    readonly at: DelegationContext,
    private readonly clock: { genesisAt: bigint; epochSeconds: bigint },
    now: bigint,
  ) {
    this.model = new DelegationModel(clock.genesisAt, clock.epochSeconds, now);
  }

  static async start(at: DelegationContext): Promise<World> {
    const { genesisAt, epochSeconds } = await at.settlement.clock();
    // Own stake gone: every slash is then the pool's.
    await at.staking.connect(at.market).bond(at.alice, OWN_STAKE);
    return new World(at, { genesisAt, epochSeconds }, BigInt(await networkHelpers.time.latest()));
  }

  get delegators() {
    return [this.at.bob, this.at.carol, this.at.alice];
  }

  async perform(step: Step): Promise<void> {
    const { staking, alice, reporter, token } = this.at;
    if (step.type === "wait") {
      await networkHelpers.time.increase(step.seconds);
      await this.catchUp();
      return;
    }
    const before = await staking.poolOf(alice);
    if (step.type === "slash") return this.slash((before.mill * step.ppm) / 1_000_000n);
    if (step.type === "reward") {
      await this.at.reward(alice, step.mill);
      this.in_ += step.mill;
      await this.catchUp();
      const [event] = await staking.queryFilter(staking.filters.Rewarded(), "latest");
      this.model.reward(event.args.toDelegators);
      return;
    }
    const delegator = this.delegators[step.who];
    const name = delegator.address;
    const mine = staking.connect(delegator);
    const balance = await token.balanceOf(delegator);
    switch (step.type) {
      case "delegate": {
        await mine.delegate(alice, step.mill);
        await this.catchUp();
        const after = await staking.poolOf(alice);
        const issued = after.shares - before.shares;
        if (before.shares !== 0n) {
          expect(issued * before.mill, "never more shares than paid for").to.be.at.most(step.mill * before.shares);
          expect((issued + 1n) * before.mill, "less than a share is lost").to.be.above(step.mill * before.shares);
        }
        this.model.deposit(name, step.mill, issued);
        this.in_ += step.mill;
        break;
      }
      case "undelegate": {
        const { earning, joining, undelegating } = await staking.delegationOf(alice, delegator);
        const shares = step.part === 0 ? 1n : ((earning + joining) * BigInt(step.part)) / 4n;
        if (shares === 0n || shares > earning + joining) return;
        if ((await staking.undelegationsOf(alice, delegator)).length === 8) return;
        await mine.undelegate(alice, shares);
        await this.catchUp();
        expect((await staking.delegationOf(alice, delegator)).undelegating).to.equal(undelegating + shares);
        this.model.undelegate(name, shares);
        break;
      }
      case "cancel":
        if ((await staking.delegationOf(alice, delegator)).undelegating === 0n) return;
        await mine.cancelUndelegation(alice);
        await this.catchUp();
        this.model.cancel(name);
        break;
      case "withdraw": {
        await mine.withdrawDelegation(alice);
        await this.catchUp();
        const shares = before.shares - (await staking.poolOf(alice)).shares;
        const paid = (await token.balanceOf(delegator)) - balance;
        if (shares === 0n) break;
        expect(paid * before.shares, "never more than a share of it").to.be.at.most(shares * before.mill);
        expect((paid + 1n) * before.shares, "less than a unit is lost").to.be.above(shares * before.mill);
        this.model.withdraw(name, shares, paid);
        this.out += paid;
        break;
      }
      case "claim": {
        await staking.claimRewards(alice, delegator);
        const paid = (await token.balanceOf(delegator)) - balance;
        await this.catchUp();
        this.out += paid;
        const member = this.model.member(name);
        member.rewards = member.rewards.minus(new Fraction(paid));
        break;
      }
    }
    expect(await token.balanceOf(reporter), "delegated stake is paid to nobody").to.equal(0n);
  }

  private async slash(amount: bigint): Promise<void> {
    const { staking, alice, market, reporter, token } = this.at;
    const before = await staking.poolOf(alice);
    await staking.connect(market).slashStake(Offence.FalseReport, alice, amount, reporter);
    await this.catchUp();
    const after = await staking.poolOf(alice);
    const taken = before.mill - (after.era === before.era ? after.mill : 0n);
    expect(taken, "T-12 takes what it says").to.be.at.least(amount);
    expect((taken - amount) * 1_000_000n, "but for the dust of an era").to.be.at.most(before.shares);
    expect(await token.balanceOf(reporter), "burned whole").to.equal(0n);
    this.out += taken;
    this.model.slash(taken);
    if (after.era === before.era) return;
    // Everybody's shares are worth nothing; rewards stay theirs. A new pool begins beside the old one.
    await this.endEra();
  }

  /** Takes all rewards out of the model's era, so that the next one begins with empty hands. */
  private async endEra(): Promise<void> {
    const { staking, alice, token } = this.at;
    await networkHelpers.time.increase(2 * EPOCH_SECONDS);
    await this.catchUp();
    await this.check();
    for (const delegator of this.delegators) {
      const balance = await token.balanceOf(delegator);
      await staking.claimRewards(alice, delegator);
      this.out += (await token.balanceOf(delegator)) - balance;
    }
    this.model = new DelegationModel(
      this.clock.genesisAt,
      this.clock.epochSeconds,
      BigInt(await networkHelpers.time.latest()),
    );
    for (const { address } of this.delegators) this.model.member(address);
  }

  private async catchUp(): Promise<void> {
    this.roundings += 4n;
    this.model.advance(BigInt(await networkHelpers.time.latest()));
  }

  async check(): Promise<void> {
    const { staking, alice, token } = this.at;
    const pool = await staking.poolOf(alice);
    expect(await token.balanceOf(staking), "I2 balance").to.equal(await staking.totalHeld());
    expect(await staking.totalHeld(), "sum(out) is what left").to.equal(this.in_ - this.out);
    expect(pool.shares <= pool.mill * 1_000_000n, "T-26 bounded shares").to.equal(true);
    let worths = 0n;
    for (const delegator of [this.at.bob, this.at.carol]) {
      const delegation = await staking.delegationOf(alice, delegator);
      const member = this.model.member(delegator.address);
      worths += delegation.worth;
      const exact = this.model.worth(member.earning + member.joining + member.leaving);
      expect(exact.isBelow(new Fraction(delegation.worth)), "worth is never rounded up").to.equal(false);
      expect(exact.floor() - delegation.worth, "worth").to.be.at.most(0n);
      const rewards = member.rewards.floor() - delegation.rewards;
      expect(rewards, "rewards within a unit a call").to.be.within(-this.roundings, this.roundings);
    }
    expect(worths, "worth of all").to.be.at.most(pool.mill);
  }

  /** Everybody leaves with everything: the pool, too, is empty then. */
  async exit(): Promise<void> {
    const { staking, alice, governor } = this.at;
    await staking.connect(governor).pauseEntries(7 * DAY);
    for (let round = 0; round < 2; round++) {
      for (const delegator of this.delegators) {
        const { earning, joining } = await staking.delegationOf(alice, delegator);
        await staking.connect(delegator).withdrawDelegation(alice);
        const isFull = (await staking.undelegationsOf(alice, delegator)).length === 8;
        if (earning + joining !== 0n && !isFull) await staking.connect(delegator).undelegate(alice, earning + joining);
      }
      await networkHelpers.time.increase(THAW_SECONDS);
    }
    for (const delegator of this.delegators) {
      await staking.connect(delegator).withdrawDelegation(alice);
      await staking.claimRewards(alice, delegator);
      const { earning, joining, undelegating, rewards } = await staking.delegationOf(alice, delegator);
      expect([earning, joining, undelegating, rewards], "I4 all out").to.deep.equal([0n, 0n, 0n, 0n]);
    }
    const { mill: left, shares } = await staking.poolOf(alice);
    expect([left, shares], "I4 nothing is left behind").to.deep.equal([0n, 0n]);
    expect((await staking.totalHeld()) - OWN_STAKE, "dust of rewards").to.be.within(0n, this.roundings);
  }
}

describe("DelegatedStake, any sequence of calls", () => {
  const deploy = delegationFixture(connection);

  it("should pay what exact fractions say, rounded against the caller, and let everybody out (T-03, T-12, T-25, T-42)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
        const world = await World.start(await networkHelpers.loadFixture(deploy));
        for (const next of steps) {
          await world.perform(next);
          await world.check();
        }
        await world.exit();
      }),
      { numRuns: 20, interruptAfterTimeLimit: 60_000 },
    );
  });
});
