import type { ContractTransactionResponse } from "ethers";

import { expect } from "chai";
import hre from "hardhat";

import { closeEpoch, FEE_PPM, setPrice, settlementFixture, WAD } from "./settlementFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const deploy = settlementFixture(connection);

/** Gas of whole transactions, in thousands: what `docs/settlement.md` says, as upper bounds. */
const BUDGET = {
  "buy, first": 210,
  "buy, again": 140,
  observe: 95,
  lock: 35,
  refund: 35,
  "pay, first of a provider": 90,
  "pay, again": 55,
  request: 95,
  close: 290,
  "pay, first of an epoch": 65,
  collect: 70,
};

describe("BurnMintSettlement: gas", () => {
  it("should stay within the budgets of the documentation", async () => {
    const context = await networkHelpers.loadFixture(deploy);
    const { settlement, oracle, market, buyer, provider } = context;
    const used: Partial<Record<keyof typeof BUDGET, number>> = {};
    const measure = async (name: keyof typeof BUDGET, sent: Promise<ContractTransactionResponse>) => {
      const receipt = await (await sent).wait();
      used[name] = Math.ceil(Number(receipt?.gasUsed) / 1_000);
    };
    const asMarket = settlement.connect(market);
    await measure("buy, first", settlement.connect(buyer).buy(1_000n * WAD, 0n, 0n));
    await measure("buy, again", settlement.connect(buyer).buy(1_000n * WAD, 0n, 0n));
    await measure("observe", oracle.observe());
    await asMarket.lock(buyer, WAD);
    await measure("lock", asMarket.lock(buyer, 1_000n * WAD));
    await measure("refund", asMarket.refund(buyer, WAD));
    await measure("pay, first of a provider", asMarket.pay(buyer, provider, WAD, FEE_PPM));
    await measure("pay, again", asMarket.pay(buyer, provider, WAD, FEE_PPM));
    await measure("request", settlement.connect(buyer).requestRedemption(WAD));
    for (const epoch of [0, 1]) {
      await closeEpoch(connection, context, epoch);
      await setPrice(context, WAD);
      const paid = asMarket.pay(buyer, provider, WAD, FEE_PPM);
      await (epoch === 1 ? measure("pay, first of an epoch", paid) : paid);
    }
    await closeEpoch(connection, context, 2);
    const block = await ethers.provider.getBlock("latest");
    used.close = Math.ceil(Number(block?.gasUsed) / 1_000);
    await measure("collect", settlement.collect(provider));
    const over = Object.entries(BUDGET).filter(
      ([name, most]) => (used[name as keyof typeof BUDGET] ?? Infinity) > most,
    );
    expect(over, JSON.stringify(used)).to.deep.equal([]);
  });
});
