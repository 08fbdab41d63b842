import { expect } from "chai";
import hre from "hardhat";

import { localParameters } from "../../ignition/localParameters.js";
import Millrace from "../../ignition/modules/Millrace.js";

describe("ignition deploy by hand", () => {
  it("should stop before anything is sealed if the governor is the deployer, after whom nobody would govern", async () => {
    const connection = await hre.network.create();
    const { ethers, ignition, networkHelpers } = connection;
    const [{ address }] = await ethers.getSigners();
    const feeds = [1, 2].map(() => ethers.deployContract("PostedFeed", [address, 8, "MILL / USD"]));
    const priceSources = await Promise.all(
      feeds.map(async (feed) => ({ feed: await (await feed).getAddress(), heartbeatSeconds: 86_400 })),
    );
    const parameters = {
      ...localParameters(),
      ...{ governor: address, guardian: address, genesisReceiver: address, ecosystemPayee: address },
      ...{
        priceSources,
        clock: { genesisAt: await networkHelpers.time.latest(), epochSeconds: 40, slotsPerEpoch: 20 },
      },
    };
    const refusal: unknown = await ignition
      .deploy(Millrace, { parameters: { Millrace: parameters } as never })
      .catch((error: unknown) => error);
    expect(String(refusal))
      .to.match(/Millrace#governorIsNotTheDeployer/)
      .and.match(/AccessManagerUnauthorizedAccount/);
    const sealed = ethers.id("WiringSealed()");
    const blocks = await ethers.provider.getBlockNumber();
    expect(await ethers.provider.getLogs({ topics: [sealed], fromBlock: 0, toBlock: blocks })).to.deep.equal([]);
  });
});
