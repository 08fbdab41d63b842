import { quoteTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type TypedDataDomain, ZeroAddress, ZeroHash } from "ethers";

import type { ILeaseMarket, ILeaseOrders, INodeRegistry, IQuoteDesk } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import { MILL, RATE, type World } from "./marketFixture.js";

export const NO_DETAILS: INodeRegistry.NodeDetailsStruct = {
  region: ZeroHash,
  attributes: 0,
  source: ZeroHash,
  endpoint: "",
  metadata: "",
};

export const NO_PLEDGE = { bond: 0n, uptimePpm: 0, penaltyPpm: 0, darkSlots: 0 };

/** Up for nine seconds of ten; the rest doubled from the bond; five slots without a sign are abandonment. */
export const PLEDGE = { bond: 100n * MILL, uptimePpm: 900_000, penaltyPpm: 1_000_000, darkSlots: 5 };

type Quote = IQuoteDesk.QuoteStruct;

/** A quote of alice's node for anyone, with what a test changes. */
export function quoteOf({ alice }: World, changes: Partial<Quote> = {}): Quote {
  return {
    provider: alice.address,
    buyer: ZeroAddress,
    nodeId: 1n,
    units: 2,
    minUnits: 1,
    ratePerUnit: RATE,
    minSeconds: 20,
    maxSeconds: 10_000,
    bondPerUnit: PLEDGE.bond,
    uptimePpm: PLEDGE.uptimePpm,
    penaltyPpm: PLEDGE.penaltyPpm,
    darkSlots: PLEDGE.darkSlots,
    nonce: 7n,
    expiresAt: 2n ** 47n,
    ...changes,
  };
}

/** EIP-712 domain of the quote desk, as wallets build it. */
export async function quoteDomain({ ethers }: Connection, { quotes }: World): Promise<TypedDataDomain> {
  return {
    name: "Millrace Quotes",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await quotes.getAddress(),
  };
}

/** A lease on alice's node with a pledge, taken by the buyer; its id. */
export async function takePledged(
  connection: Connection,
  world: World,
  seconds: number,
  changes: Partial<Quote> = {},
): Promise<bigint> {
  const quote = quoteOf(world, changes);
  const signature = await world.alice.signTypedData(await quoteDomain(connection, world), quoteTypes, quote);
  await world.quotes.connect(world.buyer).take(quote, 1, seconds, world.alice, signature);
  return world.leases.leaseCount();
}

type Terms = ILeaseOrders.TermsStruct;
export type LeaseOrder = ILeaseOrders.OrderStruct;

/** Terms that any node can take: one seat of one unit for 150 s, at the asked rate from the first second on. */
export function leaseTerms(changes: Partial<Terms> = {}): Terms {
  return {
    wanted: {
      classId: 0,
      units: 1,
      nodeIds: [],
      region: ZeroHash,
      attributes: 0n,
      inspectors: [],
      allInspectors: false,
    },
    seats: 1,
    startRate: RATE,
    maxRate: RATE,
    rampSeconds: 100,
    leaseSeconds: 150,
    listSeconds: 1_000,
    fillSeconds: 0,
    pledge: NO_PLEDGE as ILeaseMarket.PledgeStruct,
    workloadHash: ZeroHash,
    dataUri: "",
    ...changes,
  };
}

/** Opens an order and gives it back in the form that every other call wants. */
export async function openOrder(
  { ethers }: Connection,
  { orders, settlement, buyer }: World,
  changes: Partial<Terms> = {},
  by: HardhatEthersSigner = buyer,
): Promise<{ orderId: bigint; order: LeaseOrder }> {
  const terms = leaseTerms(changes);
  await orders.connect(by).open(terms);
  const openedAt = (await ethers.provider.getBlock("latest"))?.timestamp ?? 0;
  const order = { buyer: by.address, openedAt, feePpm: await settlement.feePpm(), terms };
  return { orderId: await orders.orderCount(), order };
}
