import { type Block, type Provider, ZeroAddress } from "ethers";

import { BlockRanges, type Contracts, type EpochClock } from "@millrace/sdk";
import type { NodeTable, Report } from "@millrace/uptime-tree/format";

import { EpochMap } from "../EpochMap.js";
import { MAX_LATE_EPOCHS } from "../horizon.js";
import { OracleError } from "../OracleError.js";
import { AgentBook } from "./AgentBook.js";
import { NodeReader } from "./NodeReader.js";
import { SharedCall } from "./SharedCall.js";

/** Order of the contract's `ReportStatus`. */
const REPORT_STATUSES = ["none", "posted", "final", "void"] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

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
  /** By number, from 1; what each had earned is the report history's to say. */
  readonly nodes: NodeTable;
}

/** A report on chain. */
export interface PostedReport {
  readonly report: Report;
  readonly reportHash: string;
  /** Bit i: seat i signed it when it was posted. */
  readonly signers: number;
  readonly finalAt: number;
  readonly blockNumber: number;
}

/** Which blocks count. Statements that are signed must not rest on what a reorganisation can take away. */
export type Finality = "finalized" | "latest" | "safe";

/** Epochs whose nodes are kept at hand, forty megabytes each with a million nodes: reports are made one after the other. */
const MAX_STATES = 2;
/** Entries of each other memory: small ones of epochs, and answers at one block. */
const MAX_REMEMBERED = 4_096;

/**
 * Reads what reports depend on, always at one block that is final: all answers between two calls of `refresh` are of one
 * state. Facts of epochs that are over do not change and are read once.
 */
export class ChainFacts {
  private readonly states = new Map<number, Promise<EpochState>>();
  private readonly sets = new Map<number, Promise<SetOfEpoch>>();
  private readonly closings = new Map<number, Promise<number>>();
  private readonly lastBlocks = new Map<number, Promise<number>>();
  /** What the final block says, until there is a newer one. */
  private readonly answers = new Map<string, Promise<unknown>>();
  private readonly agents: AgentBook;
  /** The same as the newest block has it, for an epoch that the final one has not reached. */
  private readonly newestAgents: AgentBook;
  /** First block of each epoch that was seen: what it says of the epoch's keys is what all after it say. */
  private readonly begun = new EpochMap(MAX_STATES, (): Begun => ({}));
  /** The newest report that was found of each epoch, and the block through which it was looked for. */
  private readonly postings = new EpochMap(MAX_REMEMBERED, (): Posting => ({}));
  private readonly ranges = new BlockRanges();
  private final: FinalBlock | undefined;
  private readonly refreshing = new SharedCall(() => this.lookUp());

  constructor(
    private readonly provider: Provider,
    private readonly contracts: Contracts,
    private readonly clock: EpochClock,
    private readonly deployedAtBlock: number,
    private readonly finality: Finality = "latest",
    private readonly nodes: Pick<NodeReader, "agents" | "read"> = new NodeReader(provider, contracts),
  ) {
    this.agents = new AgentBook(nodes);
    this.newestAgents = new AgentBook(nodes);
  }

  /** Looks up the newest block that counts. It never goes back. Calls that come while one is under way share it. */
  refresh(): Promise<void> {
    return this.refreshing.run();
  }

  private async lookUp(): Promise<void> {
    const block = await this.provider.getBlock(this.finality);
    if (block === null) throw new OracleError("BEHIND", `the node shows no ${this.finality} block`);
    const { final } = this;
    const isSame = block.number === final?.number && block.hash === final.hash;
    if (isSame || (final !== undefined && block.number <= final.number && this.finality !== "latest")) return;
    this.final = block;
    this.answers.clear();
  }

  /** Time of the newest block that counts. */
  async finalAt(): Promise<number> {
    return (await this.finalBlock()).timestamp;
  }

  /** The newest block that counts. */
  async finalNumber(): Promise<number> {
    return (await this.finalBlock()).number;
  }

  /** Forgets what was read of epochs that are not over: blocks that were seen have been replaced. */
  forgetRecent(): void {
    this.newestAgents.clear();
    for (const seen of this.begun.all()) delete seen.number;
    if (this.finality !== "latest") return;
    this.agents.clear();
    for (const memory of [this.answers, this.states, this.sets, this.closings, this.lastBlocks]) memory.clear();
  }

  /** The set of an epoch. It is fixed once the epoch has begun. */
  async setOf(epoch: number): Promise<SetOfEpoch> {
    const read = async (): Promise<SetOfEpoch> => {
      const [seats, quorum, threshold] = await this.contracts.uptime.setOf(epoch, await this.at());
      return { seats: [...seats], quorum: Number(quorum), threshold: Number(threshold) };
    };
    if ((await this.finalAt()) < this.clock.startOf(epoch)) return await this.answer(`set ${epoch}`, read);
    return await remember(this.sets, epoch, read);
  }

