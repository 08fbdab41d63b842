import {
  buildReport,
  NodeTable,
  treeOf,
  encodeWords,
  leafValues,
  uptimeDomain,
  type BuiltReport,
  type Leaf,
  type Report,
  type StandardTree,
} from "@millrace/uptime-tree/format";

import { type Statements, Testimony } from "./Testimony.js";
import { agent, POT, REGISTRY_DIGEST, SLOTS, type UptimeFixture } from "./uptimeFixture.js";

/** Evidence of a network of `at.providers`, whose nodes one agent speaks for. */
export class Evidence extends Testimony {
  constructor(
    readonly at: UptimeFixture,
    readonly oracle: string,
  ) {
    super({
      domain: uptimeDomain(at.chainId, oracle),
      slots: SLOTS,
      configDigest: at.configDigest,
      nodeCount: at.providers.length,
      agent,
      attestors: at.attestors,
    });
  }

  static async of(at: UptimeFixture): Promise<Evidence> {
    return new Evidence(at, await at.oracle.getAddress());
  }

  /** The report that follows from observations. */
  async build(epoch: number, included: readonly Statements[]): Promise<BuiltReport> {
    const { at } = this;
    const [previousReport] = await at.oracle.newestReport();
    const nodes = NodeTable.from(
      at.providers.map((provider, i) => ({
        provider,
        units: i + 1,
        weight: 100,
        active: true,
        capacityPassed: true,
        rewardBefore: 0n,
      })),
    );
    const observations = included.map(({ observation }) => observation);
    return buildReport({
      chainId: at.chainId,
      oracle: this.oracle,
      epoch,
      slotsPerEpoch: SLOTS,
      threshold: Number((await at.oracle.setOf(epoch)).threshold),
      pot: POT.availability,
      previousReport,
      registryDigest: REGISTRY_DIGEST,
      configDigest: at.configDigest,
      nodes,
      observations: observations.sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
    });
  }

  async post(epoch: number, report: Report, seats: readonly number[] = [0, 1, 2]): Promise<void> {
    await this.at.close(epoch);
    const { signers, signatures } = await this.at.sign(report, seats);
    await this.at.oracle.submitReport(report, signers, signatures);
  }
}

/** The tree over any leaves, right or wrong. */
export function treeOfLeaves(leaves: readonly Leaf[]): StandardTree {
  return treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index]!)));
}
