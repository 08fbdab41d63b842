import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { accountsFromLogs } from "./accountsFromLogs.js";
import { Offence } from "./Offence.js";
import { DAY, stakingFixture, type StakingContext, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const nobody = ethers.ZeroAddress;

const WALLET = 1_000_000n * 10n ** 18n;
const MAX_THAWS = 8;
const OFFENCES = Object.values(Offence).filter((offence) => offence !== Offence.None);

type Step =
  | { readonly type: "stake" | "stakeFor" | "unstake" | "bond" | "unbond"; readonly who: number; readonly mill: bigint }
  | { readonly type: "cancel"; readonly who: number; readonly index: number }
  | { readonly type: "withdraw"; readonly who: number }
  | { readonly type: "wait"; readonly seconds: number }
  | {
      readonly type: "slashBond" | "slashStake";
      readonly who: number;
      readonly mill: bigint;
      readonly offence: number;
      readonly hasReporter: boolean;
    };

const who = fc.nat(2);
/** Odd units and amounts near the whole: both are where rounding and clamping show. */
const mill = fc.oneof(fc.bigInt(1n, 10n), fc.bigInt(1n, WALLET / 10n), fc.constant(WALLET / 3n));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("stake" as const, "stakeFor" as const), who, mill }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("unstake" as const), who, mill }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("bond" as const, "unbond" as const), who, mill }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const), who, index: fc.nat(MAX_THAWS - 1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("withdraw" as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 9 * DAY }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("slashBond" as const, "slashStake" as const),
      who,
      mill: fc.oneof(mill, fc.constant(ethers.MaxUint256), fc.constant(0n)),
      offence: fc.constantFrom(...OFFENCES),
      hasReporter: fc.boolean(),
    }),
  },
);

/** The registry beside a model of plain numbers: what everybody put in, took out and lost. */
class World {
  readonly paidIn = [0n, 0n, 0n];
  readonly paidOut = [0n, 0n, 0n];
  readonly lost = [0n, 0n, 0n];

  constructor(
    readonly context: StakingContext,
    readonly providers = [context.alice, context.bob, context.carol],
  ) {}

  provider(index: number) {
    const provider = this.providers[index];
    if (provider === undefined) throw new Error(`no provider ${index}`);
    return provider;
  }

  add(sums: bigint[], index: number, amount: bigint): void {
    sums[index] = (sums[index] ?? 0n) + amount;
  }

  async perform(step: Step): Promise<void> {
    const { staking, token, market, buyer } = this.context;
    if (step.type === "wait") return networkHelpers.time.increase(step.seconds).then(() => undefined);
    const provider = this.provider(step.who);
    const account = await staking.accountOf(provider);
    const thaws = await staking.thawsOf(provider);
    switch (step.type) {
      case "stake":
      case "stakeFor": {
        const payer = step.type === "stake" ? provider : this.provider((step.who + 1) % 3);
        if ((await token.balanceOf(payer)) < step.mill) return;
        await staking.connect(payer).stakeFor(provider, step.mill);
        this.add(this.paidIn, step.who, step.mill);
        expect(await staking.thawsOf(provider), "I11 thaws untouched").to.deep.equal(thaws);
        break;
      }
      case "unstake":
        if (account.active < step.mill || thaws.length === MAX_THAWS) return;
        await staking.connect(provider).unstake(step.mill);
        break;
      case "bond":
        if (account.active < step.mill) return;
        await staking.connect(market).bond(provider, step.mill);
        break;
      case "unbond":
        await staking.connect(market).unbond(provider, step.mill);
        break;
      case "cancel": {
        const id = thaws.map((thaw) => thaw.id)[step.index];
        if (id === undefined) return;
        await staking.connect(provider).cancelThaw(id);
        break;
      }
      case "withdraw": {
        const before = await token.balanceOf(provider);
        await staking.connect(provider).withdraw();
        this.add(this.paidOut, step.who, (await token.balanceOf(provider)) - before);
        break;
      }
      case "slashBond":
        await this.slash(step, account.bonded, async (reporter) =>
          staking.connect(market).slashBond(step.offence, provider, step.mill, buyer, reporter),
        );
        break;
      case "slashStake": {
        const now = BigInt(await networkHelpers.time.latest()) + 1n;
        const young = thaws.filter((thaw) => thaw.releaseAt > now).reduce((sum, thaw) => sum + thaw.amount, 0n);
        await this.slash(step, account.active + young, async (reporter) =>
          staking.connect(market).slashStake(step.offence, provider, step.mill, reporter),
        );
        break;
      }
    }
  }

