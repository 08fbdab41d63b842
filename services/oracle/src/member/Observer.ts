import { setImmediate } from "node:timers/promises";

import { getAddress, getBytes } from "ethers";

import type { EpochClock, Logger } from "@millrace/sdk";
import {
  BadObservationError,
  BadSignatureError,
  markSeen,
  noSightings,
  observationRoot,
  signObservation,
  verifyObservation,
  verifyObservationRoot,
  type Observation,
} from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { EpochSize } from "../http/observationBytes.js";
import type { PeerClient } from "../http/PeerClient.js";
import type { Metrics } from "../Metrics.js";
import type { KeptObservation } from "../store/EvidenceStore.js";
import type { Store } from "../store/Store.js";
import type { Guard } from "./Guard.js";
import type { Identity } from "./Identity.js";
import type { Peers } from "./Peers.js";
import type { SlotKeeper } from "./SlotKeeper.js";

/** Names an observation without its content. */
export interface ObservationReference {
  readonly attestor: string;
  readonly root: string;
  readonly signature: string;
}

/** What an observer works with. */
export interface ObserverParts {
  readonly identity: Identity;
  readonly store: Store;
  readonly clock: EpochClock;
  readonly facts: ChainFacts;
  readonly slots: SlotKeeper;
  readonly peers: Peers;
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What this member and the others saw: one signed observation of each, an epoch. */
export class Observer {
  /** Peers that have given theirs. With many nodes each is of megabytes, and all wait for the last of them. */
  private readonly given = new EpochMap(KEPT_EPOCHS, () => new Set<PeerClient>());

  constructor(private readonly parts: ObserverParts) {}

  /** This member's observation, undefined before it made one. */
  own(epoch: number): KeptObservation | undefined {
    const root = this.ownRoot(epoch);
    return root === undefined ? undefined : this.parts.store.evidence.observation(epoch, root);
  }

  /** The root of it, undefined before it was begun. */
  ownRoot(epoch: number): string | undefined {
    return this.parts.store.statements.made("observation", epoch, "")?.hash;
  }

  /** Makes this member's observation of an epoch that is over: once, of exactly the batches that it signed. */
  async make(epoch: number): Promise<KeptObservation> {
    const { store, identity, clock, facts, slots, guard, metrics, logger } = this.parts;
    const made = this.own(epoch);
    if (made !== undefined) return made;
    await slots.closeSlots(epoch);
    const { count } = await facts.registryOf(epoch);
    const batchRoots = new Uint8Array(32 * clock.slotsPerEpoch);
    const sightings = noSightings(count);
    for (const [scope, batch] of store.statements.ofEpoch("batch", epoch)) {
      if (batch.signature === "") continue;
      const slot = Number(scope);
      batchRoots.set(getBytes(batch.hash), 32 * slot);
      for (const nodeId of store.slots.seenIn(epoch, slot) ?? [])
        if (nodeId <= count) markSeen(sightings, nodeId, slot);
      // With many nodes a slot takes a moment: heartbeats of the next epoch are answered in between.
      await setImmediate();
    }
    const content = { epoch, attestor: identity.attestor, batchRoots, sightings };
    const root = observationRoot(content);
    const signature = await store.statements.signOnce("observation", epoch, "", root, async () => {
      return (await signObservation(identity.signer, identity.domain, identity.configDigest, content)).signature;
    });
    const observation = { ...content, root, signature };
    guard.onObservation(observation);
    store.evidence.putObservation(observation);
    metrics.observations.inc({ outcome: "signed" });
    logger.info({ epoch, nodes: count, root }, "observation signed");
    return observation;
  }

  /**
   * Observations of members of the epoch's set, one each, ascending by attestor. Of one that contradicts itself the
   * first by root is taken, so that members who know the same choose the same.
   */
  async known(epoch: number): Promise<ObservationReference[]> {
    const { seats } = await this.parts.facts.setOf(epoch);
    const members = new Set(seats);
    const chosen = new Map<string, ObservationReference>();
    for (const observation of this.parts.store.evidence.observations(epoch)) {
      const { attestor } = observation;
      if (members.has(attestor) && !chosen.has(attestor)) chosen.set(attestor, observation);
    }
    return [...chosen.values()].sort((a, b) => (a.attestor.toLowerCase() < b.attestor.toLowerCase() ? -1 : 1));
  }

  /** Those of the known ones whose every batch was heard in time, if a quorum of them was; otherwise all. */
  async preferred(epoch: number): Promise<ObservationReference[]> {
    const { store, facts } = this.parts;
    const known = await this.known(epoch);
    const { quorum } = await facts.setOf(epoch);
    const heard = new Set(
      store.evidence.batches(epoch).map(({ attestor, slot, root }) => `${attestor}/${slot}/${root}`),
    );
    const inTime = known.filter(({ attestor, root }) => {
      const roots = store.evidence.observation(epoch, root)?.batchRoots ?? new Uint8Array();
      for (let slot = 0; 32 * slot < roots.length; slot++) {
        const written = `0x${Buffer.from(roots.subarray(32 * slot, 32 * slot + 32)).toString("hex")}`;
        if (BigInt(written) !== 0n && !heard.has(`${attestor}/${slot}/${written}`)) return false;
      }
      return true;
    });
    return inTime.length >= quorum ? inTime : known;
  }

