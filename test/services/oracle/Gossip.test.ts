import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id, Wallet } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import { signBatch, uptimeDomain, type SignedBatch } from "@millrace/uptime-tree/format";

import { RecoveryPool } from "../../../services/oracle/src/ingest/RecoveryPool.js";
import { Gossip, GOSSIP_SLOTS, type GossipParts } from "../../../services/oracle/src/member/Gossip.js";
import { Guard } from "../../../services/oracle/src/member/Guard.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { OracleError } from "../../../services/oracle/src/OracleError.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const EPOCH = 3;
const SLOT = 1;
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const [ME, LIAR, OTHER] = ["me", "liar", "other"].map((name) => new Wallet(id(name)));

describe("Gossip", () => {
  const clock = new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: 4 });
  const pool = new RecoveryPool(1);
  let folder: string;
  let store: Store;
  let guard: Guard;
  let gossip: Gossip;
  let now: number;

  after(async () => {
    await pool.stop();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-gossip-"));
    store = new Store(join(folder, "oracle.sqlite"));
    const [metrics, logger] = [new Metrics(), pino({ level: "silent" })];
    guard = new Guard({ attestor: ME!.address, store, metrics, logger });
    now = clock.slotStart(EPOCH, SLOT);
    gossip = new Gossip({
      ...{ domain: DOMAIN, store, clock, guard, metrics, logger, pool },
      watch: {
        poll: () => Promise.resolve(),
        get latest() {
          return { number: 1, hash: "", timestamp: now, seenMs: 0 };
        },
      },
      facts: { setOf: () => Promise.resolve({ seats: [ME!.address, LIAR!.address, OTHER!.address] }) },
      peers: {},
    } as unknown as GossipParts);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  const batch = async (what: string, by = LIAR!, slot = SLOT): Promise<SignedBatch> =>
    await signBatch(by, DOMAIN, { epoch: EPOCH, slot, root: id(what) });
  const take = async (...batches: SignedBatch[]): Promise<string> => {
    try {
      return String((await gossip.take(batches)).taken);
    } catch (error) {
      if (error instanceof OracleError) return error.code;
      throw error;
    }
  };
  const roots = (slot = SLOT): string[] => store.evidence.batches(EPOCH, slot).map(({ root }) => root);

  it("should keep two batches of one attestor in a slot, which prove that it lies, and no third", async () => {
    const told = await Promise.all(Array.from({ length: 20 }, (_, i) => batch(`${i}`)));
    expect(await take(...told)).to.equal("20");
    expect(roots()).to.have.members([id("0"), id("1")]);
    const [found, ...others] = guard.contradictions;
    expect(others, "one is enough, however often it lies").to.deep.equal([]);
    expect(found).to.include({ kind: "batch", attestor: LIAR!.address, slot: SLOT, first: id("0"), second: id("1") });
    // What is kept is what the proof needs, also after a restart.
    const again = new Guard({
      attestor: ME!.address,
      store,
      metrics: new Metrics(),
      logger: pino({ level: "silent" }),
    });
    again.resume();
    expect([again.contradictions[0]!.first, again.contradictions[0]!.second]).to.have.members(roots());
  });

  it("should read the observations of an epoch once when it starts again, not for each batch", async () => {
    for (const by of [LIAR!, OTHER!])
      for (const slot of [0, 1, 2, 3]) store.evidence.putBatch(await batch("a", by, slot));
    const { evidence } = store;
    let read = 0;
    const counted = Object.assign(Object.create(evidence) as typeof evidence, {
      observationRoots: (epoch: number) => {
        read++;
        return evidence.observationRoots(epoch);
      },
    });
    const [metrics, logger] = [new Metrics(), pino({ level: "silent" })];
    const seen = Object.assign(Object.create(store) as Store, { evidence: counted });
    new Guard({ attestor: ME!.address, store: seen, metrics, logger }).resume();
    // Once to compare batches with them, twice to compare what was seen.
    expect(read).to.be.at.most(3);
  });

  it("should not check again what it knows, whoever sends it how often", async () => {
    const good = await batch("good");
    expect(await take(good)).to.equal("1");
    // Nothing of these is a signature: only a check would tell.
    const replayed = Array.from({ length: 200 }, () => ({ ...good, signature: `0x${"00".repeat(64)}` }));
    expect(await take(...replayed)).to.equal("200");
    expect(store.evidence.batches(EPOCH, SLOT)).to.deep.equal([good]);
  });

  it("should let a liar take nothing from anybody else, nor from another slot", async () => {
    for (let i = 0; i < 5; i++) await take(await batch(`${i}`));
    expect(await take(await batch("mine", OTHER!))).to.equal("1");
    expect(await take(await batch("before", LIAR!, SLOT - 1))).to.equal("1");
    expect(roots()).to.have.members([id("0"), id("1"), id("mine")]);
    expect(roots(SLOT - 1)).to.deep.equal([id("before")]);
    expect(guard.contradictions.map(({ attestor }) => attestor)).to.deep.equal([LIAR!.address]);
  });

  it("should take a batch from its slot's first second to the last in which it must have been heard", async () => {
    const [good, other] = [await batch("good"), await batch("other", OTHER!)];
    now = clock.slotStart(EPOCH, SLOT) - 1;
    expect(await take(good)).to.equal("BAD_REQUEST");
    now = clock.slotStart(EPOCH, SLOT + 1) + (GOSSIP_SLOTS + 0.5) * clock.slotSeconds;
    expect(await take(good)).to.equal("1");
    now++;
    expect(await take(other)).to.equal("BATCH_LATE");
    expect(roots()).to.deep.equal([id("good")]);
  });

  it("should refuse a batch that its attestor did not sign, or that is no member's", async () => {
    const good = await batch("good");
    expect(await take({ ...good, attestor: OTHER!.address })).to.equal("BAD_SIGNATURE");
    expect(await take({ ...good, root: id("bad") })).to.equal("BAD_SIGNATURE");
    expect(await take(await batch("good", new Wallet(id("stranger"))))).to.equal("NOT_MEMBER");
    expect(await take(await batch("good", LIAR!, 4))).to.equal("BAD_REQUEST");
    expect(roots()).to.deep.equal([]);
    expect(guard.contradictions).to.deep.equal([]);
  });

  it("should sign nothing more when its own key says what it did not say", async () => {
    expect(guard.reasonToStop).to.equal(undefined);
    await take(await batch("foreign", ME!));
    expect(guard.reasonToStop).to.match(/batch of slot 1 of epoch 3/);
  });
});
