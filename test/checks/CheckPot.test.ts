import { expect } from "chai";
import hre from "hardhat";

import { marketWorld, MILL } from "../market/marketFixture.js";
import { PARAMETERS } from "../support/deployMillrace.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const CAP = PARAMETERS.checkPotCap;

async function deploy() {
  return marketWorld(connection);
}

describe("CheckPot", () => {
  it("should burn what is more than the cap, and nothing else", async () => {
    const { checkPot, token, governor } = await networkHelpers.loadFixture(deploy);
    expect(await checkPot.cap()).to.equal(CAP);
    await token.connect(governor).transfer(checkPot, CAP);
    await expect(checkPot.burnSurplus()).to.be.revertedWithCustomError(checkPot, "CheckPot_NoSurplus");
    await token.connect(governor).transfer(checkPot, 5n * MILL);
    await expect(checkPot.burnSurplus())
      .to.emit(checkPot, "SurplusBurned")
      .withArgs(5n * MILL);
    expect(await checkPot.balance()).to.equal(CAP);
  });

  it("should pay nobody at anybody's call but of the checks", async () => {
    const { checkPot, token, governor, stranger } = await networkHelpers.loadFixture(deploy);
    await token.connect(governor).transfer(checkPot, MILL);
    for (const caller of [stranger, governor]) {
      await expect(checkPot.connect(caller).pay(caller, 1n)).to.be.revertedWithCustomError(checkPot, "Wired_Forbidden");
    }
  });
});
