import type { TypedDataField } from "ethers";

type Types = Readonly<Record<string, TypedDataField[]>>;

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
