import type { TypedDataField } from "ethers";

type Types = Record<string, TypedDataField[]>;

/** ERC-2612: the owner lets a spender take MILL. */
export const permitTypes = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} satisfies Types;

/** What an agent signs to work for a provider, as `INodeRegistry` hashes it. */
export const agentConsentTypes = {
  AgentConsent: [
    { name: "provider", type: "address" },
    { name: "agent", type: "address" },
  ],
} satisfies Types;

/** What an inspector signs of a node, as `IInspections` hashes it. */
export const inspectionTypes = {
  Inspection: [
    { name: "nodeId", type: "uint64" },
    { name: "attributes", type: "uint256" },
    { name: "issuedAt", type: "uint48" },
    { name: "expiresAt", type: "uint48" },
  ],
} satisfies Types;

/** What a provider signs to offer a lease, as `IQuoteDesk` hashes it. */
export const quoteTypes = {
  Quote: [
    { name: "provider", type: "address" },
    { name: "buyer", type: "address" },
    { name: "nodeId", type: "uint64" },
    { name: "units", type: "uint16" },
    { name: "minUnits", type: "uint16" },
    { name: "ratePerUnit", type: "uint96" },
    { name: "minSeconds", type: "uint32" },
    { name: "maxSeconds", type: "uint32" },
    { name: "bondPerUnit", type: "uint96" },
    { name: "uptimePpm", type: "uint32" },
    { name: "penaltyPpm", type: "uint32" },
    { name: "darkSlots", type: "uint16" },
    { name: "nonce", type: "uint256" },
    { name: "expiresAt", type: "uint48" },
  ],
} satisfies Types;

/** What a buyer signs for a channel, as `IVoucherChannels` hashes it. */
export const voucherTypes = {
  Voucher: [
    { name: "channelId", type: "bytes32" },
    { name: "cumulative", type: "uint96" },
  ],
} satisfies Types;
