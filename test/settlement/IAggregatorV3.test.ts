import { expect } from "chai";
import hre from "hardhat";

/** Selectors of Chainlink's `AggregatorV3Interface`, as its deployed feeds have them. */
const SELECTORS = {
  decimals: "0x313ce567",
  description: "0x7284e416",
  version: "0x54fd4d50",
  getRoundData: "0x9a6fc8f5",
  latestRoundData: "0xfeaf968c",
};
const ROUND = ["uint80", "int256", "uint256", "uint256", "uint80"];

describe("IAggregatorV3", () => {
  it("should be Chainlink's AggregatorV3Interface, selector by selector and answer by answer", async () => {
    const { ethers } = await hre.network.create();
    const { interface: abi } = await ethers.getContractAt("IAggregatorV3", ethers.ZeroAddress);
    const selectors: Record<string, string> = {};
    abi.forEachFunction(({ name, selector }) => (selectors[name] = selector));
    expect(selectors).to.deep.equal(SELECTORS);
    for (const name of ["getRoundData", "latestRoundData"] as const) {
      expect(abi.getFunction(name).outputs.map(({ type }) => type)).to.deep.equal(ROUND);
    }
  });
});
