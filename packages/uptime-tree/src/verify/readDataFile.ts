import { hex, numberOf, WORD } from "./words.js";
import { WrongFileError } from "./WrongFileError.js";

/** A data file by its fields; arrays share the file's memory. */
export interface FileFields {
  readonly chainId: bigint;
  readonly oracle: Uint8Array;
  readonly epoch: number;
  readonly slots: number;
  readonly threshold: number;
  readonly version: number;
  readonly nodeCount: number;
  readonly pot: bigint;
  readonly previousReport: Uint8Array;
  readonly registryDigest: Uint8Array;
  readonly configDigest: Uint8Array;
  /** `NODE_BYTES` for each node. */
  readonly nodes: Uint8Array;
  readonly observations: readonly ObservationFields[];
}

/** What one attestor signed. */
export interface ObservationFields {
  readonly attestor: Uint8Array;
  readonly signature: Uint8Array;
  /** A word for each slot. */
  readonly batchRoots: Uint8Array;
  /** A word for each node, a bit of it for each slot. */
  readonly sightings: Uint8Array;
}

/** Provider 20, units 2, weight 4, flags 1, reward before 16. */
export const NODE_BYTES = 43;

const MAGIC = "0x4d494c4c55505432"; // "MILLUPT2"
const HEADER_BYTES = 172;
const ADDRESS_BYTES = 20;
const SIGNATURE_BYTES = 64;
const MAX_SLOTS = 240;
const VERSION = 2;

/** Takes a data file apart, following docs/uptime-format.md. @throws {WrongFileError} */
export function readDataFile(bytes: Uint8Array): FileFields {
  const part = (start: number, length: number): Uint8Array => bytes.subarray(start, start + length);
  const small = (start: number, length: number): number => Number(numberOf(part(start, length)));
  check(bytes.length >= HEADER_BYTES && hex(part(0, 8)) === MAGIC, "this is no data file of an epoch");
  const [slots, threshold, observers, version] = [small(40, 1), small(41, 1), small(42, 1), small(43, 1)];
  const nodeCount = small(44, 4);
  check(version === VERSION, `version ${version} of the format is unknown here`);
  check(slots >= 1 && slots <= MAX_SLOTS && threshold >= 1, "the header says what no epoch has");
  check(numberOf(part(160, 12)) === 0n, "the end of the header is not zero");
  const signed = ADDRESS_BYTES + SIGNATURE_BYTES;
  const size = signed + WORD * (slots + nodeCount);
  const expected = HEADER_BYTES + NODE_BYTES * nodeCount + size * observers;
  check(bytes.length === expected, `the file has ${bytes.length} bytes, and says that it has ${expected}`);

  const observations = Array.from({ length: observers }, (_, i): ObservationFields => {
    const start = HEADER_BYTES + NODE_BYTES * nodeCount + size * i;
    return {
      attestor: part(start, ADDRESS_BYTES),
      signature: part(start + ADDRESS_BYTES, SIGNATURE_BYTES),
      batchRoots: part(start + signed, WORD * slots),
      sightings: part(start + signed + WORD * slots, WORD * nodeCount),
    };
  });
  observations.forEach(({ attestor }, i) => {
    const before = observations[i - 1]?.attestor ?? new Uint8Array();
    check(numberOf(attestor) > numberOf(before), "observations do not ascend, one an attestor");
  });
  return {
    chainId: numberOf(part(8, 8)),
    oracle: part(16, ADDRESS_BYTES),
    epoch: small(36, 4),
    slots,
    threshold,
    version,
    nodeCount,
    pot: numberOf(part(48, 16)),
    previousReport: part(64, WORD),
    registryDigest: part(96, WORD),
    configDigest: part(128, WORD),
    nodes: part(HEADER_BYTES, NODE_BYTES * nodeCount),
    observations,
  };
}

function check(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new WrongFileError(reason);
}