  /** Asks the others for observations of an epoch while some are missing. */
  async gather(epoch: number): Promise<void> {
    const { seats } = await this.parts.facts.setOf(epoch);
    if ((await this.known(epoch)).length >= seats.length) return;
    const size = await this.sizeOf(epoch);
    const given = this.given.of(epoch);
    const ask = async (client: PeerClient) => ({ client, observation: await client.observation(epoch, size) });
    for (const { client, observation } of await this.parts.peers.ask("observation", ask, given)) {
      if (this.isProvenGuilty(epoch, observation.attestor) || (await this.keep(epoch, observation))) given.add(client);
    }
  }

  /** Two observations of it are known: one that answers with another each time must not fill the disk. */
  private isProvenGuilty(epoch: number, attestor: string): boolean {
    return this.knownOf(epoch, attestor).length >= 2;
  }

  /** A signature is of one observation. */
  private isKnown(epoch: number, attestor: string, signature: string): boolean {
    return this.knownOf(epoch, attestor).some((each) => each.signature === signature);
  }

  private knownOf(epoch: number, attestor: string): ObservationReference[] {
    return this.parts.store.evidence.observations(epoch).filter((each) => each.attestor === attestor);
  }

  /** The observation that a leader names; from this member's disk, or from whichever peer has it. */
  async find(epoch: number, named: ObservationReference): Promise<KeptObservation | undefined> {
    const found = this.lookup(epoch, named) ?? (await this.ask(epoch, named));
    return found && this.signedAs(found, named);
  }

  private async ask(epoch: number, named: ObservationReference): Promise<KeptObservation | undefined> {
    const size = await this.sizeOf(epoch);
    return await this.parts.peers.find("observation", async (client) => {
      await this.keep(epoch, await client.observationBy(epoch, named.root, size));
      return this.lookup(epoch, named);
    });
  }

  private async sizeOf(epoch: number): Promise<EpochSize> {
    const { clock, facts } = this.parts;
    return { slotsPerEpoch: clock.slotsPerEpoch, nodeCount: (await facts.registryOf(epoch)).count };
  }

  private lookup(epoch: number, { attestor, root }: ObservationReference): KeptObservation | undefined {
    const found = this.parts.store.evidence.observation(epoch, root);
    return found?.attestor === getAddress(attestor.toLowerCase()) ? found : undefined;
  }

  /**
   * The same under the signature that the leader has. A key makes as many signatures of one root as it likes, and a
   * report has one of them: whoever gives each member another must not keep them from agreeing.
   */
  private signedAs(found: KeptObservation, { signature }: ObservationReference): KeptObservation | undefined {
    const { domain, configDigest } = this.parts.identity;
    if (found.signature.toLowerCase() === signature.toLowerCase()) return found;
    const signed = { ...found, signature };
    try {
      verifyObservationRoot(domain, configDigest, signed);
      return signed;
    } catch (error) {
      if (error instanceof BadObservationError || error instanceof BadSignatureError) return undefined;
      throw error;
    }
  }

  /** Keeps an observation of another that is of this epoch, of its nodes, and signed by whom it names; false if it is not. */
  private async keep(epoch: number, observation: Observation): Promise<boolean> {
    const { identity, facts, clock, store, guard, metrics, logger } = this.parts;
    const attestor = getAddress(observation.attestor);
    // What is known costs seconds to check, with many nodes.
    if (this.isKnown(epoch, attestor, observation.signature)) return true;
    try {
      const { count } = await facts.registryOf(epoch);
      const { seats } = await facts.setOf(epoch);
      // Keys cost nothing: one that says something with a new one each time must not fill the disk.
      if (!seats.includes(attestor)) throw new BadObservationError("its attestor has no seat in that epoch");
      const fits =
        observation.epoch === epoch &&
        observation.batchRoots.length === 32 * clock.slotsPerEpoch &&
        observation.sightings.length === 32 * count;
      if (!fits) throw new BadObservationError("it is of another epoch, or of other nodes");
      verifyObservation(identity.domain, identity.configDigest, observation);
      const kept = { ...observation, attestor, root: observationRoot(observation) };
      guard.onObservation(kept);
      store.evidence.putObservation(kept);
      metrics.observations.inc({ outcome: "taken" });
      return true;
    } catch (error) {
      if (!(error instanceof BadObservationError || error instanceof BadSignatureError)) throw error;
      metrics.observations.inc({ outcome: "refused" });
      logger.warn({ epoch, attestor, reason: error.message }, "observation refused");
      return false;
    }
  }
}
