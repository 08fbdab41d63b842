import { hexlify, ZeroAddress } from "ethers";

import { EpochMap } from "../EpochMap.js";
import type { NodeReader } from "./NodeReader.js";

/** Nodes of a page: what one call reads, for some six million gas. */
const PAGE = 1_024;
/** Bytes of an address. */
const ADDRESS = 20;
/** Epochs of which pages are kept: heartbeats are for the slot that runs, or the one before. */
const EPOCHS = 2;

/** The block at which everything is read, and what it says of nodes. */
export interface AgentsBlock {
  readonly number: number;
  /** Number of nodes. */
  readonly nodes: bigint;
  /** Whether the epoch has begun by then: a change of keys acts from the next epoch, so they stay as they are. */
  readonly hasBegun: boolean;
}

interface Page {
  readonly block: AgentsBlock;
  readonly keys: Promise<Uint8Array>;
}

/**
 * Who speaks for each node, read by the page and not by the node: twenty megabytes with a million nodes. For numbers
 * that no node has the chain is not asked at all, as anybody can send them.
 */
export class AgentBook {
  private readonly pages = new EpochMap(EPOCHS, () => new Map<number, Page>());

  constructor(private readonly reader: Pick<NodeReader, "agents">) {}

  /** Forgets everything. */
  clear(): void {
    for (const pages of this.pages.all()) pages.clear();
  }

  /** Key that speaks for a node in an epoch, zero for none. */
  async agentAt(nodeId: bigint, epoch: number, block: AgentsBlock): Promise<string> {
    if (nodeId < 1n || nodeId > block.nodes) return ZeroAddress;
    const index = Number(nodeId - 1n);
    const number = Math.floor(index / PAGE);
    const at = ADDRESS * (index - number * PAGE);
    const pages = this.pages.of(epoch);
    let page = pages.get(number);
    if (page === undefined || isOutdated(page, nodeId, block)) {
      page = this.read(number, epoch, block);
      pages.set(number, page);
    }
    try {
      return hexlify((await page.keys).subarray(at, at + ADDRESS));
    } catch (error) {
      if (pages.get(number) === page) pages.delete(number);
      throw error;
    }
  }

  private read(number: number, epoch: number, block: AgentsBlock): Page {
    const first = number * PAGE + 1;
    const count = Math.min(PAGE, Number(block.nodes) - first + 1);
    return { block, keys: this.reader.agents(epoch, BigInt(first), count, block.number) };
  }
}

/** Nodes were added since, or the epoch had not begun when it was read. */
function isOutdated({ block: readAt }: Page, nodeId: bigint, block: AgentsBlock): boolean {
  return block.number !== readAt.number && (nodeId > readAt.nodes || !readAt.hasBegun);
}
