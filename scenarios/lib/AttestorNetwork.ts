import { memberOf } from "@millrace/sdk";
import {
  type BuiltReport,
  buildReport,
  type Heartbeat,
  NodeTable,
  reportTypes,
  signCompact,
  uptimeDomain,
} from "@millrace/uptime-tree/format";
import { concat, id } from "ethers";

import { type LeaseDriver, type Proven, type Statements, Testimony, type World } from "./market.js";

const ACTIVE = memberOf("NodeStatus", "active");

/** From one second to another in which a node's agent was silent. */
interface Darkness {
  readonly fromAt: number;
  readonly toAt: number;
}

/** A report that stands on chain, with what it was made of. */
export interface PostedReport extends BuiltReport {
  readonly said: readonly Statements[];
}

/** What a lease was settled for. */
export interface SettledPieces {
  upSeconds: bigint;
  downSeconds: bigint;
  paid: bigint;
  refunded: bigint;
}

/**
 * Agents and attestors of a world, and the reports that follow from what they signed, built by the functions that the
 * attestors' service uses. A node is up in a slot if its agent sent the slot's heartbeat, at the slot's beginning.
 */
export class AttestorNetwork {
  readonly #dark = new Map<bigint, Darkness[]>();
  readonly #reports = new Map<number, PostedReport>();
  /** `rawCumulativeReward` of each node in the newest report. */
  #rewards: readonly bigint[] = [];

  constructor(private readonly driver: LeaseDriver) {}

