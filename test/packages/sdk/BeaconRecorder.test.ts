import { expect } from "chai";
import hre from "hardhat";

import { BeaconRecorder, type Contracts, type RawProvider, TransactionSender } from "@millrace/sdk";

const { ethers, networkHelpers } = await hre.network.create();

describe("BeaconRecorder", () => {
  it("should record a value once, and again where the chain has taken it back", async () => {
    const beacon = await ethers.deployContract("BlockBeacon");
    const [signer] = await ethers.getSigners();
    const { provider } = ethers;
    const recorder = new BeaconRecorder({
      contracts: { beacon } as unknown as Contracts,
      provider: provider as unknown as RawProvider,
      sender: new TransactionSender(signer!),
    });
    const second = BigInt(await networkHelpers.time.latest()) + 100n;
    expect(await recorder.ensure(second), "its block has not come").to.equal(false);
    const before = await networkHelpers.takeSnapshot();
    const recordWith = async (randao: number): Promise<string> => {
      await networkHelpers.setPrevRandao(randao);
      await networkHelpers.time.increaseTo(second);
      expect(await recorder.ensure(second)).to.equal(true);
      return await beacon.valueAt(second);
    };
    const first = await recordWith(1);
    const sent = await signer!.getNonce();
    expect(await recorder.ensure(second)).to.equal(true);
    expect(await signer!.getNonce(), "nothing more is sent").to.equal(sent);
    await before.restore();
    const other = await recordWith(2);
    expect([first, other]).not.to.include(ethers.ZeroHash);
    expect(other).not.to.equal(first);
  });
});