  /** Number of nodes at the end of an epoch, and the digest of their registration. */
  async registryOf(epoch: number): Promise<{ count: number; digest: string }> {
    return await this.answer(`registry ${epoch}`, async (at) => {
      const { count, digest } = await this.contracts.nodes.registryAt(epoch, at);
      return { count: Number(count), digest };
    });
  }

  /**
   * Key that speaks for a node in an epoch, zero for none. For as long as no block of the epoch is final, a key that may
   * have been changed in the last minutes before it is none: whoever gives a receipt for the other one's heartbeat can
   * never show one that the chain takes (I7).
   */
  async agentAt(nodeId: bigint, epoch: number): Promise<string> {
    const nodes = await this.nodeCount();
    const { number, timestamp } = await this.finalBlock();
    const hasBegun = timestamp >= this.clock.startOf(epoch);
    const agent = await this.agents.agentAt(nodeId, epoch, { number, nodes, hasBegun });
    if (hasBegun || agent === ZeroAddress) return agent;
    const first = await this.firstSeenOf(epoch);
    if (first === undefined) return ZeroAddress;
    const now = await this.newestAgents.agentAt(nodeId, epoch, { number: first, nodes, hasBegun: true });
    return now === agent ? agent : ZeroAddress;
  }

  /** Number of nodes now. */
  async nodeCount(): Promise<bigint> {
    return await this.answer("nodes", async (at) => await this.contracts.nodes.nodeCount(at));
  }

  /** First epoch that is not closed. */
  async nextEpochToClose(): Promise<number> {
    return await this.answer("to close", async (at) => Number(await this.contracts.settlement.nextEpochToClose(at)));
  }

  /** Chain time at which an epoch was closed, undefined if it was not. */
  async closedAt(epoch: number): Promise<number | undefined> {
    if ((await this.nextEpochToClose()) <= epoch) return undefined;
    return await remember(this.closings, epoch, async () => {
      const { settlement } = this.contracts;
      const { number } = await this.finalBlock();
      // It comes soon after the epoch: usually the first range has it.
      const closes = this.ranges.read(await this.lastBlockOf(epoch), number, (first, last) =>
        settlement.queryFilter(settlement.filters.EpochClosed(epoch), first, last),
      );
      for await (const {
        found: [closed],
      } of closes) {
        if (closed !== undefined) return (await closed.getBlock()).timestamp;
      }
      throw new OracleError("BEHIND", `the node shows no close of epoch ${epoch}`);
    });
  }

  async statusOf(epoch: number): Promise<ReportStatus> {
    if ((await this.finalAt()) < this.clock.startOf(epoch)) return "none";
    return await this.answer(`status ${epoch}`, async (at) => {
      return REPORT_STATUSES[Number(await this.contracts.uptime.statusOf(epoch, at))] ?? "none";
    });
  }

  /** The same as the newest block has it: what is there need not be sent again, also before it counts. */
  async statusNow(epoch: number): Promise<ReportStatus> {
    return REPORT_STATUSES[Number(await this.contracts.uptime.statusOf(epoch))] ?? "none";
  }

  /** First epoch that the newest block has not closed. */
  async nextEpochToCloseNow(): Promise<number> {
    return Number(await this.contracts.settlement.nextEpochToClose());
  }

  /** Hash and epoch of the newest report that stands. */
  async newestReport(): Promise<{ reportHash: string; epoch: number }> {
    return await this.answer("newest", async (at) => {
      const [reportHash, epoch] = await this.contracts.uptime.newestReport(at);
      return { reportHash, epoch: Number(epoch) };
    });
  }

  /** First second at which a report of an epoch is refused. */
  async reportDeadline(epoch: number): Promise<number> {
    return await this.answer(`deadline ${epoch}`, async (at) => {
      return Number(await this.contracts.uptime.reportDeadline(epoch, at));
    });
  }

  /** The report of an epoch as it stands on chain. */
  async posted(epoch: number): Promise<PostedReport | undefined> {
    // Strangers ask for epochs that are far ahead: the chain is not.
    if ((await this.finalAt()) < this.clock.startOf(epoch)) return undefined;
    if ((await this.statusOf(epoch)) === "none") {
      await this.refresh();
      if ((await this.statusOf(epoch)) === "none") return undefined;
    }
    return await this.answer(`report ${epoch}`, async () => await this.findPosted(epoch));
  }

  /** Nodes of a chain refuse to look through many blocks at once, and what is final need not be looked at twice. */
  private async findPosted(epoch: number): Promise<PostedReport | undefined> {
    const { uptime } = this.contracts;
    const found: Posting = this.finality === "latest" ? {} : this.postings.of(epoch);
    const from = found.through === undefined ? await this.lastBlockOf(epoch) : found.through + 1;
    const postings = this.ranges.read(from, await this.lastBlockForReport(epoch), (first, last) =>
      uptime.queryFilter(uptime.filters.ReportPosted(epoch), first, last),
    );
    for await (const { last, found: logs } of postings) {
      const log = logs.at(-1);
      if (log !== undefined && log.blockNumber >= (found.posted?.blockNumber ?? 0)) found.posted = postedOf(epoch, log);
      found.through = Math.max(last, found.through ?? 0);
    }
    return found.posted;
  }

