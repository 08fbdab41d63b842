import { permitTypes } from "@millrace/sdk";
import { expect } from "chai";
import { MaxUint256, Signature, ZeroHash } from "ethers";
import hre from "hardhat";

import { domainOf } from "../support/typedData.js";
import { ChannelDriver, NOTICE_SECONDS } from "./channelDriver.js";
import { CREDIT, MILL, marketWorld, taskTerms, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const NO_PERMIT = { value: 0n, deadline: 0n, v: 0, r: ZeroHash, s: ZeroHash };
const SPENT = 1_000n * MILL;

async function fixture() {
  const world = await marketWorld(connection);
  await world.token.transfer(world.stranger, 10_000n * MILL);
  return world;
}

/** A newcomer, `stranger`, has MILL and nothing else: no allowance, no credits. */
describe("CreditPurchase", () => {
  let world: World;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
  });

  async function permit(value = SPENT, deadline = MaxUint256) {
    const { token, settlement, stranger } = world;
    const domain = await domainOf(connection, "Millrace", token);
    const message = {
      owner: stranger.address,
      spender: await settlement.getAddress(),
      value,
      nonce: await token.nonces(stranger),
      deadline,
    };
    const { v, r, s } = Signature.from(await stranger.signTypedData(domain, permitTypes, message));
    return { value, deadline, v, r, s };
  }

  const accountOf = async () => world.settlement.accountOf(world.stranger);

  it("should buy and open a task in one transaction, with a permit alone", async () => {
    const { tasks, token, stranger } = world;
    const terms = taskTerms();
    const { interface: abi } = tasks;
    await tasks
      .connect(stranger)
      .multicall([
        abi.encodeFunctionData("buyCredits", [SPENT, 1n, 0n, await permit()]),
        abi.encodeFunctionData("open", [terms]),
      ]);
    const { free, locked, burned } = await accountOf();
    expect(locked).to.equal(200n * CREDIT);
    expect(free + locked).to.equal((SPENT * 2n * 995n) / 1_000n);
    expect(burned).to.equal(SPENT);
    expect(await token.balanceOf(stranger)).to.equal(10_000n * MILL - SPENT);
    const [opened] = await tasks.queryFilter(tasks.filters.TaskOpened());
    expect(opened.args.buyer).to.equal(stranger.address);
  });

  it("should buy and open a channel in one transaction", async () => {
    const { channels, alice, stranger } = world;
    const { interface: abi } = channels;
    await channels
      .connect(stranger)
      .multicall([
        abi.encodeFunctionData("buyCredits", [SPENT, 1n, 0n, await permit()]),
        abi.encodeFunctionData("open", [alice.address, CREDIT, NOTICE_SECONDS]),
      ]);
    const { channel } = await new ChannelDriver(connection, world).last();
    expect(channel.buyer).to.equal(stranger.address);
  });

  it("should do neither if one of them fails", async () => {
    const { tasks, settlement, token, stranger } = world;
    const { interface: abi } = tasks;
    const calls = [
      abi.encodeFunctionData("buyCredits", [SPENT, 1n, 0n, await permit()]),
      abi.encodeFunctionData("open", [taskTerms({ maxPrice: 10_000n * CREDIT })]),
    ];
    await expect(tasks.connect(stranger).multicall(calls)).to.be.revertedWithCustomError(
      settlement,
      "BurnMintSettlement_TooFewFree",
    );
    expect(await token.balanceOf(stranger)).to.equal(10_000n * MILL);
  });

  it("should go on when somebody sent the permit ahead", async () => {
    const { tasks, token, settlement, stranger, challenger } = world;
    const given = await permit();
    await token
      .connect(challenger)
      .permit(stranger, settlement, given.value, given.deadline, given.v, given.r, given.s);
    await tasks.connect(stranger).buyCredits(SPENT, 1n, 0n, given);
    expect((await accountOf()).burned).to.equal(SPENT);
  });

  it("should need no permit where the allowance suffices", async () => {
    const { tasks, token, settlement, stranger } = world;
    await token.connect(stranger).approve(settlement, SPENT);
    await tasks.connect(stranger).buyCredits(SPENT, 1n, 0n, NO_PERMIT);
    expect((await accountOf()).burned).to.equal(SPENT);
  });

  it("should refuse a permit that is late, another's or too small", async () => {
    const { tasks, token, stranger } = world;
    const market = tasks.connect(stranger);
    await expect(market.buyCredits(SPENT, 1n, 0n, await permit(SPENT, 1n))).to.be.revertedWithCustomError(
      token,
      "ERC2612ExpiredSignature",
    );
    const foreign = await permit();
    await expect(tasks.connect(world.alice).buyCredits(SPENT, 1n, 0n, foreign)).to.be.revertedWithCustomError(
      token,
      "ERC2612InvalidSigner",
    );
    await expect(market.buyCredits(SPENT, 1n, 0n, await permit(SPENT - 1n))).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientAllowance",
    );
  });

  it("should keep the bounds of a purchase: fewest credits, least backing, pause", async () => {
    const { tasks, settlement, stranger } = world;
    const market = tasks.connect(stranger);
    await expect(market.buyCredits(SPENT, 2n * SPENT, 0n, await permit())).to.be.revertedWithCustomError(
      settlement,
      "BurnMintSettlement_TooFewCredits",
    );
    await expect(market.buyCredits(SPENT, 1n, 10n ** 19n, await permit())).to.be.revertedWithCustomError(
      settlement,
      "BurnMintSettlement_CollateralTooLow",
    );
    await settlement.pauseEntries(100);
    await expect(market.buyCredits(SPENT, 1n, 0n, await permit())).to.be.revertedWithCustomError(
      settlement,
      "EntryPause_EntriesPaused",
    );
  });
});
