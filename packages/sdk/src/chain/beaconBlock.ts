import { encodeRlp, keccak256, toBeHex } from "ethers";

import { MillraceError } from "../errors/MillraceError.js";

/** A provider's way to ask a node for what it says, word for word. */
export interface RawProvider {
  send(method: string, parameters: unknown[]): Promise<unknown>;
}

/** The block that a second's randomness is drawn from, with the evidence. Twin of `IBlockBeacon.record`. */
export interface BeaconBlock {
  readonly blockNumber: number;
  readonly header: string;
  readonly parentHeader: string;
  /** `prevrandao` of the block. */
  readonly randao: string;
}

type RawBlock = Readonly<Record<string, string | undefined>>;

/** Fields of a header in the order of its RLP; quantities lose their leading zeros. Later forks add at the end. */
const FIELDS: readonly (readonly [name: string, isQuantity: boolean])[] = [
  ["parentHash", false],
  ["sha3Uncles", false],
  ["miner", false],
  ["stateRoot", false],
  ["transactionsRoot", false],
  ["receiptsRoot", false],
  ["logsBloom", false],
  ["difficulty", true],
  ["number", true],
  ["gasLimit", true],
  ["gasUsed", true],
  ["timestamp", true],
  ["extraData", false],
  ["mixHash", false],
  ["nonce", false],
  ["baseFeePerGas", true],
  ["withdrawalsRoot", false],
  ["blobGasUsed", true],
  ["excessBlobGas", true],
  ["parentBeaconBlockRoot", false],
  ["requestsHash", false],
];

/** How far back the chain itself still knows a block's hash (EIP-2935). */
const HISTORY_BLOCKS = 8_191;

/**
 * The first block at or after a second; undefined if there is none yet.
 * @throws MillraceError WRONG_STATE when it is older than the chain itself remembers
 */
export async function findBeaconBlock(provider: RawProvider, second: number): Promise<BeaconBlock | undefined> {
  const head = await blockAt(provider, "latest");
  if (timeOf(head) < second) return undefined;
  let high = Number(head["number"]);
  let low = Math.max(-1, high - HISTORY_BLOCKS);
  if (low >= 0 && timeOf(await blockAt(provider, low)) >= second) {
    throw new MillraceError("WRONG_STATE", `The block of second ${second} is too old for the chain to know it.`, {
      hint: "What depends on it is void; nothing can be done for it.",
    });
  }
  // Invariant: block `low` is before the second, block `high` is not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (timeOf(await blockAt(provider, middle)) < second) low = middle;
    else high = middle;
  }
  if (low < 0) return undefined;
  const [block, parent] = await Promise.all([blockAt(provider, high), blockAt(provider, low)]);
  return {
    blockNumber: high,
    header: headerOf(block),
    parentHeader: headerOf(parent),
    randao: block["mixHash"] ?? "0x",
  };
}

/** RLP of a block's header. @throws MillraceError RPC_REFUSED when the node leaves out a field */
function headerOf(block: RawBlock): string {
  const values = FIELDS.flatMap(([name, isQuantity]) => {
    const value = block[name];
    if (value === undefined) return [];
    return [!isQuantity ? value : BigInt(value) === 0n ? "0x" : toBeHex(BigInt(value))];
  });
  const header = encodeRlp(values);
  if (keccak256(header) === block["hash"]) return header;
  throw new MillraceError("RPC_REFUSED", `The header of block ${Number(block["number"])} cannot be rebuilt.`, {
    hint: "The chain has header fields that this version does not know: let another node record the value.",
  });
}

async function blockAt(provider: RawProvider, block: number | "latest"): Promise<RawBlock> {
  const tag = block === "latest" ? block : `0x${block.toString(16)}`;
  const found = (await provider.send("eth_getBlockByNumber", [tag, false])) as RawBlock | null;
  if (found !== null) return found;
  throw new MillraceError("RPC_REFUSED", `The node has no block ${block}.`, {
    hint: "Wait until it has synchronised, or use another node.",
  });
}

function timeOf(block: RawBlock): number {
  return Number(block["timestamp"]);
}
