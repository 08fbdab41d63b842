import { GameHistory } from "@millrace/jobs";
import { UNSETTLED_BLOCKS } from "@millrace/sdk";
import { expect } from "chai";
import hre from "hardhat";

import { type ClaimsWorld, deployClaims, makeClaim, post } from "../../claims/support/claims.js";
import { pointTop } from "../../claims/support/commitments.js";
import { execute } from "../../verifiers/support/execute.js";
import { addParams } from "../../verifiers/support/kernels.js";
import { Mode, Program, Region } from "../../verifiers/support/program.js";
import { commit } from "../../verifiers/support/world.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 258n;

describe("GameHistory", () => {
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);

  async function posted() {
    const world = await networkHelpers.loadFixture(deploy);
    const operator = {
      kernelCodeHash: world.hashes.AddKernel,
      words: 64,
      usedWords: 64,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: addParams(0, 1),
    };
    const program = new Program([operator], 64, 64);
    const known = commit(world, program, execute(program, world.twins, new Map()));
    const claim = makeClaim(world, program, known.trace);
    await post(world, ID, claim);
    const history = new GameHistory(ID, await ethers.provider.getBlockNumber());
    const claims = world.claims.connect(world.challenger);
    const read = async (): Promise<number> => {
      await history.readTo(claims, await ethers.provider.getBlockNumber());
      return history.pending().length + history.demands().filter(({ words }) => words === undefined).length;
    };
    const point = async (): Promise<unknown> => await pointTop(claims, ID, claim, Region.Output);
    const demand = async (): Promise<unknown> => {
      const value = 2n * (await claims.bondOf(ID));
      return await claims.demand(ID, claim, Region.Output, 0, { value });
    };
    return { read, point, demand };
  }

  it("should see what only the block has that came in the place of one that it read", async () => {
    const { read, point, demand } = await posted();
    const before = await networkHelpers.takeSnapshot();
    await networkHelpers.mine(4);
    expect(await read()).to.equal(0);
    await before.restore();
    await point();
    await demand();
    await networkHelpers.mine(4);
    expect(await read()).to.equal(2);
  });

  it("should forget what was in a block that was replaced", async () => {
    const { read, point, demand } = await posted();
    const before = await networkHelpers.takeSnapshot();
    await point();
    await demand();
    expect(await read()).to.equal(2);
    await before.restore();
    await networkHelpers.mine(8);
    expect(await read()).to.equal(0);
  });

  it("should keep what was settled long ago", async () => {
    const { read, point, demand } = await posted();
    await point();
    await demand();
    expect(await read()).to.equal(2);
    await networkHelpers.mine(2 * UNSETTLED_BLOCKS);
    expect(await read()).to.equal(2);
    await networkHelpers.mine(2 * UNSETTLED_BLOCKS);
    expect(await read()).to.equal(2);
  });
});
