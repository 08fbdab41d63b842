import { expect } from "chai";
import hre from "hardhat";

import { MILL, type StakingContext, stakingFixture, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

/** What an account is, by its facts. */
const STAKE_STATUSES = [
  "Unknown",
  "Registered",
  "Staked",
  "Required",
  "Bonded",
  "Thawing",
  "Matured",
  "Full",
  "Left",
] as const;
type StakeStatus = (typeof STAKE_STATUSES)[number];

/** What a delegator is at one provider. */
const DELEGATION_STATUSES = ["Outside", "Delegated", "Undelegating", "Released", "Crowded"] as const;
type DelegationStatus = (typeof DELEGATION_STATUSES)[number];

type Row<S extends string> = Readonly<Record<S, S | `!${string}`>>;

const ALL = 100n * MILL;
const SOME = 10n * MILL;
const MAX_EXITS = 8;

/** What each call leaves behind in each status, or the error that refuses it. */
const STAKE_TABLE: Readonly<Record<string, Row<StakeStatus>>> = {
  register: { ...allStakes("!AlreadyRegistered"), Unknown: "Registered", Left: "Staked" },
  deregister: {
    ...allStakes("Left"),
    Unknown: "!NotRegistered",
    Registered: "Unknown",
    Required: "!NodesLeft",
    Left: "!NotRegistered",
  },
  stake: { ...sameStakes(), Registered: "Staked", Unknown: "!NotRegistered", Left: "!NotRegistered" },
  stakeFor: { ...sameStakes(), Registered: "Staked", Unknown: "!NotRegistered", Left: "!NotRegistered" },
  unstake: {
    ...sameStakes(),
    Unknown: "!ActiveTooLow",
    Registered: "!ActiveTooLow",
    Staked: "Thawing",
    Required: "!AccessLost",
    Full: "!TooManyThaws",
  },
  cancelThaw: { ...allStakes("!UnknownThaw"), Thawing: "Staked", Matured: "Staked", Full: "Thawing" },
  withdraw: { ...sameStakes(), Matured: "Staked" },
  bond: {
    ...allStakes("Bonded"),
    Unknown: "!NotRegistered",
    Registered: "!ActiveTooLow",
    Required: "!AccessLost",
    Left: "!NotRegistered",
  },
  unbond: { ...sameStakes() },
};

const DELEGATION_TABLE: Readonly<Record<string, Row<DelegationStatus>>> = {
  delegate: { ...sameDelegations(), Outside: "Delegated" },
  undelegate: {
    ...sameDelegations(),
    Outside: "!TooFewShares",
    Delegated: "Undelegating",
    Crowded: "!TooManyUndelegations",
  },
  cancelUndelegation: {
    ...sameDelegations(),
    Outside: "!NothingUndelegating",
    Delegated: "!NothingUndelegating",
    Undelegating: "Delegated",
    Released: "Delegated",
    Crowded: "Delegated",
  },
  withdrawDelegation: { ...sameDelegations(), Released: "Delegated" },
};

describe("StakingRegistry transitions", () => {
  const deployStaking = stakingFixture(connection);
  let context: StakingContext;

  describe("of stake", () => {
    for (const status of STAKE_STATUSES) {
      describe(status, () => {
        before(async () => {
          context = await networkHelpers.loadFixture(deployStaking);
          await bringStakeTo(status);
        });

        it("should be the status that the facts give", async () => {
          expect(await stakeStatus()).to.equal(status);
        });

        for (const [name, row] of Object.entries(STAKE_TABLE)) {
          itBehaves(name, row[status], async () => callOfStake(name), stakeStatus, "StakingRegistry");
        }
      });
    }
  });

  describe("of a delegation", () => {
    for (const status of DELEGATION_STATUSES) {
      describe(status, () => {
        before(async () => {
          context = await networkHelpers.loadFixture(deployStaking);
          await bringDelegationTo(status);
        });

        it("should be the status that the facts give", async () => {
          expect(await delegationStatus()).to.equal(status);
        });

        for (const [name, row] of Object.entries(DELEGATION_TABLE)) {
          itBehaves(name, row[status], async () => callOfDelegation(name), delegationStatus, "DelegatedStake");
        }
      });
    }
  });

  function itBehaves(
    name: string,
    next: string,
    call: () => Promise<unknown>,
    statusNow: () => Promise<string>,
    errors: string,
  ): void {
    const isRefused = next.startsWith("!");
    it(isRefused ? `should refuse ${name}: ${next.slice(1)}` : `should become ${next} by ${name}`, async () => {
      const snapshot = await networkHelpers.takeSnapshot();
      if (isRefused) {
        const error = `${errors}_${next.slice(1)}`;
        await expect(call()).to.be.revertedWithCustomError(context.staking, error);
      } else {
        await call();
        expect(await statusNow()).to.equal(next);
      }
      await snapshot.restore();
    });
  }

  async function bringStakeTo(status: StakeStatus): Promise<void> {
    const { staking, alice, market, nodes } = context;
    const own = staking.connect(alice);
    if (status === "Unknown") return;
    await own.register("");
    if (status === "Registered") return;
    await own.stake(ALL);
    if (status === "Required") await staking.connect(nodes).setRequired(alice, ALL);
    if (status === "Bonded") await staking.connect(market).bond(alice, 4n * SOME);
    if (status === "Thawing" || status === "Matured") await own.unstake(SOME);
    if (status === "Matured") await networkHelpers.time.increase(THAW_SECONDS);
    if (status === "Full") for (let i = 0; i < MAX_EXITS; i++) await own.unstake(MILL);
    if (status === "Left") await own.deregister();
  }

  async function stakeStatus(): Promise<StakeStatus> {
    const { staking, alice } = context;
    const { active, bonded, required, registered } = await staking.accountOf(alice);
    const thaws = await staking.thawsOf(alice);
    if (!registered) return active === 0n ? "Unknown" : "Left";
    if (required !== 0n) return "Required";
    if (bonded !== 0n) return "Bonded";
    if (thaws.length === MAX_EXITS) return "Full";
    if ((await staking.withdrawable(alice)) !== 0n) return "Matured";
    if (thaws.length !== 0) return "Thawing";
    return active === 0n ? "Registered" : "Staked";
  }

  async function callOfStake(name: string): Promise<unknown> {
    const { staking, alice, bob, market } = context;
    const own = staking.connect(alice);
    if (name === "register") return own.register("");
    if (name === "deregister") return own.deregister();
    if (name === "stake") return own.stake(SOME);
    if (name === "stakeFor") return staking.connect(bob).stakeFor(alice, SOME);
    if (name === "unstake") return own.unstake(SOME);
    if (name === "cancelThaw") return cancelFirst();
    if (name === "withdraw") return own.withdraw();
    if (name === "bond") return staking.connect(market).bond(alice, SOME);
    return staking.connect(market).unbond(alice, SOME);
  }

  /** A full queue has room for seven again: what is left of it thaws. */
  async function cancelFirst(): Promise<unknown> {
    return context.staking.connect(context.alice).cancelThaw(1);
  }

  async function bringDelegationTo(status: DelegationStatus): Promise<void> {
    const { staking, alice, bob } = context;
    await staking.connect(alice).register("");
    await staking.connect(alice).stake(ALL);
    const delegator = staking.connect(bob);
    if (status === "Outside") return;
    await delegator.delegate(alice, ALL);
    if (status === "Delegated") return;
    if (status === "Crowded") for (let i = 0; i < MAX_EXITS; i++) await delegator.undelegate(alice, MILL);
    else await delegator.undelegate(alice, SOME);
    if (status === "Released") await networkHelpers.time.increase(THAW_SECONDS);
  }

  async function delegationStatus(): Promise<DelegationStatus> {
    const { staking, alice, bob } = context;
    const exits = await staking.undelegationsOf(alice, bob);
    const { earning, joining } = await staking.delegationOf(alice, bob);
    const now = BigInt(await networkHelpers.time.latest());
    if (exits.length === MAX_EXITS) return "Crowded";
    if (exits.some(({ releaseAt }) => releaseAt <= now)) return "Released";
    if (exits.length !== 0) return "Undelegating";
    return earning + joining === 0n ? "Outside" : "Delegated";
  }

  async function callOfDelegation(name: string): Promise<unknown> {
    const { staking, alice, bob } = context;
    const delegator = staking.connect(bob);
    if (name === "delegate") return delegator.delegate(alice, SOME);
    if (name === "undelegate") return delegator.undelegate(alice, SOME);
    if (name === "cancelUndelegation") return delegator.cancelUndelegation(alice);
    return delegator.withdrawDelegation(alice);
  }
});

function allStakes(next: StakeStatus | `!${string}`): Row<StakeStatus> {
  return Object.fromEntries(STAKE_STATUSES.map((status) => [status, next])) as Row<StakeStatus>;
}

function sameStakes(): Row<StakeStatus> {
  return Object.fromEntries(STAKE_STATUSES.map((status) => [status, status])) as Row<StakeStatus>;
}

function sameDelegations(): Row<DelegationStatus> {
  return Object.fromEntries(DELEGATION_STATUSES.map((status) => [status, status])) as Row<DelegationStatus>;
}
