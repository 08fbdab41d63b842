import { expect } from "chai";

import { closeUpTo } from "../../../scripts/demo/closeUpTo.js";
import type { World } from "../../../scripts/demo/World.js";

describe("closeUpTo", function () {
  this.timeout(20_000);

  /** A chain on which closing fails, and on which an attestor has closed that epoch by then if it is among the given. */
  function racedWorld(closedByAttestor: readonly number[]): { world: World; tried: number[] } {
    const tried: number[] = [];
    let next = 0;
    const settlement = {
      nextEpochToClose: () => Promise.resolve(BigInt(next)),
      closeEpoch: (epoch: number) => {
        tried.push(epoch);
        if (closedByAttestor.includes(epoch)) next = epoch + 1;
        return Promise.reject(new Error(`${epoch} is not the next`));
      },
    };
    const world = {
      contracts: { settlement, prices: { roundsAt: () => Promise.resolve([]) } },
      epochs: { endOf: (epoch: number) => epoch },
      cast: { treasury: {} },
      as: () => ({ settlement }),
      mined: (call: Promise<unknown>) => call,
    };
    return { world: world as unknown as World, tried };
  }

  it("should go on however often an attestor is faster", async () => {
    const { world, tried } = racedWorld([0, 1, 2, 3]);
    await closeUpTo(world, 3);
    expect(tried).to.deep.equal([0, 1, 2, 3]);
  });

  it("should give up on an epoch that nobody can close", async () => {
    const { world, tried } = racedWorld([0]);
    const failure: unknown = await closeUpTo(world, 3).catch((error: unknown) => error);
    expect(String(failure)).to.equal("Error: 1 is not the next");
    expect(tried).to.deep.equal([0, 1, 1, 1]);
  });
});