  /** The newest final block that can have a report of an epoch. */
  private async lastBlockForReport(epoch: number): Promise<number> {
    const { number, timestamp } = await this.finalBlock();
    const latest = epoch + MAX_LATE_EPOCHS;
    return timestamp < this.clock.endOf(latest) ? number : await this.lastBlockOf(latest);
  }

  /** What the chain says of a closed epoch. @throws OracleError EPOCH_NOT_CLOSED */
  stateOf(epoch: number): Promise<EpochState> {
    const read = async (): Promise<EpochState> => {
      if ((await this.nextEpochToClose()) <= epoch) {
        throw new OracleError("EPOCH_NOT_CLOSED", `epoch ${epoch} is not closed`);
      }
      const [{ availability }, registry, blockTag] = await Promise.all([
        this.contracts.settlement.potOf(epoch, await this.at()),
        this.registryOf(epoch),
        this.lastBlockOf(epoch),
      ]);
      const nodes = await this.nodes.read(epoch, registry.count, blockTag, await this.finalNumber());
      return { pot: availability, registryDigest: registry.digest, nodes };
    };
    return remember(this.states, epoch, read, MAX_STATES);
  }

  /** Asks the final block once, whoever asks how often: strangers do. */
  private async answer<T>(key: string, read: (at: { blockTag: number }) => Promise<T>): Promise<T> {
    const at = await this.at();
    // There may be a newer one already: its answers are others.
    if (this.final?.number !== at.blockTag) return await read(at);
    return await (remember(this.answers, key, async () => await read(at)) as Promise<T>);
  }

  /** Number of a block of an epoch, or after it; undefined while there is none. */
  private async firstSeenOf(epoch: number): Promise<number | undefined> {
    const seen = this.begun.of(epoch);
    if (seen.number !== undefined) return seen.number;
    // Once for all nodes: when an epoch begins all of them are asked for in one moment.
    seen.looking ??= this.lookForBegin(epoch, seen).finally(() => delete seen.looking);
    return await seen.looking;
  }

  private async lookForBegin(epoch: number, seen: Begun): Promise<number | undefined> {
    const newest = await this.provider.getBlock("latest");
    if (newest === null || newest.timestamp < this.clock.startOf(epoch)) return undefined;
    return (seen.number = newest.number);
  }

  private async finalBlock(): Promise<FinalBlock> {
    if (this.final === undefined) await this.refresh();
    if (this.final === undefined) throw new OracleError("BEHIND", "no block counts yet");
    return this.final;
  }

  /** Overrides of a call: the block at which everything is read. */
  private async at(): Promise<{ blockTag: number }> {
    return { blockTag: (await this.finalBlock()).number };
  }

  /** Number of the last block whose timestamp lies in an epoch or before it. */
  private lastBlockOf(epoch: number): Promise<number> {
    return remember(this.lastBlocks, epoch, async () => await this.findLastBlock(epoch));
  }

  private async findLastBlock(epoch: number): Promise<number> {
    const endAt = this.clock.endOf(epoch);
    // Invariant: block `low` is before the end, block `high` is not.
    let low = this.deployedAtBlock;
    let high = (await this.finalBlock()).number;
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

/** The first block of an epoch that was seen, and the search for it. */
interface Begun {
  number?: number;
  looking?: Promise<number | undefined>;
}

interface Posting {
  posted?: PostedReport;
  through?: number;
}

/** The event of a report that was posted. */
interface PostedLog {
  readonly args: {
    readonly reportHash: string;
    readonly finalAt: bigint;
    readonly signers: bigint;
    readonly report: Readonly<
      Record<"consensusVersion" | "nodeCount" | "totalPoints", bigint> &
        Record<"configDigest" | "dataHash" | "evidenceRoot" | "previousReport" | "registryDigest" | "root", string>
    >;
  };
  readonly blockNumber: number;
}

type FinalBlock = Pick<Block, "hash" | "number" | "timestamp">;

function postedOf(epoch: number, { args, blockNumber }: PostedLog): PostedReport {
  const { report } = args;
  return {
    reportHash: args.reportHash,
    finalAt: Number(args.finalAt),
    blockNumber,
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

/** Reads once; a failed reading is forgotten. */
function remember<K, V>(memory: Map<K, Promise<V>>, key: K, read: () => Promise<V>, most = MAX_REMEMBERED): Promise<V> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const reading = read();
  memory.set(key, reading);
  for (const oldest of memory.keys()) {
    if (memory.size <= most) break;
    memory.delete(oldest);
  }
  reading.catch(() => memory.delete(key));
  return reading;
}
