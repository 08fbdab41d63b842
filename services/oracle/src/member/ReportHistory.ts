import { ZeroHash } from "ethers";

import {
  buildReport,
  dataFileSize,
  decodeDataFile,
  hashReport,
  MAX_SEATS,
  MAX_SLOTS_PER_EPOCH,
  type BuiltReport,
} from "@millrace/uptime-tree/format";
import { bulkTreeOf } from "@millrace/uptime-tree/bulk";

import { OracleError } from "../OracleError.js";
import type { ChainFacts } from "../chain/ChainFacts.js";
import type { Store } from "../store/Store.js";
import type { Peers } from "./Peers.js";

/** Reports at hand, and the memory that they may take but for the two newest: one builds on the other. */
const [MAX_BUILT, MAX_BYTES] = [8, 512 * 2 ** 20];
/** Most of a data file whatever the network: fourteen observations of a million nodes. */
const MAX_FILE_BYTES = 512 * 2 ** 20;
/** Memory of a report as a multiple of its data file: the file, its columns, its leaves and the tree over them. */
const MEMORY_FACTOR = 3;

/**
 * Reports with their trees, from the data files. A file from a peer needs no trust: it is checked against the hash that
 * stands on chain, and everything in a report follows from it.
 */
export class ReportHistory {
  private readonly built = new Map<string, BuiltReport>();

  constructor(
    private readonly store: Store,
    private readonly facts: ChainFacts,
    private readonly peers: Peers,
  ) {}

  /** Whether a report that stands can be given without reading or building it. */
  async isAtHand(epoch: number): Promise<boolean> {
    const posted = await this.facts.posted(epoch);
    return posted === undefined || this.built.has(posted.reportHash);
  }

  /** A report by its hash. @throws OracleError NOT_FOUND when no member has its data */
  async byHash(reportHash: string): Promise<BuiltReport> {
    const known = this.built.get(reportHash);
    if (known !== undefined) {
      // The one that was used last goes last.
      this.built.delete(reportHash);
      this.built.set(reportHash, known);
      return known;
    }
    const own = this.store.reports.data(reportHash);
    const report = own === undefined ? await this.fetch(reportHash) : buildReport(decodeDataFile(own), bulkTreeOf);
    this.remember(reportHash, report);
    return report;
  }

  /** The report that stands for an epoch. @throws OracleError NOT_FOUND */
  async posted(epoch: number): Promise<BuiltReport> {
    const posted = await this.facts.posted(epoch);
    if (posted === undefined) throw new OracleError("NOT_FOUND", `no report stands for epoch ${epoch}`);
    return await this.byHash(posted.reportHash);
  }

  /** What the node at an index had earned after a report; nothing before the first. */
  async rewardsAfter(reportHash: string): Promise<(index: number) => bigint> {
    if (reportHash === ZeroHash) return () => 0n;
    const { leaves } = await this.byHash(reportHash);
    return (index) => (index < leaves.count ? leaves.reward(index) : 0n);
  }

  /** Keeps a report that was built here. */
  keep(reportHash: string, report: BuiltReport): void {
    this.store.reports.put(reportHash, report.report.epoch, report.bytes);
    this.remember(reportHash, report);
  }

  private async fetch(reportHash: string): Promise<BuiltReport> {
    const maxBytes = await this.maxFileBytes();
    const found = await this.peers.find("report data", async (client) => {
      const bytes = await client.data(reportHash, maxBytes);
      const report = buildReport(decodeDataFile(bytes), bulkTreeOf);
      // The hash covers the root of the leaves and every chunk of the file: a peer cannot slip in anything else.
      return hashReport(report.report) === reportHash ? report : undefined;
    });
    if (found === undefined) throw new OracleError("NOT_FOUND", `no member has the data of report ${reportHash}`);
    this.keep(reportHash, found);
    return found;
  }

  /** Nodes are only added: no file of the past is longer. A peer cannot make this member build what is not there. */
  private async maxFileBytes(): Promise<number> {
    const nodeCount = Number(await this.facts.nodeCount());
    return Math.min(dataFileSize(MAX_SLOTS_PER_EPOCH, nodeCount, MAX_SEATS), MAX_FILE_BYTES);
  }

  private remember(reportHash: string, report: BuiltReport): void {
    this.built.set(reportHash, report);
    let bytes = 0;
    for (const each of this.built.values()) bytes += MEMORY_FACTOR * each.bytes.length;
    for (const [oldest, { bytes: file }] of this.built) {
      if (this.built.size <= 2 || (this.built.size <= MAX_BUILT && bytes <= MAX_BYTES)) return;
      bytes -= MEMORY_FACTOR * file.length;
      this.built.delete(oldest);
    }
  }
}