  /** Takes what is within reach, neither more nor less, and burns a fifth of it. */
  async slash(
    step: Step & { readonly who: number; readonly mill: bigint; readonly hasReporter: boolean },
    reach: bigint,
    call: (reporter: string) => Promise<unknown>,
  ): Promise<void> {
    const { staking, settlement, reporter, token } = this.context;
    const held = await staking.totalHeld();
    const burned = await settlement.unburned();
    const rewarded = await token.balanceOf(reporter);
    await call(step.hasReporter ? reporter.address : nobody);
    const taken = held - (await staking.totalHeld());
    expect(taken, "I5 clamps").to.equal(step.mill < reach ? step.mill : reach);
    expect(((await settlement.unburned()) - burned) * 5n, "I5 burns a fifth").to.be.at.least(taken);
    expect(((await token.balanceOf(reporter)) - rewarded) * 10n, "I5 reward").to.be.at.most(taken * 3n);
    this.add(this.lost, step.who, taken);
  }

  async check(): Promise<void> {
    const { staking, token } = this.context;
    let sum = 0n;
    for (const [index, provider] of this.providers.entries()) {
      const { active, bonded, thawing } = await staking.accountOf(provider);
      const held = active + bonded + thawing;
      const { paidIn, paidOut, lost } = this;
      expect(held, "T-07 every token is held, paid or slashed").to.equal(
        (paidIn[index] ?? 0n) - (paidOut[index] ?? 0n) - (lost[index] ?? 0n),
      );
      const thaws = await staking.thawsOf(provider);
      expect(thaws.every((thaw) => thaw.amount > 0n)).to.equal(true);
      sum += held;
    }
    expect(await staking.totalHeld(), "I2 sum of accounts").to.equal(sum);
    expect(await token.balanceOf(staking), "I2 balance").to.equal(sum);
  }

  /** The logs tell the same as the storage. */
  async checkLogs(): Promise<void> {
    const { staking } = this.context;
    const told = await accountsFromLogs(staking, async (number) => ethers.provider.getBlock(number));
    for (const provider of this.providers) {
      const { active, bonded } = await staking.accountOf(provider);
      const account = told.get(provider.address);
      expect([account?.active, account?.bonded], "logs").to.deep.equal([active, bonded]);
      const thaws = (await staking.thawsOf(provider)).map((thaw) => [thaw.id, thaw.amount, thaw.releaseAt]);
      const logged = [...(account?.thaws ?? [])].map(([id, { mill, releaseAt }]) => [id, mill, releaseAt]);
      expect(logged, "logs").to.deep.equal(thaws);
    }
  }

  /** Everybody leaves with everything, in turn. */
  async exit(): Promise<void> {
    const { staking, market, token, governor } = this.context;
    await staking.connect(governor).pauseEntries(7 * DAY);
    for (const provider of this.providers) {
      await staking.connect(market).unbond(provider, ethers.MaxUint256);
      await networkHelpers.time.increase(THAW_SECONDS);
      await staking.connect(provider).withdraw();
      const { active } = await staking.accountOf(provider);
      if (active > 0n) await staking.connect(provider).unstake(active);
      await networkHelpers.time.increase(THAW_SECONDS);
      await staking.connect(provider).withdraw();
      await staking.connect(provider).deregister();
      expect(await staking.accountOf(provider), "I4 all out").to.deep.equal([0n, 0n, 0n, 0n, 0n, false]);
    }
    expect(await staking.totalHeld(), "I4 all out").to.equal(0n);
    expect(await token.balanceOf(staking), "I4 all out").to.equal(0n);
  }
}

describe("StakingRegistry, any sequence of calls", () => {
  const deploy = stakingFixture(connection);

  async function registered() {
    const context = await deploy();
    for (const provider of [context.alice, context.bob, context.carol]) {
      await context.staking.connect(provider).register("");
    }
    return context;
  }

  it("should hold what the accounts hold, slash what it says, and let everybody out (I2, I4, I5, T-03, T-07)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
        const world = new World(await networkHelpers.loadFixture(registered));
        for (const next of steps) {
          await world.perform(next);
          await world.check();
        }
        await world.checkLogs();
        await world.exit();
      }),
      { numRuns: 20, interruptAfterTimeLimit: 60_000 },
    );
  });

  it("should never cost less or pay less when the slash is larger (I5, T-05, T-12)", async () => {
    await fc.assert(
      fc.asyncProperty(mill, mill, mill, fc.constantFrom(...OFFENCES), async (stake, amount, more, offence) => {
        const { staking, alice, market, buyer, reporter } = await networkHelpers.loadFixture(registered);
        await staking.connect(alice).stake(stake);
        await staking.connect(market).bond(alice, stake);
        const slash = async (size: bigint) =>
          staking.connect(market).slashBond.staticCall(offence, alice, size, buyer, reporter);
        const small = await slash(amount);
        const large = await slash(amount + more);
        const cost = (result: typeof small) => result.toBuyer + result.toReporter + result.burned;
        expect(cost(large), "I5 cost").to.be.at.least(cost(small));
        expect(large.toBuyer, "I5 buyer").to.be.at.least(small.toBuyer);
        expect(large.toReporter, "I5 reporter").to.be.at.least(small.toReporter);
      }),
      { numRuns: 40 },
    );
  });
});
