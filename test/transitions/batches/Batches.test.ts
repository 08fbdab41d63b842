import { expect } from "chai";
import { id, type JsonFragment } from "ethers";
import hre from "hardhat";

import { ChannelDriver } from "../../market/channelDriver.js";
import { LeaseDriver } from "../../market/leaseDriver.js";
import { CREDIT, marketWorld, type World } from "../../market/marketFixture.js";
import { changingFunctions, deployedAbis } from "../deployedAbis.js";
import { BATCH_CALLS, type BatchCall } from "./batchCalls.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const ITEM_FAILED = id("ItemFailed(uint256,bytes)");
const MOST = 64;

/** Batches whose items are names of what waits: one that is named twice gives nothing twice. */
const SUMS: Readonly<Record<string, (world: World) => Promise<Sum>>> = {
  "BurnMintSettlement.collectMany": async (world) => {
    const { settlement, alice, bob } = world;
    await earn(world);
    await new LeaseDriver(connection, world).closeThrough(Number(await settlement.currentEpoch()));
    return {
      names: [alice.address, bob.address],
      idle: world.stranger.address,
      most: MOST,
      worth: async (accounts) => settlement.collectMany.staticCall(accounts as string[]),
    };
  },

  "BurnMintSettlement.collectEpochs": async (world) => {
    const { settlement, alice } = world;
    const driver = new LeaseDriver(connection, world);
    // Three epochs' earnings, of which the last is not set aside.
    const epochs: number[] = [];
    for (let round = 0; round < 3; round++) {
      epochs.push(await driver.epoch());
      await earn(world);
      await networkHelpers.time.increaseTo(driver.startOf(epochs[round] + 1));
    }
    await earn(world);
    await driver.closeThrough(epochs[2]);
    return {
      names: [epochs[0], epochs[1]],
      idle: epochs[2] + 7,
      most: MOST,
      worth: async (given) => settlement.collectEpochs.staticCall(alice, given as number[]),
    };
  },

  "UptimeRewards.collectAttestorPay": async (world) => {
    const driver = new LeaseDriver(connection, world);
    const epochs = [await driver.epoch(), (await driver.epoch()) + 1];
    for (const epoch of epochs) await driver.report(epoch);
    await driver.passToFinal(epochs[1]);
    const { rewards, attestors } = world;
    return {
      names: epochs,
      idle: epochs[1] + 1,
      worth: async (given) => rewards.collectAttestorPay.staticCall(attestors[0], given as number[]),
    };
  },
};

interface Sum {
  readonly names: readonly [unknown, unknown] | readonly unknown[];
  /** Names something that is worth nothing. */
  readonly idle: unknown;
  /** Most items, where there is a bound: the caller pays for each in any case. */
  readonly most?: number;
  readonly worth: (names: readonly unknown[]) => Promise<bigint>;
}

/** Other lists of functions' own arguments: what they are, and where bad ones are tried. */
const OTHER_LISTS: Readonly<Record<string, string>> = {
  "BurnMintSettlement.closeEpoch": "a round a source: test/settlement/PriceOracle.rounds.test.ts",
  "CapacityProofs.open": "the entries that were drawn: test/capacity/CapacityProofs.test.ts",
  "PriceOracle.setSources": "test/settlement/PriceOracle.test.ts",
  "ResultChecks.vouch": "the words that were drawn, in order: test/checks/ResultChecks.test.ts",
  "RunChecks.vouch": "the steps that were drawn, in order: test/checks/RunChecks.test.ts",
  "ResultClaims.withdrawBonds": "each once, or none: test/claims/ResultClaims.bonds.test.ts",
  "RunClaims.withdrawBonds": "the same",
  "ResultClaims.open": "the children of one branch, whose hash they have",
  "ResultClaims.deliver": "the words of one block, whose hash they have",
  "RunClaims.open": "the states of one branch, whose hash they have",
  "RunClaims.deliver": "the words of one block, whose hash they have",
  "UptimeChallenges.restoreSlot": "a seat once: test/uptime/Challenges.test.ts",
  "UptimeChallenges.showHeartbeat": "a seat once: test/uptime/Challenges.test.ts",
  "UptimeReceipts.show": "a slot is seen or not, however often it is shown: test/uptime/Challenges.test.ts",
};
/** Siblings of a hash, which must lead to a root. */
const PATHS = /^(proof|siblings|above|path|inclusion|listed|firstProof|secondProof|beforeProof)$/;

