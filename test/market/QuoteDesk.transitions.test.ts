import { quoteTypes } from "@millrace/sdk";
import { expect } from "chai";
import hre from "hardhat";

import type { IQuoteDesk } from "../../typechain-types/index.js";
import { quoteDomain, quoteOf } from "./leaseTerms.js";
import { marketWorld } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const UNITS = 2;
const NONCE = 7n;

/** What can be seen of a quote, derived from its expiry and what the desk stores of its nonce. */
const STATUSES = ["Offered", "Partly", "UsedUp", "Cancelled", "Expired"] as const;
type Status = (typeof STATUSES)[number];

/** Whom the quote names, another buyer, the provider, its operator, the node's agent. */
const CALLERS = ["buyer", "otherBuyer", "alice", "operator", "agent"] as const;
type Caller = (typeof CALLERS)[number];

interface Call {
  readonly may: readonly Caller[];
  readonly otherwise: string;
  readonly refusal: Partial<Record<Status, string>>;
  readonly next: Partial<Record<Status, Status>>;
}

/** What each call leaves behind of the quote; a quote that is expired or cancelled says so before it asks who calls. */
const TABLE: Record<string, Call> = {
  take: {
    may: ["buyer"],
    otherwise: "QuoteDesk_NotBuyer",
    refusal: { UsedUp: "QuoteDesk_UnitsOutOfBounds", Cancelled: "QuoteDesk_Cancelled", Expired: "QuoteDesk_Expired" },
    next: { Offered: "Partly", Partly: "UsedUp" },
  },
  cancel: {
    may: ["alice", "operator"],
    otherwise: "QuoteDesk_NotProvider",
    refusal: {},
    next: {
      Offered: "Cancelled",
      Partly: "Cancelled",
      UsedUp: "Cancelled",
      Cancelled: "Cancelled",
      Expired: "Expired",
    },
  },
};

describe("QuoteDesk transitions", () => {
  let world: Awaited<ReturnType<typeof fixture>>;
  let quote: IQuoteDesk.QuoteStruct;
  let signature: string;

  async function fixture() {
    const all = await marketWorld(connection);
    const operator = (await ethers.getSigners())[9];
    await all.staking.connect(all.alice).setOperator(operator);
    return { ...all, operator };
  }

  async function call(name: string, caller: Caller) {
    const quotes = world.quotes.connect(world[caller]);
    if (name === "take") return quotes.take(quote, 1, 50, world.alice, signature);
    return quotes.cancel(world.alice, NONCE >> 8n, 1n << (NONCE & 0xffn));
  }

  async function stage(status: Status): Promise<void> {
    world = await networkHelpers.loadFixture(fixture);
    const now = await networkHelpers.time.latest();
    quote = quoteOf(world, { buyer: world.buyer.address, units: UNITS, nonce: NONCE, expiresAt: now + 1_000 });
    signature = await world.alice.signTypedData(await quoteDomain(connection, world), quoteTypes, quote);
    const taken = { Offered: 0, Partly: 1, UsedUp: 2, Cancelled: 1, Expired: 1 }[status];
    for (let unit = 0; unit < taken; unit++) await call("take", "buyer");
    if (status === "Cancelled") await call("cancel", "alice");
    if (status === "Expired") await networkHelpers.time.increaseTo(now + 1_000);
  }

  async function statusNow(): Promise<Status> {
    if (BigInt(await networkHelpers.time.latest()) >= BigInt(quote.expiresAt)) return "Expired";
    if (await world.quotes.isCancelled(world.alice, NONCE)) return "Cancelled";
    const used = await world.quotes.unitsUsed(world.alice, NONCE);
    return used === 0n ? "Offered" : used < BigInt(UNITS) ? "Partly" : "UsedUp";
  }

  for (const status of STATUSES) {
    describe(status, () => {
      before(async () => stage(status));

      it("should be the status that the facts give", async () => {
        expect(await statusNow()).to.equal(status);
      });

      for (const [name, { may, otherwise, refusal, next }] of Object.entries(TABLE)) {
        for (const caller of CALLERS) {
          const becomes = may.includes(caller) ? next[status] : undefined;
          const asksFirst = refusal[status] !== undefined && refusal[status] !== "QuoteDesk_UnitsOutOfBounds";
          const error = may.includes(caller) || asksFirst ? refusal[status] : otherwise;
          const title = becomes === undefined ? `should refuse ${name} by` : `should become ${becomes} by ${name} of`;

          it(`${title} ${caller}`, async () => {
            const snapshot = await networkHelpers.takeSnapshot();
            if (becomes === undefined) {
              const sent = call(name, caller);
              await expect(sent).to.be.revertedWithCustomError(world.quotes, error ?? "no error is named");
            } else {
              await call(name, caller);
              expect(await statusNow()).to.equal(becomes);
            }
            await snapshot.restore();
          });
        }
      }
    });
  }
});
