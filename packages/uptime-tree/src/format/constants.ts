/** Version of everything in this folder; `UptimeOracle.CONSENSUS_VERSION`. */
export const CONSENSUS_VERSION = 2;

/** The "slot" under which an observation commits its sightings; slots of an epoch are 0 to 239. */
export const SIGHTINGS_SLOT = 255;

/** Most slots of an epoch: a bitmap of 256 bits has room for what is said beside them. */
export const MAX_SLOTS_PER_EPOCH = 240;

/** Most members at a time; the contract's `AttestorSet.MAX_SEATS`. */
export const MAX_SEATS = 32;

/** Nodes whose bitmaps make one chunk of sightings. */
export const NODES_PER_CHUNK = 32;

/** Most nodes of one heartbeat. */
export const MAX_HEARTBEAT_NODES = 256;

/** Bytes of a chunk of the data file; the last one may be shorter. */
export const DATA_CHUNK_BYTES = 1024;

/** Bytes of a signature as of ERC-2098: each signature has one form. */
export const SIGNATURE_BYTES = 64;
