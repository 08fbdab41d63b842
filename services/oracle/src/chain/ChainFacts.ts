import type { Provider } from "ethers";

import type { Contracts, EpochClock } from "@millrace/sdk";
import type { NodeFacts, Report } from "@millrace/uptime-tree";

import { OracleError } from "../OracleError.js";

/** Order of the contract's `ReportStatus`. */
export const REPORT_STATUSES = ["none", "posted", "final", "void"] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** Order of `INodeRegistry.Status`. */
const ACTIVE = 1n;

/** The attestors of an epoch. */
export interface SetOfEpoch {
  /** Keys by seat. */
  readonly seats: readonly string[];
  readonly quorum: number;
  readonly threshold: number;
}

/** What the chain says of an epoch, on which its report depends. */
export interface EpochState {
  readonly pot: bigint;
  readonly registryDigest: string;
  readonly nodes: readonly NodeFacts[];
}

/** A report on chain. */
export interface PostedReport {
  readonly report: Report;
  readonly reportHash: string;
  readonly signers: number;
  readonly finalAt: number;
}

/** Reads what reports depend on. Facts of epochs that are over do not change and are read once. */
export class ChainFacts {
  private readonly states = new Map<number, Promise<EpochState>>();
  private readonly sets = new Map<number, Promise<SetOfEpoch>>();
  private readonly agents = new Map<string, Promise<string>>();
  private readonly closings = new Map<number, number>();

  constructor(
    private readonly provider: Provider,
    private readonly contracts: Contracts,
    private readonly clock: EpochClock,
    private readonly deployedAtBlock: number,
  ) {}

  /** The set of an epoch. It is fixed once the epoch has begun. */
  setOf(epoch: number): Promise<SetOfEpoch> {
    return remember(this.sets, epoch, async () => {
      const [seats, quorum, threshold] = await this.contracts.uptime.setOf(epoch);
      return { seats: [...seats], quorum: Number(quorum), threshold: Number(threshold) };
    });
  }

  /** Key that speaks for a node in an epoch, zero for none. */
  agentAt(nodeId: bigint, epoch: number): Promise<string> {
    return remember(this.agents, `${epoch}/${String(nodeId)}`, async () => {
      const agent = await this.contracts.nodes.agentAt(nodeId, epoch);
      // A node may be added during the epoch: ask again next time.
      if (BigInt(agent) === 0n) this.agents.delete(`${epoch}/${String(nodeId)}`);
      return agent;
    });
  }

  /** Number of nodes now. */
  async nodeCount(): Promise<bigint> {
    return await this.contracts.nodes.nodeCount();
  }

  /** First epoch that is not closed. */
  async nextEpochToClose(): Promise<number> {
    return Number(await this.contracts.settlement.nextEpochToClose());
  }

  /** Chain time at which an epoch was closed, undefined if it was not. */
  async closedAt(epoch: number): Promise<number | undefined> {
    const known = this.closings.get(epoch);
    if (known !== undefined) return known;
    const { settlement } = this.contracts;
    const [closed] = await settlement.queryFilter(settlement.filters.EpochClosed(epoch), this.deployedAtBlock);
    if (closed === undefined) return undefined;
    const { timestamp } = await closed.getBlock();
    this.closings.set(epoch, timestamp);
    return timestamp;
  }

  async statusOf(epoch: number): Promise<ReportStatus> {
    return REPORT_STATUSES[Number(await this.contracts.uptime.statusOf(epoch))] ?? "none";
  }

  /** Hash and epoch of the newest report that stands. */
  async newestReport(): Promise<{ reportHash: string; epoch: number }> {
    const [reportHash, epoch] = await this.contracts.uptime.newestReport();
    return { reportHash, epoch: Number(epoch) };
  }

  /** First second at which a report of an epoch is refused. */
  async reportDeadline(epoch: number): Promise<number> {
    return Number(await this.contracts.uptime.reportDeadline(epoch));
  }

  /** The report of an epoch as it stands on chain. */
  async posted(epoch: number): Promise<PostedReport | undefined> {
    const { uptime } = this.contracts;
    const { reportHash, postedAt, finalAt } = await uptime.reportOf(epoch);
    if (postedAt === 0n) return undefined;
    const logs = await uptime.queryFilter(uptime.filters.ReportPosted(epoch, reportHash), this.deployedAtBlock);
    const args = logs.at(-1)?.args;
    if (args === undefined) return undefined;
    const { report } = args;
    return {
      reportHash,
      finalAt: Number(finalAt),
      signers: Number(args.signers),
      report: {
        epoch,
        root: report.root,
        evidenceRoot: report.evidenceRoot,
        nodeCount: Number(report.nodeCount),
        totalPoints: report.totalPoints,
        dataHash: report.dataHash,
        previousReport: report.previousReport,
        registryDigest: report.registryDigest,
        configDigest: report.configDigest,
        consensusVersion: Number(report.consensusVersion),
      },
    };
  }

  /** What the chain says of a closed epoch. @throws OracleError EPOCH_NOT_CLOSED */
  stateOf(epoch: number): Promise<EpochState> {
    return remember(this.states, epoch, async () => {
      if ((await this.nextEpochToClose()) <= epoch) {
        throw new OracleError("EPOCH_NOT_CLOSED", `epoch ${epoch} is not closed`);
      }
      const [{ availability }, registry, blockTag] = await Promise.all([
        this.contracts.settlement.potOf(epoch),
        this.contracts.nodes.registryAt(epoch),
        this.lastBlockOf(epoch),
      ]);
      const ids = Array.from({ length: Number(registry.count) }, (_, i) => BigInt(i + 1));
      const nodes = await Promise.all(ids.map((nodeId) => this.nodeAt(nodeId, epoch, blockTag)));
      return { pot: availability, registryDigest: registry.digest, nodes };
    });
  }

  private async nodeAt(nodeId: bigint, epoch: number, blockTag: number): Promise<NodeFacts> {
    const { nodes, catalog } = this.contracts;
    const [node, status] = await Promise.all([
      nodes.nodeOf(nodeId, { blockTag }),
      nodes.statusOf(nodeId, { blockTag }),
    ]);
    const weight = Number(await catalog.weightAt(node.classId, epoch));
    return { nodeId, provider: node.provider, units: Number(node.units), weight, earns: status === ACTIVE };
  }

  /** Number of the last block whose timestamp lies in an epoch or before it. */
  private async lastBlockOf(epoch: number): Promise<number> {
    const endAt = this.clock.endOf(epoch);
    // Invariant: block `low` is before the end, block `high` is not.
    let low = this.deployedAtBlock;
    let high = await this.provider.getBlockNumber();
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const block = await this.provider.getBlock(middle);
      if (block === null) throw new OracleError("BEHIND", `the node has no block ${middle}`);
      if (block.timestamp < endAt) low = middle;
      else high = middle;
    }
    return low;
  }
}

const MAX_REMEMBERED = 100_000;

/** Reads once; a failed reading is forgotten. */
function remember<K, V>(memory: Map<K, Promise<V>>, key: K, read: () => Promise<V>): Promise<V> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const reading = read();
  memory.set(key, reading);
  for (const oldest of memory.keys()) {
    if (memory.size <= MAX_REMEMBERED) break;
    memory.delete(oldest);
  }
  reading.catch(() => memory.delete(key));
  return reading;
}
