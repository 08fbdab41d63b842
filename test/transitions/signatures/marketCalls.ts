import { agentConsentTypes, inspectionTypes, permitTypes, quoteTypes, voucherTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type Addressable, dataSlice } from "ethers";

import { ChannelDriver } from "../../market/channelDriver.js";
import { NO_DETAILS, NO_PLEDGE, quoteDomain, quoteOf } from "../../market/leaseTerms.js";
import { CREDIT, KIND_LEASE, MILL, RATE, type World } from "../../market/marketFixture.js";
import { ICreditPurchase__factory } from "../../../typechain-types/index.js";
import type { Connection } from "../../support/deployMillrace.js";
import { DELEGATION_TYPES, domainOf } from "../../support/typedData.js";
import type { Refusal, SignaturePlace, SignedCall } from "./SignedCall.js";

const LIFE_SECONDS = 1_000;
const SPENT = 1_000n * MILL;

/** Calls of stake, token, hardware and markets that take a signature, each made ready on the world that it is given. */
export const MARKET_CALLS: Record<SignaturePlace, (connection: Connection, world: World) => Promise<SignedCall>> = {
  "MillToken.permit v": async (connection, world) => {
    const { token, stranger: owner, alice: spender } = world;
    const { message, domain, late, refusal } = await permitOf(connection, world, owner, spender.address);
    return {
      signer: owner,
      domain,
      types: permitTypes,
      message,
      form: "parts",
      refusal,
      again: refusal,
      late,
      send: async (signature) => {
        const { v, r, s } = partsOf(signature);
        return token.permit(owner, spender, SPENT, message.deadline, v, r, s);
      },
    };
  },

  "MillToken.delegateBySig v": async (connection, { token, stranger, alice, bob }) => {
    const domain = await domainOf(connection, "Millrace", token);
    const expiry = (await now(connection)) + LIFE_SECONDS;
    return {
      signer: stranger,
      domain,
      types: DELEGATION_TYPES,
      message: { delegatee: alice.address, nonce: 0n, expiry },
      form: "parts",
      refusal: { contract: token, error: "ECDSAInvalidSignature", values: [] },
      touched: async () => token.delegates(stranger),
      again: { contract: token, error: "InvalidAccountNonce", values: [stranger.address, 1n] },
      late: {
        pass: async () => connection.networkHelpers.time.increase(LIFE_SECONDS + 1),
        refusal: { contract: token, error: "VotesExpiredSignature", values: [expiry] },
      },
      send: async (signature) => {
        const { v, r, s } = partsOf(signature);
        return token.connect(bob).delegateBySig(alice, 0n, expiry, v, r, s);
      },
    };
  },

  "NodeRegistry.addNode consent": async (connection, world) => {
    const { nodes, alice, stranger: agent } = world;
    const ask = { ratePerUnit: RATE, minSeconds: 20, maxSeconds: 100, kinds: KIND_LEASE, changedAt: 0 };
    return {
      ...(await consentOf(connection, world)),
      again: {
        // The same provider may add a second node of the agent: what nobody else can do with its word.
        asBefore: async () => nodes.agentAt(1n, (await world.settlement.currentEpoch()) + 1n),
      },
      send: async (signature) => nodes.connect(alice).addNode(1, 2, agent, NO_DETAILS, ask, signature),
    };
  },

  "NodeRegistry.rotateAgent consent": async (connection, world) => {
    const { nodes, alice, stranger: agent } = world;
    return {
      ...(await consentOf(connection, world)),
      again: { asBefore: async () => nodes.agentAt(1n, (await world.settlement.currentEpoch()) + 1n) },
      send: async (signature) => nodes.connect(alice).rotateAgent(1n, agent, signature),
    };
  },

  "Inspections.bring signature": async (connection, { inspections, bob: inspector, stranger }) => {
    const issuedAt = await now(connection);
    const expiresAt = issuedAt + LIFE_SECONDS;
    const statement = { nodeId: 1n, attributes: 5n, issuedAt, expiresAt };
    return {
      signer: inspector,
      domain: await domainOf(connection, "Millrace Inspections", inspections),
      types: inspectionTypes,
      message: statement,
      form: "long",
      refusal: { contract: inspections, error: "Inspections_WrongSignature", values: [inspector.address] },
      again: {
        contract: inspections,
        error: "Inspections_Superseded",
        values: [1n, inspector.address, issuedAt, issuedAt],
      },
      late: {
        pass: async () => connection.networkHelpers.time.increaseTo(expiresAt),
        refusal: { contract: inspections, error: "Inspections_Expired", values: [expiresAt, undefined] },
      },
      send: async (signature) => inspections.connect(stranger).bring(inspector, statement, signature),
    };
  },

  "QuoteDesk.take signature": async (connection, world) => {
    const { quotes, alice, buyer } = world;
    const expiresAt = (await now(connection)) + LIFE_SECONDS;
    const pledge = { bondPerUnit: NO_PLEDGE.bond, uptimePpm: 0, penaltyPpm: 0, darkSlots: 0 };
    const quote = quoteOf(world, { buyer: buyer.address, units: 1, expiresAt, ...pledge });
    const domain = await domainOf(connection, (await quoteDomain(connection, world)).name ?? "", quotes);
    return {
      signer: alice,
      domain,
      types: quoteTypes,
      message: quote as unknown as Record<string, unknown>,
      form: "long",
      refusal: {
        contract: quotes,
        error: "QuoteDesk_BadSignature",
        values: [alice.address, await quotes.quoteDigest(quote)],
      },
      again: { contract: quotes, error: "QuoteDesk_UnitsOutOfBounds", values: [1n, 0n, 0n] },
      late: {
        pass: async () => connection.networkHelpers.time.increaseTo(expiresAt),
        refusal: { contract: quotes, error: "QuoteDesk_Expired", values: [expiresAt] },
      },
      send: async (signature) => quotes.connect(buyer).take(quote, 1, 50, alice, signature),
    };
  },

  "VoucherChannels.redeem signature": async (connection, world) => {
    const { call, opened, values } = await voucherOf(connection, world);
    const { channels, alice } = world;
    return {
      ...call,
      send: async (signature) => channels.connect(alice).redeem(opened.channel, values[1], signature),
    };
  },

  "VoucherChannels.redeemMany vouchers.signature": async (connection, world) => {
    const { call, opened, values } = await voucherOf(connection, world);
    const { channels, alice } = world;
    return {
      ...call,
      isItem: true,
      send: async (signature) =>
        channels.connect(alice).redeemMany([{ channel: opened.channel, cumulative: values[1], signature }]),
    };
  },

  "TaskMarket.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.tasks),
  "MachineMarket.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.machines),
  "ProofMarket.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.proofs),
  "ApprovalMarket.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.approvals),
  "LeaseMarket.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.leases),
  "LeaseOrders.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.orders),
  "QuoteDesk.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.quotes),
  "VoucherChannels.buyCredits permit.v": async (connection, world) => purchaseAt(connection, world, world.channels),
};

