import hre from "hardhat";

import { expectRefused } from "./expectRefusal.js";
import { type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();

describe("system deploy", () => {
  let at: VerbWorld;

  before(async () => {
    at = await verbWorld(connection);
  });

  after(async () => at.dispose());

  it("should refuse a clock that no contract takes, before anything is deployed", async () => {
    const refused = (options: string, sentence: RegExp) =>
      expectRefused(connection, at.verbs, `system deploy ${options}`, sentence);
    await refused("--slots 0", /--slots is "0", which is not a whole number from 1 up to 240\. Give a number within/);
    await refused("--slots 241", /--slots is "241"/);
    await refused("--epoch 0", /An epoch of 0 s has no 20 slots of whole seconds\. Give an --epoch that is a multiple/);
    await refused("--epoch 7s --slots 10", /An epoch of 7 s has no 10 slots of whole seconds/);
    await refused("--epoch soon", /duration "soon" cannot be read/);
    await refused("--name ", /--name is empty/);
  });
});
