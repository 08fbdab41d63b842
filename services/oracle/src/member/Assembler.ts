import { buildReport, hashReport, type BuiltReport, type Observation } from "@millrace/uptime-tree/format";
import { bulkTreeOf } from "@millrace/uptime-tree/bulk";

import { OracleError } from "../OracleError.js";
import type { ChainFacts, EpochState } from "../chain/ChainFacts.js";
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
  /** Reports by the observations and the report before that they follow from, for as long as the chain's facts stand. */
  private readonly assembled = new WeakMap<EpochState, Map<string, string>>();

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
    const before = previousReport ?? (await this.facts.newestReport()).reportHash;
    const state = await this.facts.stateOf(epoch);
    const key = [before, ...references.map(({ attestor, root, signature }) => attestor + root + signature)].join();
    const known = this.assembled.get(state) ?? new Map<string, string>();
    this.assembled.set(state, known);
    // A leader tries again and again, and every try is a second of work with many nodes.
    const reportHash = known.get(key.toLowerCase());
    if (reportHash !== undefined) return { reportHash, built: await this.history.byHash(reportHash) };
    const observations = await Promise.all(references.map((each) => this.observation(epoch, each)));
    const built = await this.build(epoch, observations, before, state);
    known.set(key.toLowerCase(), built.reportHash);
    return built;
  }

  /** The report of observations that are at hand, ascending by attestor. */
  private async build(
    epoch: number,
    observations: readonly Observation[],
    previousReport: string,
    { pot, registryDigest, nodes }: EpochState,
  ): Promise<Assembled> {
    const { threshold } = await this.facts.setOf(epoch);
    const rewards = await this.history.rewardsAfter(previousReport);
    const built = buildReport(
      {
        ...this.protocol,
        epoch,
        threshold,
        pot,
        previousReport,
        registryDigest,
        nodes: nodes.withRewards(rewards),
        observations,
      },
      bulkTreeOf,
    );
    const reportHash = hashReport(built.report);
    this.history.keep(reportHash, built);
    return { reportHash, built };
  }

  private async observation(epoch: number, reference: ObservationReference): Promise<Observation> {
    const found = await this.observer.find(epoch, reference);
    if (found !== undefined) return found;
    const { attestor, root } = reference;
    throw new OracleError("MISSING_OBSERVATION", `observation ${root} of ${attestor} is not known`);
  }
}