  get #world(): World {
    return this.driver.world;
  }

  get slotSeconds(): number {
    const { epochSeconds, slotsPerEpoch } = this.#world.clock;
    return epochSeconds / slotsPerEpoch;
  }

  /** The node's agent is silent from one second to another. */
  goDark(nodeId: bigint, fromAt: number, toAt = Infinity): void {
    this.#dark.set(nodeId, [...(this.#dark.get(nodeId) ?? []), { fromAt, toAt }]);
  }

  isUp(nodeId: bigint, epoch: number, slot: number): boolean {
    const at = this.driver.startOf(epoch) + slot * this.slotSeconds;
    return (this.#dark.get(nodeId) ?? []).every(({ fromAt, toAt }) => at < fromAt || at >= toAt);
  }

  /** Seconds of an interval that lie in slots in which the node was up, counted one by one. */
  upSeconds(nodeId: bigint, fromAt: number, toAt: number): number {
    const { genesisAt, epochSeconds } = this.#world.clock;
    let count = 0;
    for (let at = fromAt; at < toAt; at++) {
      const epoch = Math.floor((at - genesisAt) / epochSeconds);
      if (this.isUp(nodeId, epoch, Math.floor((at - this.driver.startOf(epoch)) / this.slotSeconds))) count++;
    }
    return count;
  }

  /**
   * Closes an epoch and posts its report, once.
   * @param lies - nodes that an attestor says it saw in a slot beyond those that it heard, by seat
   */
  async report(
    epoch: number,
    lies: ReadonlyMap<number, (slot: number) => readonly bigint[]> = new Map(),
  ): Promise<PostedReport> {
    const known = this.#reports.get(epoch);
    if (known !== undefined) return known;
    const { uptime, nodes, settlement } = this.#world;
    await this.driver.closeThrough(epoch);
    const testimony = await this.testimony(epoch);
    const heard = (slot: number) => testimony.nodeIds.filter((nodeId) => this.isUp(nodeId, epoch, slot));
    const said: Statements[] = [];
    for (const seat of testimony.site.attestors.keys()) {
      const lie = lies.get(seat);
      const seen = (slot: number) => [...new Set([...heard(slot), ...(lie?.(slot) ?? [])])];
      said.push(await testimony.tell(epoch, seat, lie === undefined ? { heard } : { heard, seen }));
    }
    const [registryDigest] = await nodes.registryAt(epoch);
    const [previousReport] = await uptime.newestReport();
    const { threshold } = await uptime.setOf(epoch);
    const observations = said.map(({ observation }) => observation);
    const built = buildReport({
      chainId: (await this.driver.connection.ethers.provider.getNetwork()).chainId,
      oracle: await uptime.getAddress(),
      epoch,
      slotsPerEpoch: this.#world.clock.slotsPerEpoch,
      threshold: Number(threshold),
      pot: (await settlement.potOf(epoch)).availability,
      previousReport,
      registryDigest,
      configDigest: testimony.site.configDigest,
      nodes: await this.#table(epoch, testimony.site.nodeCount),
      observations: observations.sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
    });
    const { attestors, domain } = testimony.site;
    const signatures: string[] = [];
    for (const key of attestors)
      signatures.push(await signCompact(key, domain, reportTypes, built.report as unknown as Record<string, unknown>));
    await uptime.submitReport(built.report, 2 ** attestors.length - 1, concat(signatures));
    const posted = { ...built, said };
    this.#reports.set(epoch, posted);
    this.#rewards = testimony.nodeIds.map((_, index) => built.leaves.leaf(index).rawCumulativeReward);
    return posted;
  }

  /** Posts an epoch's report if nobody did, and waits until it is final. */
  async finalReport(epoch: number): Promise<PostedReport> {
    const posted = await this.report(epoch);
    const { finalAt } = await this.#world.uptime.reportOf(epoch);
    if (BigInt(await this.driver.now()) <= finalAt) await this.driver.passToFinal(epoch);
    return posted;
  }

  /** Settles everything of a lease that is paid and over, epoch by epoch. */
  async settle(leaseId: bigint): Promise<SettledPieces> {
    const { leases } = this.#world;
    const sum: SettledPieces = { upSeconds: 0n, downSeconds: 0n, paid: 0n, refunded: 0n };
    for (;;) {
      const { epoch, fromAt, toAt } = await leases.nextPieceOf(leaseId);
      if (fromAt === toAt || toAt > BigInt(await this.driver.now())) return sum;
      const { leaf, proof } = leafOf(await this.finalReport(Number(epoch)), (await leases.leaseOf(leaseId)).nodeId);
      await leases.settle(leaseId, leaf, proof);
      const settled = (await leases.queryFilter(leases.filters.LeaseSettled(leaseId, epoch), -1)).at(-1);
      if (settled === undefined) throw new Error(`lease ${leaseId} was not settled for epoch ${epoch}`);
      sum.upSeconds += settled.args.upSeconds;
      sum.downSeconds += settled.args.toAt - settled.args.fromAt - settled.args.upSeconds;
      sum.paid += settled.args.paid;
      sum.refunded += settled.args.refunded;
    }
  }

  /** What can be signed in an epoch, by the attestors in its seats. */
  async testimony(epoch: number): Promise<Testimony> {
    const { uptime, nodes, attestorKeys, agent, clock } = this.#world;
    const [seats] = await uptime.setOf(epoch);
    const [, nodeCount] = await nodes.registryAt(epoch);
    const attestors = seats.map((seat) => {
      const key = attestorKeys.find(({ address }) => address === seat);
      if (key === undefined) throw new Error(`no key for seat ${seat}`);
      return key;
    });
    const { chainId } = await this.driver.connection.ethers.provider.getNetwork();
    const site = {
      domain: uptimeDomain(chainId, await uptime.getAddress()),
      slots: clock.slotsPerEpoch,
      configDigest: await uptime.configDigest(),
      nodeCount: Number(nodeCount),
      agent,
      attestors,
    };
    return new HostTestimony(site, (nodeId, slot) => this.isUp(nodeId, epoch, slot));
  }

  async #table(epoch: number, count: number): Promise<NodeTable> {
    const { nodes, catalog, capacity } = this.#world;
    const rows = Array.from({ length: count }, async (_, index) => {
      const { provider, units, classId } = await nodes.nodeOf(index + 1);
      return {
        provider,
        units: Number(units),
        weight: Number(await catalog.weightAt(classId, epoch)),
        active: (await nodes.statusOf(index + 1)) === ACTIVE,
        capacityPassed: await capacity.hasCapacity(index + 1, epoch),
        rewardBefore: this.#rewards[index] ?? 0n,
      };
    });
    return NodeTable.from(await Promise.all(rows));
  }
}

/** A node's leaf with its proof. */
export function leafOf({ leaves, tree }: BuiltReport, nodeId: bigint): Proven {
  const index = Number(nodeId) - 1;
  return { leaf: leaves.leaf(index), proof: [...tree.proof(index)] };
}

/** Heartbeats of a host that names the nodes which run on it in a slot. */
class HostTestimony extends Testimony {
  constructor(
    site: Testimony["site"],
    private readonly isUp: (nodeId: bigint, slot: number) => boolean,
  ) {
    super(site);
  }

  override heartbeat(epoch: number, slot: number): Heartbeat {
    const nodeIds = this.nodeIds.filter((nodeId) => this.isUp(nodeId, slot));
    return { epoch, slot, nodeIds, blockNumber: BigInt(slot), blockHash: id(`block ${epoch}/${slot}`) };
  }
}
