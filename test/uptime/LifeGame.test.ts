import hre from "hardhat";

import { dice } from "./dice.js";
import { Life } from "./Life.js";
import { deployUptime, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

/** Where seeds begin, and how many there are: `LIVES=1000:200 npx hardhat --long test …` plays others than usual. */
const [FIRST, COUNT] = (process.env["LIVES"] ?? (hre.globalOptions.long ? "1:12" : "1:2")).split(":").map(Number);
const MOVES = hre.globalOptions.long || process.env["LIVES"] !== undefined ? 200 : 50;

describe("Uptime over many epochs as a game (I7)", function () {
  const deployFour = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 4);
  const deploySeven = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 7);
  const sets = [
    { deploy: deployFour, seats: 4, liars: 1 },
    // More than a quorum bears: they can post what is false, and only they may pay for it.
    { deploy: deployFour, seats: 4, liars: 3 },
    { deploy: deploySeven, seats: 7, liars: 2 },
  ];

  for (let seed = FIRST!; seed < FIRST! + COUNT!; seed++) {
    const { deploy, seats, liars } = sets[seed % sets.length]!;
    it(`should cost no honest one of ${seats} anything, with ${liars} liars, seed ${seed}`, async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const life = await Life.begin(at, dice(seed), liars);
      await life.live(MOVES);
      if (process.env["LIVES"] !== undefined) console.log(JSON.stringify(life.counts));
    });
  }
});
