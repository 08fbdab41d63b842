import type { HeartbeatHosts } from "../HeartbeatHosts.js";
import { type OracleWorld, ROOM } from "../OracleWorld.js";

/** Members that are never disturbed: their memory is measured. */
export const STEADY = [0, 1] as const;
/** Members whose processes are killed and stopped, and whose seats change hands. */
const RESTLESS = [2, 3, 4, 5] as const;
/** Seats that are never given up: two of them, and two that change hands. */
export const SEATS = 4;
const MOST_NODES = 60;

/** How often each thing happened. */
export type Counts = Record<
  | "attestorsJoined"
  | "attestorsKilled"
  | "attestorsLeft"
  | "attestorsRestarted"
  | "nodesAdded"
  | "nodesBack"
  | "nodesRetired"
  | "nodesSilenced",
  number
>;

/** What changes in a soak: nodes come, go silent, come back and retire; attestors are killed, leave and join. */
export class Churn {
  readonly counts: Counts = {
    attestorsJoined: 0,
    attestorsKilled: 0,
    attestorsLeft: 0,
    attestorsRestarted: 0,
    nodesAdded: 0,
    nodesBack: 0,
    nodesRetired: 0,
    nodesSilenced: 0,
  };
  /** Nodes that were retired, by the epoch in which they were. */
  readonly retiredIn = new Map<number, number>();
  private readonly seated = new Set<number>(Array.from({ length: SEATS }, (_, member) => member));
  /** Processes of members that left, with the epoch in which theirs may end: until then they still report. */
  private readonly leaving = new Map<number, number>();
  private readonly silent = new Set<number>();
  private nodes: number;

  constructor(
    private readonly world: OracleWorld,
    private readonly hosts: HeartbeatHosts,
    private readonly roll: (sides: number) => number,
    nodes: number,
  ) {
    this.nodes = nodes;
  }

  /** Members that run. */
  get running(): number[] {
    return [...STEADY, ...RESTLESS].filter((member) => this.seated.has(member) || this.leaving.has(member));
  }

  /** What happens to nodes in an epoch. */
  async turnNodes(epoch: number): Promise<string> {
    const { hosts, world, roll, counts } = this;
    const beating = hosts.beating.filter((node) => !this.retiredIn.has(node));
    switch (roll(4)) {
      case 0: {
        if (this.nodes >= MOST_NODES) return "no node more";
        this.nodes++;
        await world.addNode(this.nodes);
        hosts.beat(this.nodes);
        counts.nodesAdded++;
        return `node ${this.nodes} added`;
      }
      case 1: {
        const node = beating[roll(beating.length)];
        if (node === undefined || beating.length < 4) return "no node fewer";
        hosts.silence(node);
        this.silent.add(node);
        counts.nodesSilenced++;
        return `node ${node} silent`;
      }
      case 2: {
        const [node] = this.silent;
        if (node === undefined) return "no node silent";
        this.silent.delete(node);
        hosts.beat(node);
        counts.nodesBack++;
        return `node ${node} back`;
      }
      default: {
        const node = beating[roll(beating.length)];
        if (node === undefined || beating.length < 8) return "no node retired";
        await (await world.as(world.providerKey()).nodes.retire(node, ROOM)).wait();
        hosts.silence(node);
        this.retiredIn.set(node, epoch);
        counts.nodesRetired++;
        return `node ${node} retired`;
      }
    }
  }

  /** What happens to attestors in an epoch: to one of them at most, as a quorum bears. */
  async turnAttestors(epoch: number): Promise<string> {
    const { world, roll, counts } = this;
    for (const [member, until] of this.leaving) {
      if (epoch < until) continue;
      await world.stop(`attestor-${member}`);
      this.leaving.delete(member);
    }
    await this.releaseBonds();
    const victims = RESTLESS.filter((member) => this.seated.has(member));
    const member = victims[roll(victims.length)]!;
    switch (roll(3)) {
      case 0:
        await world.kill(`attestor-${member}`);
        await world.startMember(member, FIELDS);
        counts.attestorsKilled++;
        return `attestor ${member} killed and started`;
      case 1:
        await world.stop(`attestor-${member}`);
        await world.startMember(member, FIELDS);
        counts.attestorsRestarted++;
        return `attestor ${member} stopped and started`;
      default:
        return await this.swap(member, epoch);
    }
  }

  /** A member gives up its seat, another one takes one. */
  private async swap(member: number, epoch: number): Promise<string> {
    const { world, counts } = this;
    const free = await this.free();
    const joiner = free[0];
    if (joiner === undefined) return "nobody to take a seat";
    await world.admit(joiner);
    await world.startMember(joiner, FIELDS);
    await (await world.as(world.attestorKey(member)).uptime.resign(ROOM)).wait();
    this.seated.delete(member);
    this.seated.add(joiner);
    // It sits in this epoch still, which is reported in the next.
    this.leaving.set(member, epoch + 3);
    counts.attestorsJoined++;
    counts.attestorsLeft++;
    return `attestor ${joiner} joins, ${member} leaves`;
  }

  /** Members that may apply: they run nowhere, and no bond of theirs is held. */
  private async free(): Promise<number[]> {
    const free: number[] = [];
    for (const member of RESTLESS) {
      if (this.seated.has(member) || this.leaving.has(member)) continue;
      const { bond } = await this.world.contracts.uptime.attestorOf(this.world.attestorKey(member).address);
      if (bond === 0n) free.push(member);
    }
    return free;
  }

  private async releaseBonds(): Promise<void> {
    const { uptime } = this.world.contracts;
    const now = await this.world.now();
    for (const member of RESTLESS) {
      const account = this.world.attestorKey(member).address;
      const { bond, releaseAt } = await uptime.attestorOf(account);
      if (bond === 0n || releaseAt === 0n || releaseAt > BigInt(now)) continue;
      await (await uptime.releaseBond(account, ROOM)).wait();
    }
  }
}

/** What the members of a soak are started with: blocks count that a small reorganisation leaves alone. */
export const FIELDS = { finality: "safe", pollMs: 1_000, logLevel: "info" } as const;
