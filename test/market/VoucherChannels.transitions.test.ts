import { expect } from "chai";
import hre from "hardhat";

import { CHANNEL_STATUSES, ChannelDriver, type ChannelStatus, DEPOSIT, type OpenChannel } from "./channelDriver.js";
import { CREDIT, marketWorld } from "./marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const CALLERS = ["buyer", "alice", "stranger"] as const;
type Caller = (typeof CALLERS)[number];
type Row = Partial<Record<ChannelStatus, ChannelStatus>>;

/** What each call of each caller leaves behind in the statuses that allow it; every other triple must be refused. */
const TABLE: Record<string, { may: Partial<Record<Caller, Row>>; refused: string; allowed: readonly ChannelStatus[] }> =
  {
    topUp: {
      may: { buyer: { Open: "Open", Closing: "Open", Lapsed: "Open" } },
      refused: "VoucherChannels_NotBuyer",
      allowed: ["Open", "Closing", "Lapsed"],
    },
    giveNotice: { may: { buyer: { Open: "Closing" } }, refused: "VoucherChannels_NotBuyer", allowed: ["Open"] },
    redeem: {
      may: { alice: { Open: "Open", Closing: "Closing", Lapsed: "Lapsed" } },
      refused: "VoucherChannels_NotProvider",
      allowed: ["Open", "Closing", "Lapsed"],
    },
    close: {
      may: { alice: { Open: "Closed", Closing: "Closed", Lapsed: "Closed" }, buyer: { Lapsed: "Closed" } },
      refused: "VoucherChannels_NotProvider",
      allowed: ["Open", "Closing", "Lapsed"],
    },
  };

describe("VoucherChannels transitions", () => {
  let driver: ChannelDriver;

  async function call(name: string, caller: Caller, opened: OpenChannel) {
    const signer = driver.world[caller];
    const channels = driver.world.channels.connect(signer);
    if (name === "topUp") return channels.topUp(opened.channel, CREDIT);
    if (name === "giveNotice") return channels.giveNotice(opened.channel);
    if (name === "redeem") return driver.redeem(opened, DEPOSIT / 2n, signer);
    return channels.close(opened.channel);
  }

  for (const status of CHANNEL_STATUSES) {
    describe(status, () => {
      let opened: OpenChannel;

      before(async () => {
        driver = new ChannelDriver(connection, await marketWorld(connection));
        opened = await driver.inStatus(status);
      });

      it("should be the status that the facts give", async () => {
        expect(await driver.statusOf(opened)).to.equal(status);
      });

      for (const [name, { may, refused, allowed }] of Object.entries(TABLE)) {
        for (const caller of CALLERS) {
          const next = may[caller]?.[status];
          it(
            next === undefined ? `should refuse ${name} by ${caller}` : `should become ${next} by ${caller}'s ${name}`,
            async () => {
              const snapshot = await networkHelpers.takeSnapshot();
              const { channels } = driver.world;
              if (next !== undefined) {
                await call(name, caller, opened);
                expect(await driver.statusOf(opened)).to.equal(next);
              } else if (allowed.includes(status) && !(name === "close" && caller === "buyer")) {
                await expect(call(name, caller, opened))
                  .to.be.revertedWithCustomError(channels, refused)
                  .withArgs(
                    driver.world[caller].address,
                    refused.endsWith("Buyer") ? opened.channel.buyer : opened.channel.provider,
                  );
              } else {
                const wanted: readonly ChannelStatus[] = name === "close" && caller === "buyer" ? ["Lapsed"] : allowed;
                await expect(call(name, caller, opened))
                  .to.be.revertedWithCustomError(channels, "VoucherChannels_WrongStatus")
                  .withArgs(opened.channelId, CHANNEL_STATUSES.indexOf(status), bitsOf(wanted));
              }
              await snapshot.restore();
            },
          );
        }
      }
    });
  }
});

function bitsOf(statuses: readonly ChannelStatus[]): bigint {
  return statuses.reduce((bits, status) => bits | (1n << BigInt(CHANNEL_STATUSES.indexOf(status))), 0n);
}
