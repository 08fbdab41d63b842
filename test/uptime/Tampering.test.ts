import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import hre from "hardhat";

import { deployUptime, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const SELECTOR_BYTES = 4;

describe("a leaf and its proof, byte by byte", () => {
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  it("should be refused by the contract with any byte of either changed (T-58)", async () => {
    const at = await networkHelpers.loadFixture(deploy);
    const { leaves, tree } = await at.post(0);
    await at.finalise(0);
    const to = await at.oracle.getAddress();
    const data = getBytes(at.oracle.interface.encodeFunctionData("verifyFinal", [leaves[1]!, tree.proof(1)]));
    const passes = async (bytes: Uint8Array): Promise<boolean> =>
      await ethers.provider.call({ to, data: hexlify(bytes) }).then(
        () => true,
        () => false,
      );
    expect(await passes(data), "as it is").to.equal(true);
    const accepted: number[] = [];
    for (let byte = SELECTOR_BYTES; byte < data.length; byte++) {
      const changed = data.slice();
      changed[byte]! ^= 1 << (byte % 8);
      if (await passes(changed)) accepted.push(byte);
    }
    expect(accepted, `of ${data.length} bytes`).to.deep.equal([]);
  });
});
