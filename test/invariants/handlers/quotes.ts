import { quoteTypes } from "@millrace/sdk";
import { MILL, RATE } from "../../market/marketFixture.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";

/** Providers sign quotes, with and without a promise of uptime behind a bond; buyers take them, and object. */
export const quoteActions: Readonly<Record<string, Action>> = {
  takeQuote: async (play, dice) => {
    const { world, buyers } = play;
    const nodeId = dice.int(1, 2);
    const provider = [world.alice, world.bob][nodeId - 1];
    const buyer = dice.pick(buyers);
    const hasPledge = dice.chance(70);
    const quote = {
      provider: provider.address,
      buyer: buyer.address,
      nodeId,
      units: 2,
      minUnits: 1,
      ratePerUnit: RATE + dice.amount(RATE),
      minSeconds: 20,
      maxSeconds: 700,
      bondPerUnit: hasPledge ? 1n + dice.amount(100n * MILL) : 0n,
      uptimePpm: hasPledge ? dice.int(500_000, 1_000_000) : 0,
      penaltyPpm: hasPledge ? dice.int(1, 1_000_000) : 0,
      darkSlots: hasPledge ? dice.int(1, 10) : 0,
      nonce: dice.int(0, 2 ** 30),
      expiresAt: (await play.now()) + 1_000,
    };
    const signature = await provider.signTypedData(await domainOf(play), quoteTypes, quote);
    const seconds = dice.int(20, 700);
    return world.quotes.connect(buyer).take(quote, dice.int(1, 2), seconds, provider, signature);
  },

  objectTo: async (play, dice) => {
    const leaseId = dice.pick(play.leaseIds);
    const { epoch } = await play.world.leases.nextPieceOf(leaseId);
    return play.world.leases.connect(await play.buyerOf(leaseId, dice)).objectTo(leaseId, epoch);
  },

  abandon: async (play, dice) => {
    const leaseId = dice.pick(await play.leasesIn("Running", "Paused"));
    return play.world.leases.connect(dice.pick(play.providers)).abandon(leaseId);
  },

  releaseLeaseBond: async (play, dice) =>
    play.world.leases.connect(play.world.stranger).releaseBond(dice.pick(await play.leasesIn("Settled"))),

  cancelQuotes: async ({ world, providers }, dice: Dice) => {
    const provider = dice.pick(providers);
    return world.quotes.connect(provider).cancel(provider, dice.int(0, 2 ** 22), dice.int(0, 2 ** 30));
  },
};

async function domainOf({ connection, world }: Play) {
  return {
    name: "Millrace Quotes",
    version: "1",
    chainId: (await connection.ethers.provider.getNetwork()).chainId,
    verifyingContract: await world.quotes.getAddress(),
  };
}
