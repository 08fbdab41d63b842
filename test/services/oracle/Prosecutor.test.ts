import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { getBytes, type TransactionRequest } from "ethers";
import hre from "hardhat";
import { pino } from "pino";

import type { Contracts } from "@millrace/sdk";
import {
  BatchTree,
  heartbeatHash,
  markSeen,
  noSightings,
  observationRoot,
  signBatch,
  signHeartbeat,
  signObservation,
  type Receipt,
} from "@millrace/uptime-tree/format";

import { Prosecutor, type ProsecutorParts } from "../../../services/oracle/src/duties/Prosecutor.js";
import { Turns } from "../../../services/oracle/src/duties/Turns.js";
import type { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import { Guard, type Contradiction } from "../../../services/oracle/src/member/Guard.js";
import type { Schedule } from "../../../services/oracle/src/member/Schedule.js";
import { SlotKeeper, type SlotKeeperParts } from "../../../services/oracle/src/member/SlotKeeper.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import type { KeptObservation } from "../../../services/oracle/src/store/EvidenceStore.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import { Evidence } from "../../uptime/evidence.js";
import { agent, BOND, deployUptime, SLOTS, type UptimeFixture } from "../../uptime/uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const [EPOCH, ME, LIAR] = [0, 0, 1];
const ROUND_SECONDS = 10;
/** Long enough that every member had its turn. */
const LATER = 1_000;

/** What another attestor says, beside what it gave receipts for. */
interface Said {
  /** Nodes in the batch of a slot. */
  readonly heard: (slot: number) => readonly bigint[];
  readonly seen?: (slot: number) => readonly bigint[];
}

describe("Prosecutor of hidden sightings", () => {
  let at: UptimeFixture;
  let evidence: Evidence;
  let store: Store;
  let folder: string;
  let guard: Guard;
  let prosecutor: Prosecutor;
  let sent: string[];

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  const all = (slot: number): readonly bigint[] => (slot < 12 ? evidence.nodeIds : []);
  const allBut =
    (hidden: bigint, ...slots: readonly number[]) =>
    (slot: number): readonly bigint[] =>
      slots.includes(slot) ? all(slot).filter((nodeId) => nodeId !== hidden) : all(slot);

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    evidence = await Evidence.of(at);
    folder = mkdtempSync(join(tmpdir(), "millrace-prosecutor-"));
    store = new Store(join(folder, "oracle.sqlite"));
    await at.close(EPOCH);
    start();
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  /** A process of the member with what is on its disk, and `before` that something else that it believes to know. */
  function start(before: readonly Contradiction[] = []): void {
    const attestor = at.attestors[ME]!.address;
    const [metrics, logger] = [new Metrics(), pino({ level: "silent" })];
    guard = new Guard({ attestor, store, metrics, logger });
    guard.resume();
    sent = [];
    const setOf = async (epoch: number): ReturnType<ChainFacts["setOf"]> => {
      const [seats, quorum, threshold] = await at.oracle.setOf(epoch);
      return { seats: [...seats], quorum: Number(quorum), threshold: Number(threshold) };
    };
    const facts = { setOf } as unknown as ChainFacts;
    const known = {
      get contradictions() {
        return [...before, ...guard.contradictions];
      },
    } as unknown as Guard;
    prosecutor = new Prosecutor({
      ...{ attestor, facts, guard: known, store, configDigest: at.configDigest, turns: new Turns(attestor, facts) },
      contracts: { uptime: at.oracle, uptimeProofs: at.proofs } as unknown as Contracts,
      schedule: { roundSeconds: ROUND_SECONDS } as unknown as Schedule,
      slots: new SlotKeeper({ identity: { attestor }, store } as unknown as SlotKeeperParts),
      sender: {
        send: async (request: () => Promise<TransactionRequest>) => {
          const transaction = await request();
          const { name } = at.proofs.interface.parseTransaction({ data: String(transaction.data) })!;
          const [, , sender] = await ethers.getSigners();
          await (await sender!.sendTransaction(transaction)).wait();
          sent.push(name);
        },
      } as unknown as ProsecutorParts["sender"],
    });
  }

  /** Hears heartbeats and signs batches as this member does, and gives the observation that follows. */
  async function hear(heard: (slot: number) => readonly bigint[]): Promise<KeptObservation> {
    const signer = at.attestors[ME]!;
    const batchRoots = new Uint8Array(32 * SLOTS);
    const sightings = noSightings(evidence.nodeIds.length);
    for (let slot = 0; slot < SLOTS; slot++) {
      const nodeIds = heard(slot);
      if (nodeIds.length === 0) continue;
      const heartbeat = await signHeartbeat(agent, evidence.domain, evidence.heartbeat(EPOCH, slot));
      const hash = heartbeatHash(evidence.domain, heartbeat);
      store.slots.addHeartbeats([{ hash, heartbeat, nodeIds: heartbeat.nodeIds }]);
      store.slots.closeSlot(EPOCH, slot, nodeIds);
      const { root } = new BatchTree(nodeIds.map((nodeId) => ({ nodeId, heartbeatHash: hash })));
      const batch = await signBatch(signer, evidence.domain, { epoch: EPOCH, slot, root });
      await store.statements.signOnce("batch", EPOCH, String(slot), root, () => Promise.resolve(batch.signature));
      store.evidence.putBatch(batch);
      batchRoots.set(getBytes(root), 32 * slot);
      for (const nodeId of nodeIds) markSeen(sightings, nodeId, slot);
    }
    const content = { epoch: EPOCH, attestor: signer.address, batchRoots, sightings };
    const signed = await signObservation(signer, evidence.domain, at.configDigest, content);
    const root = observationRoot(content);
    await store.statements.signOnce("observation", EPOCH, "", root, () => Promise.resolve(signed.signature));
    return { ...signed, root };
  }

  async function said(seat: number, told: Said): Promise<KeptObservation> {
    const { observation } = await evidence.tell(EPOCH, seat, told);
    return { ...observation, root: observationRoot(observation) };
  }

  /** As an observer does. */
  function keep(observation: KeptObservation): void {
    guard.onObservation(observation);
    store.evidence.putObservation(observation);
  }

  async function prosecute(): Promise<void> {
    for (const { attempt } of prosecutor.pending()) await attempt(0);
    for (const { attempt } of prosecutor.pending()) await attempt(LATER);
  }

  async function convicted(): Promise<number[]> {
    const bonds = await Promise.all(at.attestors.map(async ({ address }) => await at.world.bonded(address)));
    return bonds.flatMap((bond, seat) => (bond < BOND ? [seat] : []));
  }

  for (const [when, order] of [
    ["after this member said what it saw", [ME, LIAR]],
    ["before it", [LIAR, ME]],
  ] as const) {
    it(`should prove a node that another hides from a batch which both have, heard ${when}`, async () => {
      const own = await hear(all);
      const other = await said(LIAR, { heard: all, seen: allBut(3n, 9, 11) });
      for (const seat of order) keep(seat === ME ? own : other);
      expect(guard.contradictions).to.deep.equal([
        {
          kind: "hidden-sighting",
          epoch: EPOCH,
          attestor: other.attestor,
          slot: 9,
          first: `0x${Buffer.from(other.batchRoots.subarray(9 * 32, 10 * 32)).toString("hex")}`,
          second: other.root,
          nodeId: 3n,
        },
      ]);
      await prosecute();
      expect(sent).to.deep.equal(["proveHiddenSighting"]);
      expect(await convicted()).to.deep.equal([LIAR]);
      await prosecute();
      expect(sent, "once").to.have.length(1);
    });
  }

  it("should find and prove the same again after a restart", async () => {
    keep(await hear(all));
    keep(await said(LIAR, { heard: all, seen: allBut(1n, 0) }));
    const before = guard.contradictions;
    start();
    expect(guard.contradictions).to.deep.equal(before);
    await prosecute();
    expect(sent).to.deep.equal(["proveHiddenSighting"]);
    expect(await convicted()).to.deep.equal([LIAR]);
  });

  it("should prove what can be proven, whatever else is known of the same attestor and does not do", async () => {
    keep(await hear(all));
    keep(await said(LIAR, { heard: all, seen: allBut(1n, 0) }));
    const [provable] = guard.contradictions;
    const gone = { ...provable!, second: `0x${"0".repeat(64)}` };
    const refused = { ...provable!, nodeId: 2n };
    start([gone, refused]);
    const [{ attempt }] = prosecutor.pending() as [ReturnType<Prosecutor["pending"]>[number]];
    await attempt(0);
    expect(await attempt(LATER).catch(() => "refused")).to.equal("refused");
    expect([sent, await convicted()]).to.deep.equal([[], []]);
    await prosecute();
    expect(sent).to.deep.equal(["proveHiddenSighting"]);
    expect(await convicted()).to.deep.equal([LIAR]);
  });

  it("should wait for its turn", async () => {
    keep(await hear(all));
    keep(await said(LIAR, { heard: all, seen: allBut(1n, 0) }));
    const outcomes: string[] = [];
    for (let now = 0; outcomes.at(-1) !== "done"; now += ROUND_SECONDS) {
      outcomes.push(await prosecutor.pending()[0]!.attempt(now));
      expect(outcomes.length).to.be.at.most(at.attestors.length);
    }
    const rank = (ME + at.attestors.length - 1 - LIAR) % at.attestors.length;
    expect(outcomes).to.deep.equal([...Array<string>(rank).fill("waits"), "done"]);
  });

  it("should hold nothing against those who heard others, later, nobody, or all", async () => {
    keep(await hear(allBut(2n, 4)));
    // Both list a batch of the slot, with another root; what the one has not seen it has not signed.
    keep(await said(1, { heard: allBut(1n, 3) }));
    keep(await said(2, { heard: (slot) => (slot === 5 ? [] : all(slot)) }));
    keep(await said(3, { heard: all }));
    start();
    expect(guard.contradictions).to.deep.equal([]);
  });

  it("should hold nothing against a member without a batch of the slot, or before it said something itself", async () => {
    const own = await hear((slot) => (slot === 0 ? all(0) : []));
    const other = await said(LIAR, { heard: (slot) => (slot === 0 ? [] : all(slot)), seen: () => [] });
    keep(other);
    expect(guard.contradictions).to.deep.equal([]);
    keep(own);
    expect(guard.contradictions, "no batch in common").to.deep.equal([]);
  });

  it("should know a member's own words from what carries its signature", async () => {
    keep(await hear(all));
    const foreign = await said(ME, { heard: all, seen: () => [] });
    keep(foreign);
    expect(guard.reasonToStop).to.match(/observation of epoch 0/);
    keep(await said(LIAR, { heard: all }));
    expect(guard.contradictions.filter(({ kind }) => kind === "hidden-sighting")).to.deep.equal([]);
  });

  describe("by receipts", () => {
    const receiptOf = async (seat: number, told: Said, nodeId: bigint, slot: number): Promise<Receipt> => {
      const signer = at.attestors[seat]!;
      const hash = heartbeatHash(evidence.domain, evidence.heartbeat(EPOCH, slot));
      const tree = new BatchTree(told.heard(slot).map((each) => ({ nodeId: each, heartbeatHash: hash })));
      return tree.receipt(await signBatch(signer, evidence.domain, { epoch: EPOCH, slot, root: tree.root }), nodeId)!;
    };

    it("should prove a node that is hidden from a batch which nobody else has", async () => {
      const told = { heard: allBut(3n, 4) };
      keep(await hear(allBut(2n, 4)));
      keep(await said(LIAR, { ...told, seen: (slot) => (slot === 4 ? [2n] : told.heard(slot)) }));
      expect(guard.contradictions, "its entries are not known").to.deep.equal([]);
      guard.onReceipt(await receiptOf(LIAR, told, 2n, 4));
      expect(guard.contradictions, "it did not hide this one").to.deep.equal([]);
      guard.onReceipt(await receiptOf(LIAR, told, 1n, 4));
      await prosecute();
      expect(sent).to.deep.equal(["proveHiddenSighting"]);
      expect(await convicted()).to.deep.equal([LIAR]);
    });

    it("should hold nothing against receipts of nodes without a place, or of batches that are not listed", async () => {
      keep(await hear(all));
      const stranger = BigInt(evidence.nodeIds.length + 1);
      const told = { heard: (slot: number) => (slot === 4 ? [1n, stranger] : []) };
      keep(await said(LIAR, { heard: told.heard, seen: (slot) => (slot === 4 ? [1n] : []) }));
      guard.onReceipt(await receiptOf(LIAR, told, stranger, 4));
      guard.onReceipt(await receiptOf(LIAR, { heard: all }, 2n, 4));
      guard.onReceipt({ ...(await receiptOf(LIAR, told, 1n, 4)), nodeId: 0n, slot: 250 });
      expect(guard.contradictions).to.deep.equal([]);
    });
  });
});
