import { hexlify } from "ethers";

import {
  decodeDataFile,
  EvidenceTree,
  SIGHTINGS_SLOT,
  sightingsChunk,
  sightingsTree,
  type Observation,
  type SignedBatch,
  type Receipt,
} from "@millrace/uptime-tree/format";
import { decodeObservation } from "../../../../services/oracle/src/http/observationBytes.js";
import type { OracleWorld } from "../OracleWorld.js";

/** What anyone can gather about one attestor in one epoch, from the members and from what was given to nodes. */
interface Gathered {
  readonly batches: SignedBatch[];
  readonly observations: Observation[];
  readonly receipts: Receipt[];
}

/** How often an attestor is asked for its observation: one with two faces shows both. */
const ASKS = 4;

/**
 * Accuses every member of everything that its statements of an epoch could be held to, honest ones too: the contract
 * decides. Gives the members against which a proof was taken.
 */
export async function accuseAll(world: OracleWorld, epoch: number): Promise<Set<number>> {
  const convicted = new Set<number>();
  const { seats } = await world.contracts.uptime.setOf(epoch);
  for (let member = 0; member < world.members; member++) {
    const seat = [...seats].indexOf(world.attestorKey(member).address);
    if (seat < 0) continue;
    const gathered = await gather(world, epoch, member);
    for (const accusation of await accusations(world, epoch, seat, gathered)) {
      const isTaken = await accusation().then(
        (sent) => sent.wait().then(() => true),
        () => false,
      );
      if (isTaken) convicted.add(member);
    }
  }
  return convicted;
}

/** Members whose bond is smaller than it was when they were admitted. */
export async function slashed(world: OracleWorld): Promise<number[]> {
  const losers: number[] = [];
  for (let member = 0; member < world.members; member++) {
    const { bond, bondRequired } = await world.contracts.uptime.attestorOf(world.attestorKey(member).address);
    if (bond < bondRequired) losers.push(member);
  }
  return losers;
}

async function gather(world: OracleWorld, epoch: number, member: number): Promise<Gathered> {
  const { address } = world.attestorKey(member);
  const batches = new Map<string, SignedBatch>();
  const observations = new Map<string, Observation>();
  const receipts: Receipt[] = [];
  const count = Number(await world.contracts.nodes.nodeCount());
  for (let slot = 0; slot < world.clock.slotsPerEpoch; slot++) {
    for (const url of world.urls) {
      const known = (await json(`${url}/batches/${epoch}/${slot}`)) as SignedBatch[] | undefined;
      for (const batch of known ?? []) if (batch.attestor === address) batches.set(`${slot}/${batch.root}`, batch);
    }
    const nodeIds = Array.from({ length: count }, (_, i) => String(i + 1));
    const given = (await json(`${world.urls[member]}/receipts`, { epoch, slot, nodeIds })) as
      { receipts?: (Receipt & { nodeId: string })[] } | undefined;
    for (const receipt of given?.receipts ?? []) {
      receipts.push({ ...receipt, nodeId: BigInt(receipt.nodeId) });
      batches.set(`${slot}/${receipt.root}`, receipt);
    }
  }
  for (let i = 0; i < ASKS; i++) {
    const bytes = await binary(`${world.urls[member]}/observations/${epoch}`);
    const own = bytes === undefined ? undefined : tried(() => decodeObservation(bytes));
    if (own !== undefined) observations.set(own.signature, own);
  }
  for (const url of world.urls) {
    const bytes = await binary(`${url}/epochs/${epoch}/data`);
    const file = bytes === undefined ? undefined : tried(() => decodeDataFile(bytes));
    for (const each of file?.observations ?? []) if (each.attestor === address) observations.set(each.signature, each);
  }
  return { batches: [...batches.values()], observations: [...observations.values()], receipts };
}

type Sent = Promise<{ wait(): Promise<unknown> }>;

async function accusations(
  world: OracleWorld,
  epoch: number,
  seat: number,
  { batches, observations, receipts }: Gathered,
): Promise<(() => Sent)[]> {
  const { uptimeProofs: proofs, uptime } = world.contracts;
  const configDigest = await uptime.configDigest();
  const signed = (observation: Observation) => ({
    epoch,
    root: new EvidenceTree([observation]).root,
    configDigest,
    signature: observation.signature,
  });
  const list: (() => Sent)[] = [];
  const [first, ...others] = observations;
  if (first === undefined) return list;
  for (const other of [first, ...others])
    list.push(() => proofs.proveTwoObservations(signed(first), signed(other), seat));
  for (const one of batches) {
    for (const other of batches) if (other.slot === one.slot) list.push(() => proofs.proveTwoBatches(one, other, seat));
    const { root, proof } = new EvidenceTree([first]).proof(first.attestor, one.slot);
    list.push(() => proofs.proveUnlistedBatch(one, signed(first), seat, root, proof));
  }
  const { root, proof } = new EvidenceTree([first]).proof(first.attestor, SIGHTINGS_SLOT);
  const chunk = hexlify(sightingsChunk(first.sightings, 0));
  const bitmaps = Array.from({ length: 32 }, (_, i) => BigInt(`0x${chunk.slice(2 + 64 * i, 66 + 64 * i)}`));
  const sightings = { root, rootProof: proof, bitmaps, chunkProof: sightingsTree(first.sightings).proof(0) };
  for (const receipt of receipts) {
    const { nodeId, slot, heartbeatHash, path, signature } = receipt;
    const shown = { seat, root: receipt.root, heartbeatHash, path: [...path], signature };
    const listed = new EvidenceTree([first]).proof(first.attestor, slot).proof;
    list.push(() => proofs.proveHiddenSighting(signed(first), shown, nodeId, slot, listed, sightings));
  }
  return list;
}

async function json(url: string, body?: unknown): Promise<unknown> {
  const bytes = await binary(url, body);
  return bytes === undefined ? undefined : tried(() => JSON.parse(Buffer.from(bytes).toString()) as unknown);
}

async function binary(url: string, body?: unknown): Promise<Uint8Array | undefined> {
  try {
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(url, { ...(body !== undefined && sent), signal: AbortSignal.timeout(5_000) });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  }
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
