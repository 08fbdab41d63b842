import { expect } from "chai";
import hre from "hardhat";

import MillraceModule from "../../ignition/modules/Millrace.js";
import { parametersOf } from "../../ignition/parametersOf.js";
import type { BurnMintSettlement, SettlementTerms, StakingRegistry } from "../../typechain-types/index.js";
import { runModule } from "../support/runModule.js";

const DAY = 86_400;
const SLOTS = 240;

describe("ignition/parameters/production.json", () => {
  it("should be within all bounds: a deployment with it succeeds and holds what it says", async () => {
    const connection = await hre.network.create();
    const { ethers, networkHelpers } = connection;
    const [deployer, governor, guardian, treasury, ecosystem] = await ethers.getSigners();
    const feeds = [1, 2].map(() => ethers.deployContract("PostedFeed", [governor, 8, "MILL / USD"]));
    const sources = await Promise.all(feeds.map(async (feed) => (await feed).getAddress()));
    const production = parametersOf("production");
    const contracts = await runModule(connection, MillraceModule, {
      deployer,
      parameters: {
        ...production,
        clock: { genesisAt: await networkHelpers.time.latest(), epochSeconds: DAY, slotsPerEpoch: SLOTS },
        governor: governor.address,
        guardian: guardian.address,
        genesisReceiver: treasury.address,
        ecosystemPayee: ecosystem.address,
        priceSources: sources.map((feed) => ({ feed, heartbeatSeconds: DAY })),
      },
    });
    const terms = contracts["SettlementTerms"] as SettlementTerms;
    const { feePpm, hourlyCapFloor } = await terms.tradeTerms();
    const expected = production["tradeTerms"] as Record<string, bigint | number>;
    expect([feePpm, hourlyCapFloor]).to.deep.equal([BigInt(expected["feePpm"]), expected["hourlyCapFloor"]]);
    const settlement = contracts["BurnMintSettlement"] as BurnMintSettlement;
    expect(await settlement.isSealed()).to.equal(true);

    // What the defaults promise to each other, beyond the bounds of each.
    const staking = contracts["StakingRegistry"] as StakingRegistry;
    const late = 7n * BigInt(DAY);
    const challenge = BigInt(production["reportChallengeSeconds"] as number);
    expect(await staking.thawSeconds(), "a thaw outlasts detection and challenge, T-27").to.be.greaterThan(
      late + challenge,
    );
    const { reportTimeoutSeconds } = production["leasePeriods"] as { reportTimeoutSeconds: number };
    expect(BigInt(reportTimeoutSeconds), "pay waits for the latest report").to.be.at.least(late);
  });
});
