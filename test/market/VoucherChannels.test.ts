import { voucherTypes } from "@millrace/sdk";
import { expect } from "chai";
import { hashMessage, TypedDataEncoder, ZeroAddress } from "ethers";
import hre from "hardhat";

import { ChannelDriver, DEPOSIT, NOTICE_SECONDS } from "./channelDriver.js";
import { CREDIT, marketWorld, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const UINT96 = 2n ** 96n - 1n;

async function fixture() {
  return marketWorld(connection);
}

describe("VoucherChannels", () => {
  let world: World;
  let driver: ChannelDriver;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new ChannelDriver(connection, world);
  });

  const lockedOf = async (account: string = world.buyer.address) => (await world.settlement.accountOf(account)).locked;
  const freeOf = async (account: string = world.buyer.address) => (await world.settlement.accountOf(account)).free;
  const earnedOf = async (account: string = world.alice.address) => (await world.settlement.positionOf(account)).earned;
  const afterFee = (credits: bigint) => credits - (credits * BigInt(world.parameters.tradeTerms.feePpm)) / 1_000_000n;

  describe("constructor", () => {
    it("should refuse a missing address and name it, and a notice out of bounds", async () => {
      const { authority, token, settlement, staking, channels } = world;
      const addresses = { authority, token, settlement, staking };
      for (const missing of Object.keys(addresses)) {
        const given = Object.entries(addresses).map(([name, at]) => (name === missing ? ZeroAddress : at));
        await expect(ethers.deployContract("VoucherChannels", [...given, 30]))
          .to.be.revertedWithCustomError(channels, "VoucherChannels_ZeroAddress")
          .withArgs(missing);
      }
      for (const notice of [0, 2_592_001]) {
        await expect(ethers.deployContract("VoucherChannels", [authority, token, settlement, staking, notice]))
          .to.be.revertedWithCustomError(channels, "VoucherChannels_NoticeOutOfBounds")
          .withArgs(notice, 1, 2_592_000);
      }
    });
  });

  describe("open", () => {
    it("should lock the credits and emit the terms whose hash is the id", async () => {
      const free = await freeOf();
      const { channelId, channel } = await driver.open();
      expect(channel).to.deep.equal({
        buyer: world.buyer.address,
        provider: world.alice.address,
        feePpm: 50_000n,
        noticeSeconds: BigInt(NOTICE_SECONDS),
        number: 1n,
      });
      expect(await world.channels.idOf(channel)).to.equal(channelId);
      expect(await world.channels.channelCount()).to.equal(1n);
      expect(await lockedOf()).to.equal(DEPOSIT);
      expect(await freeOf()).to.equal(free - DEPOSIT);
    });

    it("should give two channels of the same terms different ids", async () => {
      const [first, second] = [await driver.open(), await driver.open()];
      expect(first.channelId).not.to.equal(second.channelId);
    });

    it("should refuse no credits, too many, and a notice out of bounds", async () => {
      const channels = world.channels.connect(world.buyer);
      await expect(channels.open(world.alice, 0, NOTICE_SECONDS)).to.be.revertedWithCustomError(
        channels,
        "VoucherChannels_ZeroCredits",
      );
      const free = await freeOf();
      await expect(channels.open(world.alice, free + 1n, NOTICE_SECONDS))
        .to.be.revertedWithCustomError(world.settlement, "BurnMintSettlement_TooFewFree")
        .withArgs(world.buyer, free, free + 1n);
      for (const notice of [0, 29, 2_592_001, 2 ** 32 - 1]) {
        await expect(channels.open(world.alice, 1, notice))
          .to.be.revertedWithCustomError(channels, "VoucherChannels_NoticeOutOfBounds")
          .withArgs(notice, 30, 2_592_000);
      }
      await channels.open(world.alice, 1, 30);
      await channels.open(world.alice, 1, 2_592_000);
    });

    it("T-36: should refuse a receiver that has not opted in as a provider, and the buyer itself", async () => {
      const channels = world.channels.connect(world.buyer);
      for (const receiver of [world.stranger.address, ZeroAddress, await channels.getAddress()]) {
        await expect(channels.open(receiver, DEPOSIT, NOTICE_SECONDS))
          .to.be.revertedWithCustomError(channels, "VoucherChannels_NotRegistered")
          .withArgs(receiver);
      }
      await expect(world.channels.connect(world.alice).open(world.alice, 1, NOTICE_SECONDS))
        .to.be.revertedWithCustomError(channels, "VoucherChannels_OwnChannel")
        .withArgs(world.alice);
    });

    it("should be held back by a pause, and nothing else be", async () => {
      const opened = await driver.open();
      const idle = await driver.open();
      await world.channels.pauseEntries(86_400);
      const channels = world.channels.connect(world.buyer);
      await expect(channels.open(world.alice, 1, NOTICE_SECONDS)).to.be.revertedWithCustomError(
        channels,
        "EntryPause_EntriesPaused",
      );
      await channels.topUp(opened.channel, 1);
      await driver.redeem(opened, CREDIT);
      await channels.giveNotice(opened.channel);
      await driver.pass(NOTICE_SECONDS + 1);
      await channels.close(opened.channel);
      await world.channels.connect(world.alice).close(idle.channel);
      expect(await lockedOf()).to.equal(0n);
    });
  });

  describe("redeem", () => {
    it("should pay the difference to the highest voucher, whatever came before", async () => {
      const opened = await driver.open();
      await expect(driver.redeem(opened, 10n * CREDIT))
        .to.emit(world.channels, "VoucherRedeemed")
        .withArgs(opened.channelId, 10n * CREDIT, 10n * CREDIT, 10n * CREDIT);
      await expect(driver.redeem(opened, 35n * CREDIT))
        .to.emit(world.channels, "VoucherRedeemed")
        .withArgs(opened.channelId, 35n * CREDIT, 25n * CREDIT, 35n * CREDIT);
      expect(await earnedOf()).to.equal(afterFee(35n * CREDIT));
      expect(await lockedOf()).to.equal(DEPOSIT - 35n * CREDIT);
    });

    it("T-39: should pay a voucher once, and no lower one after it", async () => {
      const opened = await driver.open();
      await driver.redeem(opened, 30n * CREDIT);
      for (const cumulative of [30n * CREDIT, 29n * CREDIT, 1n, 0n]) {
        await expect(driver.redeem(opened, cumulative))
          .to.be.revertedWithCustomError(world.channels, "VoucherChannels_NothingToRedeem")
          .withArgs(opened.channelId, cumulative, 30n * CREDIT, DEPOSIT);
      }
    });

    it("T-39: should not take a voucher of one channel for another, of this or another payer", async () => {
      const [first, second] = [await driver.open(), await driver.open()];
      const foreign = await driver.open(DEPOSIT, world.otherBuyer);
      const signature = await driver.sign(first, CREDIT);
      for (const other of [second, foreign]) {
        await expect(world.channels.connect(world.alice).redeem(other.channel, CREDIT, signature))
          .to.be.revertedWithCustomError(world.channels, "VoucherChannels_BadSignature")
          .withArgs(other.channelId, CREDIT, other.channel.buyer);
      }
    });

    it("T-44: should pay no more than is locked, and the rest of the voucher after a top-up", async () => {
      const opened = await driver.open();
      await expect(driver.redeem(opened, UINT96))
        .to.emit(world.channels, "VoucherRedeemed")
        .withArgs(opened.channelId, UINT96, DEPOSIT, DEPOSIT);
      await expect(driver.redeem(opened, UINT96)).to.be.revertedWithCustomError(
        world.channels,
        "VoucherChannels_NothingToRedeem",
      );
      await world.channels.connect(world.buyer).topUp(opened.channel, CREDIT);
      expect(await world.channels.redeemable(opened.channelId, UINT96)).to.equal(CREDIT);
      await driver.redeem(opened, UINT96);
      expect(await lockedOf()).to.equal(0n);
    });

    it("T-23: should leave every other channel's credits alone", async () => {
      const first = await driver.open();
      const second = await driver.open(7n * CREDIT, world.buyer, world.bob);
      await driver.redeem(first, UINT96);
      await world.channels.connect(world.alice).close(first.channel);
      expect(await lockedOf()).to.equal(7n * CREDIT);
      await driver.redeem(second, 7n * CREDIT, world.bob);
      expect(await earnedOf(world.bob.address)).to.equal(afterFee(7n * CREDIT));
    });

    it("T-22: should take the fee of the opening, whatever it is now", async () => {
      const opened = await driver.open();
      await world.terms.setTradeTerms({ ...world.parameters.tradeTerms, feePpm: 100_000 });
      await networkHelpers.time.increase(world.clock.epochSeconds * 2);
      expect(await world.settlement.feePpm()).to.equal(100_000n);
      await driver.redeem(opened, 10n * CREDIT);
      expect(await earnedOf()).to.equal(afterFee(10n * CREDIT));
    });

    it("should pay a provider that has deregistered since", async () => {
      const { channels, staking, stranger } = world;
      await staking.connect(stranger).register("");
      const opened = await driver.open(DEPOSIT, world.buyer, stranger);
      await staking.connect(stranger).deregister();
      await driver.redeem(opened, CREDIT, stranger);
      await channels.connect(stranger).close(opened.channel);
      expect(await earnedOf(stranger.address)).to.equal(afterFee(CREDIT));
    });

    it("T-54: should let no provider redeem another's channel", async () => {
      const opened = await driver.open();
      await expect(driver.redeem(opened, CREDIT, world.bob))
        .to.be.revertedWithCustomError(world.channels, "VoucherChannels_NotProvider")
        .withArgs(world.bob, world.alice);
    });

    it("should not touch a channel whose terms were changed by the caller", async () => {
      const opened = await driver.open();
      const changes = [
        { buyer: world.otherBuyer.address },
        { provider: world.bob.address },
        { feePpm: 10_000n },
        { noticeSeconds: 1n },
        { number: 2n },
      ];
      for (const change of changes) {
        const channel = { ...opened.channel, ...change };
        const signature = await driver.sign(opened, CREDIT);
        const otherId = await world.channels.idOf(channel);
        const caller = "provider" in change ? world.bob : world.alice;
        await expect(world.channels.connect(caller).redeem(channel, CREDIT, signature))
          .to.be.revertedWithCustomError(world.channels, "VoucherChannels_WrongStatus")
          .withArgs(otherId, 0, 0b1110);
      }
    });
  });

  describe("vouchers", () => {
    it("T-38: should hash as EIP-712 says, with every field signed and bound to chain and contract", async () => {
      const { channels, alice } = world;
      const opened = await driver.open();
      const domain = await driver.domain();
      const voucher = { channelId: opened.channelId, cumulative: CREDIT };
      const digest = TypedDataEncoder.hash(domain, voucherTypes, voucher);
      expect(await channels.digestOf(opened.channelId, CREDIT)).to.equal(digest);
      expect(await channels.VOUCHER_TYPEHASH()).to.equal(
        ethers.id(TypedDataEncoder.from(voucherTypes).encodeType("Voucher")),
      );

      const otherId = ethers.id("other");
      const wrong: [typeof domain, typeof voucher][] = [
        [{ ...domain, chainId: domain.chainId + 1n }, voucher],
        [{ ...domain, verifyingContract: await world.tasks.getAddress() }, voucher],
        [{ ...domain, version: "2" }, voucher],
        [{ ...domain, name: "Millrace" }, voucher],
        [domain, { ...voucher, cumulative: CREDIT + 1n }],
        [domain, { ...voucher, channelId: otherId }],
      ];
      for (const [otherDomain, otherVoucher] of wrong) {
        const signature = await world.buyer.signTypedData(otherDomain, voucherTypes, otherVoucher);
        await expect(channels.connect(alice).redeem(opened.channel, CREDIT, signature)).to.be.revertedWithCustomError(
          channels,
          "VoucherChannels_BadSignature",
        );
      }
    });

    it("should refuse signatures that are no signatures, or another's", async () => {
      const { channels, alice, buyer, otherBuyer } = world;
      const opened = await driver.open();
      const good = await driver.sign(opened, CREDIT);
      const { r, yParityAndS, s, v } = ethers.Signature.from(good);
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const malleable = ethers.concat([r, ethers.toBeHex(order - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
      const bad = [
        "0x",
        good.slice(0, -2),
        `${good}00`,
        malleable,
        ethers.concat([r, yParityAndS]),
        ethers.ZeroHash + "00".repeat(33),
        await driver.sign(opened, CREDIT, otherBuyer),
        await buyer.signMessage(hashMessage(await channels.digestOf(opened.channelId, CREDIT))),
      ];
      for (const signature of bad) {
        await expect(
          channels.connect(alice).redeem(opened.channel, CREDIT, signature),
          signature,
        ).to.be.revertedWithCustomError(channels, "VoucherChannels_BadSignature");
      }
      await channels.connect(alice).redeem(opened.channel, CREDIT, good);
    });

    it("should take what a buyer that is a contract takes (ERC-1271), and T-53: bear any answer of it", async () => {
      const { channels, settlement, token, buyer, alice } = world;
      const account = await ethers.deployContract("SmartAccount", [buyer]);
      await token.transfer(account, 1_000n * CREDIT);
      const run = async (target: string, data: string) => account.execute(target, data);
      await run(
        await token.getAddress(),
        token.interface.encodeFunctionData("approve", [await settlement.getAddress(), 1_000n * CREDIT]),
      );
      await run(await settlement.getAddress(), settlement.interface.encodeFunctionData("buy", [100n * CREDIT, 0n, 0n]));
      await run(
        await channels.getAddress(),
        channels.interface.encodeFunctionData("open", [alice.address, 50n * CREDIT, NOTICE_SECONDS]),
      );
      const opened = await driver.last();
      expect(opened.channel.buyer).to.equal(await account.getAddress());
      const [answers, redeem] = [
        { never: 1, malformed: 2, long: 3, allGas: 4 },
        async () =>
          channels
            .connect(alice)
            .redeem(opened.channel, CREDIT, await driver.sign(opened, CREDIT), { gasLimit: 2_000_000 }),
      ];
      for (const [name, answer] of Object.entries(answers)) {
        await account.setAnswer(answer);
        await expect(redeem(), name).to.be.revertedWithCustomError(channels, "VoucherChannels_BadSignature");
      }
      await account.setAnswer(0);
      await redeem();
      expect(await earnedOf()).to.equal(afterFee(CREDIT));
    });

    it("T-53: should stay good when code appears at the address of the key that signed them", async () => {
      const { channels, alice, buyer } = world;
      const opened = await driver.open();
      const signature = await driver.sign(opened, CREDIT);
      const denier = await ethers.deployContract("SmartAccount", [alice]);
      await denier.setAnswer(1);
      // What a delegation by EIP-7702 leaves at an account.
      await networkHelpers.setCode(buyer.address, ethers.concat(["0xef0100", await denier.getAddress()]));
      await channels.connect(alice).redeem(opened.channel, CREDIT, signature);
      expect(await earnedOf()).to.equal(afterFee(CREDIT));
    });
  });

  describe("closing", () => {
    it("T-77: should leave the provider the whole notice to redeem, and the buyer the rest", async () => {
      const { channels, buyer, alice } = world;
      const opened = await driver.open();
      const free = await freeOf();
      await channels.connect(buyer).giveNotice(opened.channel);
      const { closesAt } = await channels.recordOf(opened.channelId);
      expect(closesAt).to.equal(BigInt(await networkHelpers.time.latest()) + BigInt(NOTICE_SECONDS));
      await networkHelpers.time.setNextBlockTimestamp(closesAt);
      await expect(channels.connect(buyer).close(opened.channel))
        .to.be.revertedWithCustomError(channels, "VoucherChannels_WrongStatus")
        .withArgs(opened.channelId, 2, 0b1000);
      await channels.connect(alice).redeem(opened.channel, 60n * CREDIT, await driver.sign(opened, 60n * CREDIT));
      await expect(channels.connect(buyer).close(opened.channel))
        .to.emit(channels, "ChannelClosed")
        .withArgs(opened.channelId, 40n * CREDIT);
      expect(await freeOf()).to.equal(free + 40n * CREDIT);
      expect(await earnedOf()).to.equal(afterFee(60n * CREDIT));
    });

    it("T-77: should pay vouchers after the notice, until the buyer has taken the rest", async () => {
      const opened = await driver.inStatus("Lapsed");
      await driver.redeem(opened, DEPOSIT);
      expect(await earnedOf()).to.equal(afterFee(DEPOSIT));
      await expect(world.channels.connect(world.buyer).close(opened.channel))
        .to.emit(world.channels, "ChannelClosed")
        .withArgs(opened.channelId, 0n);
    });

    it("should give a fresh notice its full length after a top-up withdrew the last one", async () => {
      const { channels, buyer } = world;
      const opened = await driver.inStatus("Lapsed");
      await channels.connect(buyer).topUp(opened.channel, CREDIT);
      expect(await driver.statusOf(opened)).to.equal("Open");
      await channels.connect(buyer).giveNotice(opened.channel);
      await driver.pass(NOTICE_SECONDS - 1);
      expect(await driver.statusOf(opened)).to.equal("Closing");
    });

    it("T-29: should stay closed for ever, whatever vouchers there are", async () => {
      const { channels, alice } = world;
      const opened = await driver.inStatus("Closed");
      expect(await channels.redeemable(opened.channelId, DEPOSIT)).to.equal(0n);
      await expect(driver.redeem(opened, DEPOSIT)).to.be.revertedWithCustomError(
        channels,
        "VoucherChannels_WrongStatus",
      );
      await expect(channels.connect(alice).close(opened.channel)).to.be.revertedWithCustomError(
        channels,
        "VoucherChannels_WrongStatus",
      );
    });

    it("T-52: should let either side out while the other is gone", async () => {
      const { channels, buyer, alice } = world;
      const left = await driver.open();
      await channels.connect(alice).close(left.channel);
      const abandoned = await driver.open();
      await channels.connect(buyer).giveNotice(abandoned.channel);
      await driver.pass(NOTICE_SECONDS + 1);
      await channels.connect(buyer).close(abandoned.channel);
      expect(await lockedOf()).to.equal(0n);
    });

    it("T-78: should keep out third parties: no deposit of theirs changes a notice", async () => {
      const opened = await driver.inStatus("Closing");
      await expect(world.channels.connect(world.otherBuyer).topUp(opened.channel, 1))
        .to.be.revertedWithCustomError(world.channels, "VoucherChannels_NotBuyer")
        .withArgs(world.otherBuyer, world.buyer);
    });
  });

  describe("topUp", () => {
    it("should add up, and refuse nothing and more than a channel can hold", async () => {
      const { channels, buyer } = world;
      const opened = await driver.open();
      await expect(channels.connect(buyer).topUp(opened.channel, CREDIT))
        .to.emit(channels, "ChannelToppedUp")
        .withArgs(opened.channelId, CREDIT, DEPOSIT + CREDIT);
      expect(await lockedOf()).to.equal(DEPOSIT + CREDIT);
      await expect(channels.connect(buyer).topUp(opened.channel, 0)).to.be.revertedWithCustomError(
        channels,
        "VoucherChannels_ZeroCredits",
      );
      await expect(channels.connect(buyer).topUp(opened.channel, UINT96)).to.be.revertedWithCustomError(
        channels,
        "SafeCastOverflowedUintDowncast",
      );
    });
  });

  describe("multicall", () => {
    it("should redeem and close in one transaction", async () => {
      const { channels, alice } = world;
      const opened = await driver.open();
      const signature = await driver.sign(opened, CREDIT);
      await channels
        .connect(alice)
        .multicall([
          channels.interface.encodeFunctionData("redeem", [opened.channel, CREDIT, signature]),
          channels.interface.encodeFunctionData("close", [opened.channel]),
        ]);
      expect(await driver.statusOf(opened)).to.equal("Closed");
      expect(await lockedOf()).to.equal(0n);
    });
  });

  describe("gas", () => {
    it("should redeem far below the lowest peer's 162 k", async () => {
      const opened = await driver.open();
      const first = await (await driver.redeem(opened, CREDIT)).wait();
      const next = await (await driver.redeem(opened, 2n * CREDIT)).wait();
      expect(first?.gasUsed).to.be.lessThan(162_000n);
      expect(next?.gasUsed).to.be.lessThan(110_000n);
    });
  });

  describe("events", () => {
    it("should be enough to rebuild what is stored", async () => {
      const { channels, buyer } = world;
      const opened = await driver.open();
      await driver.redeem(opened, CREDIT);
      await channels.connect(buyer).topUp(opened.channel, CREDIT);
      await channels.connect(buyer).giveNotice(opened.channel);
      const record = { deposited: 0n, redeemed: 0n, closesAt: 0n, isClosed: false };
      for (const log of await channels.queryFilter(channels.filters["ChannelOpened"](opened.channelId), 0)) {
        record.deposited = log.args.credits;
      }
      for (const { args } of await channels.queryFilter(channels.filters.ChannelToppedUp(opened.channelId))) {
        record.deposited = args.deposited;
        record.closesAt = 0n;
      }
      for (const { args } of await channels.queryFilter(channels.filters.VoucherRedeemed(opened.channelId))) {
        record.redeemed = args.redeemed;
      }
      for (const { args } of await channels.queryFilter(channels.filters.ChannelNoticeGiven(opened.channelId))) {
        record.closesAt = args.closesAt;
      }
      const { deposited, redeemed, closesAt, isClosed } = await channels.recordOf(opened.channelId);
      expect({ deposited, redeemed, closesAt, isClosed }).to.deep.equal(record);
    });
  });
});
