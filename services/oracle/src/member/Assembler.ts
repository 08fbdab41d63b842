import { getAddress } from "ethers";

import { buildReport, hashReport, NodeTable, type BuiltReport, type Observation } from "@millrace/uptime-tree/format";
import { bulkTreeOf } from "@millrace/uptime-tree/bulk";

import { OracleError } from "../OracleError.js";
import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ObservationReference, Observer } from "./Observer.js";
import type { ReportHistory } from "./ReportHistory.js";

/** The rules and the place that all members share. */
export interface Protocol {
  readonly chainId: bigint;
  readonly oracle: string;
  readonly slotsPerEpoch: number;
  readonly configDigest: string;
}

/** A report that was built here, and its hash. */
export interface Assembled {
  readonly reportHash: string;
  readonly built: BuiltReport;
}

/** Builds the report that follows from a set of observations and from what this member itself reads on the chain. */
export class Assembler {
  constructor(
    private readonly protocol: Protocol,
    private readonly facts: ChainFacts,
    private readonly observer: Observer,
    private readonly history: ReportHistory,
  ) {}

  /**
   * The report of a set of observations named by a leader, on the newest report unless another one is named.
   * @throws OracleError BAD_REQUEST, NO_QUORUM, MISSING_OBSERVATION, EPOCH_NOT_CLOSED
   */
  async assemble(
    epoch: number,
    references: readonly ObservationReference[],
    previousReport?: string,
  ): Promise<Assembled> {
    const { seats, quorum } = await this.facts.setOf(epoch);
    const order = references.map(({ attestor }) => attestor.toLowerCase());
    const members = new Set(seats.map((seat) => seat.toLowerCase()));
    const good = order.every((attestor, i) => members.has(attestor) && attestor > (order[i - 1] ?? ""));
    if (!good) throw new OracleError("BAD_REQUEST", "observations must be of members, ascending, one each");
    if (order.length < quorum) throw new OracleError("NO_QUORUM", `${order.length} observations, ${quorum} needed`);
    const observations = await Promise.all(references.map((each) => this.observation(epoch, each)));
    return await this.build(epoch, observations, previousReport ?? (await this.facts.newestReport()).reportHash);
  }

  /** The report of observations that are at hand, ascending by attestor. */
  private async build(epoch: number, observations: readonly Observation[], previousReport: string): Promise<Assembled> {
    const { threshold } = await this.facts.setOf(epoch);
    const { pot, registryDigest, nodes } = await this.facts.stateOf(epoch);
    const rewards = await this.history.rewardsAfter(previousReport);
    const table = new NodeTable(nodes.length);
    nodes.forEach((node, index) => {
      table.set(index, { ...node, rewardBefore: rewards(index) });
    });
    const built = buildReport(
      {
        ...this.protocol,
        epoch,
        threshold,
        pot,
        previousReport,
        registryDigest,
        nodes: table,
        observations,
      },
      bulkTreeOf,
    );
    const reportHash = hashReport(built.report);
    this.history.keep(reportHash, built);
    return { reportHash, built };
  }

  private async observation(epoch: number, reference: ObservationReference): Promise<Observation> {
    const { attestor, root, signature } = reference;
    const found = await this.observer.find(epoch, getAddress(attestor), root);
    if (found?.signature.toLowerCase() === signature.toLowerCase()) return found;
    throw new OracleError("MISSING_OBSERVATION", `observation ${root} of ${attestor} is not known`);
  }
}