/** As a contract takes them, whatever they are. */
function partsOf(signature: string): { r: string; s: string; v: number } {
  return { r: dataSlice(signature, 0, 32), s: dataSlice(signature, 32, 64), v: Number(dataSlice(signature, 64)) };
}

async function now({ networkHelpers }: Connection): Promise<number> {
  return networkHelpers.time.latest();
}

async function permitOf(
  connection: Connection,
  { token, governor }: World,
  owner: HardhatEthersSigner,
  spender: string,
) {
  const deadline = BigInt((await now(connection)) + LIFE_SECONDS);
  const refusal: Refusal = { contract: token, error: "ERC2612InvalidSigner", values: [undefined, owner.address] };
  await token.connect(governor).transfer(owner, 10n * SPENT);
  return {
    domain: await domainOf(connection, "Millrace", token),
    message: { owner: owner.address, spender, value: SPENT, nonce: await token.nonces(owner), deadline },
    refusal,
    late: {
      pass: async () => connection.networkHelpers.time.increase(LIFE_SECONDS + 1),
      refusal: { contract: token, error: "ERC2612ExpiredSignature", values: [deadline] },
    },
  };
}

/** A newcomer buys credits at a market, with a permit alone. */
async function purchaseAt(connection: Connection, world: World, market: Addressable): Promise<SignedCall> {
  const { settlement, stranger: owner } = world;
  const spender = await settlement.getAddress();
  const seller = ICreditPurchase__factory.connect(await market.getAddress(), owner);
  const { message, domain, refusal, late } = await permitOf(connection, world, owner, spender);
  return {
    signer: owner,
    domain,
    types: permitTypes,
    message,
    form: "parts",
    refusal,
    again: refusal,
    late,
    send: async (signature) => {
      const { v, r, s } = partsOf(signature);
      const permit = { value: SPENT, deadline: message.deadline, v, r, s };
      return seller.buyCredits(SPENT, 1n, 0n, permit);
    },
  };
}

/** An agent that nobody has yet agrees to work for alice. */
async function consentOf(connection: Connection, { nodes, alice, stranger: agent }: World) {
  return {
    signer: agent,
    domain: await domainOf(connection, "Millrace Nodes", nodes),
    types: agentConsentTypes,
    message: { provider: alice.address, agent: agent.address },
    form: "long" as const,
    refusal: { contract: nodes, error: "NodeRegistry_NoConsent", values: [agent.address, alice.address] },
    late: { never: "An agent that changes its mind is rotated away; it owes nothing (ADR 0034)." },
  };
}

async function voucherOf(connection: Connection, world: World) {
  const { channels, buyer } = world;
  const driver = new ChannelDriver(connection, world);
  const opened = await driver.open();
  const { channelId } = opened;
  const values = [channelId, CREDIT, buyer.address] as const;
  const call: Omit<SignedCall, "send"> = {
    signer: buyer,
    domain: await domainOf(connection, (await driver.domain()).name ?? "", channels),
    types: voucherTypes,
    message: { channelId, cumulative: CREDIT },
    form: "long",
    refusal: { contract: channels, error: "VoucherChannels_BadSignature", values },
    again: {
      contract: channels,
      error: "VoucherChannels_NothingToRedeem",
      values: [channelId, CREDIT, CREDIT, undefined],
    },
    late: { never: "A voucher is money that was given; what ends is its channel, with notice (ADR 0095)." },
  };
  return { call, opened, values };
}
