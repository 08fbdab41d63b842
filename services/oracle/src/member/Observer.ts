import { getAddress, hexlify } from "ethers";

import type { Logger } from "@millrace/sdk";
import {
  BadObservationError,
  encodeSightings,
  keccak,
  observationTypes,
  verifyObservation,
  type Observation,
} from "@millrace/uptime-tree";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { HeartbeatIngest } from "../ingest/HeartbeatIngest.js";
import type { Store } from "../store/Store.js";
import type { Identity } from "./Identity.js";
import type { Peers } from "./Peers.js";

/** What this member and the others saw: one signed observation of each, an epoch. */
export class Observer {
  constructor(
    private readonly identity: Identity,
    private readonly store: Store,
    private readonly facts: ChainFacts,
    private readonly ingest: HeartbeatIngest,
    private readonly peers: Peers,
    private readonly logger: Logger,
  ) {}

  /** This member's observation, undefined before it made one. */
  own(epoch: number): Observation | undefined {
    const statement = this.store.statement("observation", epoch, "");
    return this.store
      .observations(epoch)
      .find(({ attestor, contentHash }) => attestor === this.identity.attestor && contentHash === statement?.hash);
  }

  /** Makes this member's observation of an epoch that is over: once, from what is on the disk by then. */
  async make(epoch: number): Promise<Observation> {
    const made = this.own(epoch);
    if (made !== undefined) return made;
    await this.ingest.flush();
    const content = encodeSightings(this.store.sightings(epoch));
    const contentHash = hexlify(keccak(content));
    const { attestor, signer, domain, configDigest } = this.identity;
    const signature = await this.store.signOnce("observation", epoch, "", contentHash, () =>
      signer.signTypedData(domain, observationTypes, { epoch, contentHash, configDigest }),
    );
    const observation = { attestor, epoch, content, contentHash, signature };
    this.store.putObservation(observation);
    this.logger.info({ epoch, nodes: content.length / 40, contentHash }, "observation signed");
    return observation;
  }

  /** Observations of members of the epoch's set, one each, ascending by attestor. */
  async known(epoch: number): Promise<Observation[]> {
    const { seats } = await this.facts.setOf(epoch);
    const members = new Set(seats);
    const chosen = new Map<string, Observation>();
    for (const observation of this.store.observations(epoch)) {
      const { attestor } = observation;
      if (members.has(attestor) && !chosen.has(attestor)) chosen.set(attestor, observation);
    }
    return [...chosen.values()].sort((a, b) => (a.attestor.toLowerCase() < b.attestor.toLowerCase() ? -1 : 1));
  }

  /** Asks the others for observations of an epoch while some are missing. */
  async gather(epoch: number): Promise<void> {
    const { seats } = await this.facts.setOf(epoch);
    if ((await this.known(epoch)).length >= seats.length) return;
    for (const observation of await this.peers.ask("observation", (client) => client.observation(epoch))) {
      this.keep(epoch, observation);
    }
  }

  /** The observation that a leader names; from this member's disk, or from whichever peer has it. */
  async find(epoch: number, attestor: string, contentHash: string): Promise<Observation | undefined> {
    const mine = this.lookup(epoch, attestor, contentHash);
    if (mine !== undefined) return mine;
    return await this.peers.find("observation", async (client) => {
      this.keep(epoch, await client.observationBy(epoch, contentHash));
      return this.lookup(epoch, attestor, contentHash);
    });
  }

  /** A known observation of anyone, by the hash of its content. */
  byContent(epoch: number, contentHash: string): Observation | undefined {
    return this.store.observations(epoch).find((each) => each.contentHash === contentHash);
  }

  private lookup(epoch: number, attestor: string, contentHash: string): Observation | undefined {
    return this.store
      .observations(epoch)
      .find((each) => each.attestor === attestor && each.contentHash === contentHash);
  }

  private keep(epoch: number, observation: Observation): void {
    try {
      if (observation.epoch !== epoch) throw new BadObservationError(`observation is of epoch ${observation.epoch}`);
      verifyObservation(this.identity.domain, this.identity.configDigest, observation);
      this.store.putObservation({ ...observation, attestor: getAddress(observation.attestor) });
    } catch (error) {
      if (!(error instanceof BadObservationError)) throw error;
      this.logger.warn({ epoch, attestor: observation.attestor, reason: error.message }, "observation refused");
    }
  }
}
