import hre from "hardhat";

import { dice } from "./dice.js";
import { Life } from "./Life.js";
import { deployUptime, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

/** Where seeds begin: `npx hardhat --long --seed 1000 test mocha test/uptime/LifeGame.test.ts` plays others than usual. */
const FIRST = hre.globalOptions.seed || 1;
const [COUNT, MOVES] = hre.globalOptions.long ? [12, 200] : [2, 50];

describe("Uptime over many epochs as a game (I7)", function () {
  const deployFour = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 4);
  const deploySeven = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 7);
  const sets = [
    { deploy: deployFour, seats: 4, liars: 1 },
    // More than a quorum bears: they can post what is false, and only they may pay for it.
    { deploy: deployFour, seats: 4, liars: 3 },
    { deploy: deploySeven, seats: 7, liars: 2 },
  ];

  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const { deploy, seats, liars } = sets[seed % sets.length]!;
    it(`should cost no honest one of ${seats} anything, with ${liars} liars, seed ${seed}`, async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const life = await Life.begin(at, dice(seed), liars);
      await life.live(MOVES);
    });
  }
});
