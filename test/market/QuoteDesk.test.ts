import { quoteTypes } from "@millrace/sdk";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import hre from "hardhat";

import type { IQuoteDesk } from "../../typechain-types/index.js";
import { quoteDomain, quoteOf } from "./leaseTerms.js";
import { CREDIT, marketWorld, RATE, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

async function fixture() {
  return marketWorld(connection);
}

describe("QuoteDesk", () => {
  let world: World;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
  });

  async function sign(quote: IQuoteDesk.QuoteStruct, by = world.alice, changes: object = {}) {
    return by.signTypedData({ ...(await quoteDomain(connection, world)), ...changes }, quoteTypes, quote);
  }

  const desk = () => world.quotes.connect(world.buyer);

  describe("take", () => {
    it("should begin a lease at the quote's terms, with its bond", async () => {
      const quote = quoteOf(world);
      await expect(desk().take(quote, 2, 100, world.alice, await sign(quote)))
        .to.emit(world.quotes, "QuoteTaken")
        .withArgs(world.alice.address, 7n, 1n, world.buyer.address, 2, 2);
      const lease = await world.leases.leaseOf(1);
      expect([lease.buyer, lease.nodeId, lease.units]).to.deep.equal([world.buyer.address, 1n, 2n]);
      expect(lease.rate).to.equal(2n * RATE);
      expect(lease.locked).to.equal(200n * RATE);
      expect((await world.leases.pledgeOf(1)).bond).to.equal(2n * BigInt(quote.bondPerUnit));
      expect((await world.staking.accountOf(world.alice)).bonded).to.equal(2n * BigInt(quote.bondPerUnit));
    });

    it("T-38: should hash as wallets do", async () => {
      const quote = quoteOf(world);
      const digest = TypedDataEncoder.hash(await quoteDomain(connection, world), quoteTypes, quote);
      expect(await world.quotes.quoteDigest(quote)).to.equal(digest);
    });

    it("T-38: should refuse a quote in which any field was changed", async () => {
      const quote = quoteOf(world, { buyer: world.buyer.address });
      const signature = await sign(quote);
      const changes: Partial<IQuoteDesk.QuoteStruct>[] = [
        { buyer: ethers.ZeroAddress },
        { units: 3 },
        { minUnits: 0 },
        { ratePerUnit: RATE - 1n },
        { minSeconds: 19 },
        { maxSeconds: 10_001 },
        { bondPerUnit: 1n },
        { uptimePpm: 900_001 },
        { penaltyPpm: 999_999 },
        { darkSlots: 4 },
        { nonce: 8n },
        { expiresAt: 2n ** 47n + 1n },
      ];
      const changed = new Set(changes.flatMap((change) => Object.keys(change)));
      const fields = quoteTypes.Quote.map(({ name }) => name).filter((name) => !changed.has(name));
      expect(fields, "checked below").to.deep.equal(["provider", "nodeId"]);
      for (const change of changes) {
        await expect(
          desk().take({ ...quote, ...change }, 1, 100, world.alice, signature),
          Object.keys(change)[0],
        ).to.be.revertedWithCustomError(world.quotes, "QuoteDesk_BadSignature");
      }
      for (const change of [{ provider: world.bob.address }, { nodeId: 2n }]) {
        await expect(
          desk().take({ ...quote, ...change }, 1, 100, world.alice, signature),
        ).to.be.revertedWithCustomError(world.quotes, "QuoteDesk_NotProvidersNode");
      }
      await desk().take(quote, 1, 100, world.alice, signature);
    });

    it("T-38: should refuse one signed for another chain, contract, version or name", async () => {
      const quote = quoteOf(world);
      const others = [
        { chainId: 1n },
        { verifyingContract: await world.leases.getAddress() },
        { version: "2" },
        { name: "Millrace Nodes" },
      ];
      for (const other of others) {
        const signature = await sign(quote, world.alice, other);
        await expect(desk().take(quote, 1, 100, world.alice, signature)).to.be.revertedWithCustomError(
          world.quotes,
          "QuoteDesk_BadSignature",
        );
      }
    });

    it("T-39: should give its units once, in parts, however often it is shown", async () => {
      const quote = quoteOf(world);
      const signature = await sign(quote);
      await desk().take(quote, 1, 100, world.alice, signature);
      await world.quotes.connect(world.otherBuyer).take(quote, 1, 100, world.alice, signature);
      await world.leases.connect(world.buyer).close(1);
      await expect(desk().take(quote, 1, 100, world.alice, signature))
        .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_UnitsOutOfBounds")
        .withArgs(1, 0, 0);
      expect(await world.quotes.unitsUsed(world.alice, 7)).to.equal(2n);
    });

    it("T-39: should let one of two quotes of a nonce use up both", async () => {
      const [cheap, dear] = [quoteOf(world), quoteOf(world, { ratePerUnit: 2n * RATE })];
      await desk().take(dear, 2, 100, world.alice, await sign(dear));
      await world.leases.connect(world.buyer).close(1);
      await expect(desk().take(cheap, 1, 100, world.alice, await sign(cheap))).to.be.revertedWithCustomError(
        world.quotes,
        "QuoteDesk_UnitsOutOfBounds",
      );
    });

    it("should take the least units, or all that is left, and the bounds of time themselves (T-45)", async () => {
      const quote = quoteOf(world, { units: 3, minUnits: 2 });
      const signature = await sign(quote);
      await expect(desk().take(quote, 1, 100, world.alice, signature))
        .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_UnitsOutOfBounds")
        .withArgs(1, 2, 3);
      await expect(desk().take(quote, 0, 100, world.alice, signature)).to.be.revertedWithCustomError(
        world.quotes,
        "QuoteDesk_UnitsOutOfBounds",
      );
      for (const seconds of [19, 10_001]) {
        await expect(desk().take(quote, 2, seconds, world.alice, signature))
          .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_SecondsOutOfBounds")
          .withArgs(seconds, 20, 10_000);
      }
      await desk().take(quote, 2, 20, world.alice, signature);
      await world.leases.connect(world.buyer).close(1);
      await desk().take(quote, 1, 10_000, world.alice, signature);
    });

    it("T-43: should be for the named buyer alone", async () => {
      const quote = quoteOf(world, { buyer: world.otherBuyer.address });
      const signature = await sign(quote);
      await expect(desk().take(quote, 1, 100, world.alice, signature))
        .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_NotBuyer")
        .withArgs(world.buyer.address, world.otherBuyer.address);
      await world.quotes.connect(world.otherBuyer).take(quote, 1, 100, world.alice, signature);
    });

    it("T-36: should take nobody's word but the provider's and its operator's", async () => {
      const quote = quoteOf(world);
      for (const signer of [world.bob, world.agent, world.buyer]) {
        await expect(desk().take(quote, 1, 100, signer, await sign(quote, signer)))
          .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_NotSigner")
          .withArgs(signer.address, world.alice.address);
      }
      await expect(desk().take(quote, 1, 100, world.alice, await sign(quote, world.bob))).to.be.revertedWithCustomError(
        world.quotes,
        "QuoteDesk_BadSignature",
      );
      await expect(desk().take(quote, 1, 100, world.alice, "0x")).to.be.revertedWithCustomError(
        world.quotes,
        "QuoteDesk_BadSignature",
      );
      await world.staking.connect(world.alice).setOperator(world.bob);
      await desk().take(quote, 1, 100, world.bob, await sign(quote, world.bob));
    });

    it("should take the word of a contract (ERC-1271)", async () => {
      const wallet = await ethers.deployContract("SmartAccount", [world.bob]);
      await world.staking.connect(world.alice).setOperator(wallet);
      const quote = quoteOf(world);
      await expect(desk().take(quote, 1, 100, wallet, await sign(quote, world.alice))).to.be.revertedWithCustomError(
        world.quotes,
        "QuoteDesk_BadSignature",
      );
      await desk().take(quote, 1, 100, wallet, await sign(quote, world.bob));
    });

    it("should refuse when it has expired, from that second on", async () => {
      const expiresAt = (await networkHelpers.time.latest()) + 100;
      const quote = quoteOf(world, { expiresAt });
      const signature = await sign(quote);
      await networkHelpers.time.setNextBlockTimestamp(expiresAt - 1);
      await desk().take(quote, 1, 100, world.alice, signature);
      await expect(desk().take(quote, 1, 100, world.alice, signature))
        .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_Expired")
        .withArgs(expiresAt);
    });

    it("should refuse the provider itself, too few credits, and a pause", async () => {
      const quote = quoteOf(world);
      const signature = await sign(quote);
      await expect(
        world.quotes.connect(world.alice).take(quote, 1, 100, world.alice, signature),
      ).to.be.revertedWithCustomError(world.leases, "LeaseMarket_OwnNode");
      await expect(
        world.quotes.connect(world.stranger).take(quote, 1, 100, world.alice, signature),
      ).to.be.revertedWithCustomError(world.settlement, "BurnMintSettlement_TooFewFree");
      await world.quotes.pauseEntries(3_600);
      await expect(desk().take(quote, 1, 100, world.alice, signature)).to.be.revertedWithCustomError(
        world.quotes,
        "EntryPause_EntriesPaused",
      );
    });

    it("T-22: should keep the fee of the second in which it was taken", async () => {
      const quote = quoteOf(world);
      await desk().take(quote, 1, 100, world.alice, await sign(quote));
      await world.terms.setTradeTerms({ ...world.parameters.tradeTerms, feePpm: 100_000 });
      expect((await world.leases.leaseOf(1)).feePpm).to.equal(50_000n);
    });

    it("should buy credits and take a quote in one transaction", async () => {
      const { quotes, token, settlement, stranger } = world;
      await token.transfer(stranger, 1_000n * CREDIT);
      await token.connect(stranger).approve(settlement, 1_000n * CREDIT);
      const quote = quoteOf(world);
      const none = { value: 0n, deadline: 0n, v: 0, r: ethers.ZeroHash, s: ethers.ZeroHash };
      const abi = quotes.interface;
      await quotes
        .connect(stranger)
        .multicall([
          abi.encodeFunctionData("buyCredits", [100n * CREDIT, 1n, 0n, none]),
          abi.encodeFunctionData("take", [quote, 1, 100, world.alice.address, await sign(quote)]),
        ]);
      expect((await world.leases.leaseOf(1)).buyer).to.equal(stranger.address);
    });
  });

  describe("cancel", () => {
    it("should cancel nonces for ever, in a pause too (T-66)", async () => {
      await world.quotes.pauseEntries(3_600);
      await expect(world.quotes.connect(world.alice).cancel(world.alice, 0, 1n << 7n))
        .to.emit(world.quotes, "QuotesCancelled")
        .withArgs(world.alice.address, 0, 1n << 7n);
      await world.quotes.pauseEntries(0);
      await world.quotes.connect(world.alice).cancel(world.alice, 0, 1n << 9n);
      const quote = quoteOf(world);
      await expect(desk().take(quote, 1, 100, world.alice, await sign(quote)))
        .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_Cancelled")
        .withArgs(world.alice.address, 7n);
      const other = quoteOf(world, { nonce: 8n });
      await desk().take(other, 1, 100, world.alice, await sign(other));
    });

    it("should reach every nonce, and the provider's own alone", async () => {
      const last = 2n ** 256n - 1n;
      await world.quotes.connect(world.alice).cancel(world.alice, last >> 8n, 1n << 255n);
      expect(await world.quotes.isCancelled(world.alice, last)).to.equal(true);
      expect(await world.quotes.isCancelled(world.alice, last - 1n)).to.equal(false);
      expect(await world.quotes.isCancelled(world.bob, last)).to.equal(false);
    });

    it("T-54: should refuse everybody else", async () => {
      for (const caller of [world.bob, world.buyer, world.governor]) {
        await expect(world.quotes.connect(caller).cancel(world.alice, 0, 1n))
          .to.be.revertedWithCustomError(world.quotes, "QuoteDesk_NotProvider")
          .withArgs(caller.address, world.alice.address);
      }
      await world.staking.connect(world.alice).setOperator(world.bob);
      await world.quotes.connect(world.bob).cancel(world.alice, 0, 1n);
    });
  });
});
