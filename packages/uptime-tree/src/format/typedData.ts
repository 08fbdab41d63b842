import type { TypedDataDomain, TypedDataField } from "ethers";

type Types = Readonly<Record<string, TypedDataField[]>>;

/** The domain of every uptime message: one chain, one oracle. */
export function uptimeDomain(chainId: bigint | number, oracle: string): TypedDataDomain {
  return { name: "Millrace Uptime", version: "1", chainId, verifyingContract: oracle };
}

/** Signed by a node's agent once a slot, for all nodes that the key speaks for. */
export const heartbeatTypes: Types = {
  Heartbeat: [
    { name: "epoch", type: "uint32" },
    { name: "slot", type: "uint8" },
    { name: "nodeIds", type: "uint64[]" },
    { name: "blockNumber", type: "uint64" },
    { name: "blockHash", type: "bytes32" },
  ],
};

/** Signed by an attestor at most once a slot: every heartbeat that it took in the slot. */
export const batchTypes: Types = {
  Batch: [
    { name: "epoch", type: "uint32" },
    { name: "slot", type: "uint8" },
    { name: "root", type: "bytes32" },
  ],
};

/** Signed by an attestor at most once an epoch: its batches and what it saw, under one root. */
export const observationTypes: Types = {
  Observation: [
    { name: "epoch", type: "uint32" },
    { name: "root", type: "bytes32" },
    { name: "configDigest", type: "bytes32" },
  ],
};

/** Signed by the leader of a round over what it proposes. */
export const proposalTypes: Types = {
  Proposal: [
    { name: "epoch", type: "uint32" },
    { name: "round", type: "uint32" },
    { name: "reportHash", type: "bytes32" },
  ],
};

/** Signed by an attestor at most once a round: it holds the observations of a proposal and gets the same report. */
export const voteTypes: Types = {
  Vote: [
    { name: "epoch", type: "uint32" },
    { name: "round", type: "uint32" },
    { name: "reportHash", type: "bytes32" },
  ],
};

/**
 * Signed by an attestor at most once a round, when a quorum has voted for a report: it votes for no other one any more,
 * unless a quorum has voted for that one in a later round.
 */
export const lockTypes: Types = {
  Lock: [
    { name: "epoch", type: "uint32" },
    { name: "round", type: "uint32" },
    { name: "reportHash", type: "bytes32" },
  ],
};

/** Signed by an attestor at most once per epoch and predecessor. The only message that can be held against it on chain. */
export const reportTypes: Types = {
  Report: [
    { name: "epoch", type: "uint32" },
    { name: "root", type: "bytes32" },
    { name: "evidenceRoot", type: "bytes32" },
    { name: "nodeCount", type: "uint32" },
    { name: "totalPoints", type: "uint96" },
    { name: "dataHash", type: "bytes32" },
    { name: "previousReport", type: "bytes32" },
    { name: "registryDigest", type: "bytes32" },
    { name: "configDigest", type: "bytes32" },
    { name: "consensusVersion", type: "uint32" },
  ],
};

/** Signed by an attestor's key to serve an account. */
export const attestorKeyTypes: Types = {
  AttestorKey: [
    { name: "account", type: "address" },
    { name: "key", type: "address" },
  ],
};
