import { expect } from "chai";
import hre from "hardhat";

import {
  closeEpoch,
  type SettlementContext,
  setPrice,
  settlementFixture,
  supplyIdentity,
  WAD,
} from "./settlementFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const deploy = settlementFixture(connection);

async function expectIdentity(context: SettlementContext): Promise<void> {
  const { left, right } = await supplyIdentity(context);
  expect(left, "I1").to.equal(right);
}

describe("BurnMintSettlement: from burn to mint", () => {
  it("should pay a provider out of what the buyer burned, at par", async () => {
    const context = await networkHelpers.loadFixture(deploy);
    const { buyer, provider, market, token, settlement, pots, ecosystem } = context;
    await settlement.connect(buyer).buy(1_000n * WAD, 995n * WAD, WAD);
    await expectIdentity(context);
    await settlement.connect(market).lock(buyer, 400n * WAD);
    await settlement.connect(market).pay(buyer, provider, 300n * WAD, 50_000n);
    await settlement.connect(market).refund(buyer, 100n * WAD);
    expect(await settlement.outstanding()).to.equal(980n * WAD);

    await closeEpoch(connection, context, 0);
    await expectIdentity(context);
    expect(await settlement.rateOf(0)).to.equal(10n ** 27n);
    expect(await settlement.collectable(provider)).to.equal(285n * WAD);
    await expect(settlement.collect(provider)).to.changeTokenBalance(connection.ethers, token, provider, 285n * WAD);
    await expectIdentity(context);
    // 285 were redeemed; the bank then held 715 for 695 credits, so the whole fee of 15 was burned.
    expect(await settlement.bank()).to.equal(700n * WAD);
    expect(await settlement.burnedForGood()).to.equal(15n * WAD);
    const [availability, attestors] = await settlement.potOf(0);
    expect(await token.balanceOf(pots)).to.equal(availability + attestors);
    expect(await token.balanceOf(ecosystem)).to.equal((await settlement.emitted()) - (availability + attestors));
  });

  it("should redeem a buyer's credits for at most what it burned", async () => {
    const context = await networkHelpers.loadFixture(deploy);
    const { buyer, token, settlement } = context;
    await settlement.connect(buyer).buy(1_000n * WAD, 0n, 0n);
    await setPrice(context, WAD / 2n);
    await settlement.connect(buyer).requestRedemption(995n * WAD);
    await closeEpoch(connection, context, 0);
    await expect(settlement.collect(buyer)).to.changeTokenBalance(connection.ethers, token, buyer, 1_000n * WAD);
    expect(await settlement.outstanding()).to.equal(0n);
    await expectIdentity(context);
  });
});