describe("Batches", function () {
  const fixture = async () => marketWorld(connection);

  it("are all here: every list of the deployment's functions that is no path and no part of an order", async function () {
    const known = [...Object.keys(BATCH_CALLS), ...Object.keys(SUMS), ...Object.keys(OTHER_LISTS)];
    const lists = [...(await deployedAbis())].flatMap(([name, abi]) =>
      name === "AccessManager"
        ? []
        : changingFunctions(abi)
            .filter(hasOwnList)
            .map((each) => `${name}.${each.name}`),
    );
    expect(lists.filter((each) => !known.includes(each))).to.deep.equal([]);
    expect(known.filter((each) => !lists.includes(each))).to.deep.equal([]);
  });

  for (const [name, make] of Object.entries(BATCH_CALLS)) {
    describe(name, function () {
      let call: BatchCall;

      beforeEach(async function () {
        call = await make(connection, await networkHelpers.loadFixture(fixture));
      });

      it("should do every item in any order, and say nothing", async function () {
        const [first, second] = call.good;
        expect(await failuresOf(call, [second, first])).to.deep.equal([]);
      });

      it("should do each once, however often it is named, and tell the others by event (X-28, T-49)", async function () {
        const [first, second] = call.good;
        expect(await failuresOf(call, [first, first, second, first])).to.deep.equal([
          [1, call.again],
          [3, call.again],
        ]);
        expect(await failuresOf(call, [second])).to.deep.equal([[0, call.again]]);
      });

      it("should go on after one that cannot be done, and tell it by event (X-28)", async function () {
        const [first, second] = call.good;
        expect(await failuresOf(call, [first, call.bad, second])).to.deep.equal([[1, call.refused]]);
        expect(await failuresOf(call, [first, second])).to.deep.equal([
          [0, call.again],
          [1, call.again],
        ]);
      });

      it("should refuse none, and more than 64 (T-56)", async function () {
        for (const count of [0, MOST + 1]) {
          const items = Array.from({ length: count }, () => call.good[0]);
          await expect(call.send(items))
            .to.be.revertedWithCustomError(call.contract, "Batch_LengthOutOfBounds")
            .withArgs(count, MOST);
        }
      });
    });
  }

  for (const [name, make] of Object.entries(SUMS)) {
    it(`${name} should give the same in any order, once, and for nothing nothing (X-28, T-49)`, async function () {
      const world = await networkHelpers.loadFixture(fixture);
      const { names, idle, most, worth } = await make(world);
      const [first, second] = names;
      const [one, other] = [await worth([first]), await worth([second])];
      const both = await worth([first, second]);
      // What is not set aside comes with every call.
      const always = await worth([]);
      expect(one > always && other > always).to.equal(true);
      expect(both).to.equal(one + other - always);
      for (const named of [
        [second, first],
        [first, first, second, first],
        [idle, first, idle, second],
      ])
        expect(await worth(named)).to.equal(both);
      expect(await worth([idle])).to.equal(always);
      if (most !== undefined)
        await expect(worth(Array.from({ length: most + 1 }, () => first)))
          .to.be.revertedWithCustomError(world.settlement, "BurnMintSettlement_TooManyItems")
          .withArgs(most + 1, most);
    });
  }
});

/** Items that were not done, with the named error that their event carries. */
async function failuresOf({ send, contract }: BatchCall, items: readonly unknown[]): Promise<[number, string][]> {
  const receipt = await (await send(items)).wait();
  const failed = receipt?.logs.filter(({ topics }) => topics[0] === ITEM_FAILED) ?? [];
  return failed.map((log) => {
    const parsed = contract.interface.parseLog(log);
    const reason = contract.interface.parseError(parsed?.args["reason"] as string);
    expect(reason?.args.length, "values in the error").to.be.greaterThan(0);
    return [Number(parsed?.args["index"]), reason?.name ?? "an unnamed error"];
  });
}

/** Alice and bob earn 1 and 2 credits. */
async function earn(world: World): Promise<void> {
  const driver = new ChannelDriver(connection, world);
  await driver.redeem(await driver.open(), CREDIT);
  await driver.redeem(await driver.open(undefined, world.buyer, world.bob), 2n * CREDIT, world.bob);
}

function hasOwnList({ inputs = [], name = "" }: JsonFragment): boolean {
  if (name === "multicall") return false;
  return inputs.some(({ type = "", name: own = "" }) => type.endsWith("[]") && !PATHS.test(own));
}
