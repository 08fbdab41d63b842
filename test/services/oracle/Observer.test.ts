import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id, TypedDataEncoder, Wallet } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import {
  noSightings,
  observationRoot,
  observationTypes,
  signObservation,
  uptimeDomain,
  type Observation,
} from "@millrace/uptime-tree/format";

import { type PeerClient, PeerError } from "../../../services/oracle/src/http/PeerClient.js";
import { Observer, type ObserverParts } from "../../../services/oracle/src/member/Observer.js";
import { Peers } from "../../../services/oracle/src/member/Peers.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import { signatureOf } from "./signatureOf.js";

const [EPOCH, SLOTS, NODES] = [3, 4, 2];
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const RULES = id("rules");
const [ME, OTHER] = ["me", "other"].map((name) => new Wallet(id(name)));

describe("Observer", () => {
  let folder: string;
  let store: Store;
  /** Whose observations the guard saw, and whether they were kept already. */
  let guarded: [attestor: string, isKept: boolean][];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-observer-"));
    store = new Store(join(folder, "oracle.sqlite"));
    guarded = [];
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  const observation = async (by: Wallet, what: number): Promise<Observation> => {
    const batchRoots = new Uint8Array(32 * SLOTS).fill(what);
    const content = { epoch: EPOCH, attestor: by.address, batchRoots, sightings: noSightings(NODES) };
    return await signObservation(by, DOMAIN, RULES, content);
  };
  /** A member whose peers answer with given observations. */
  const observer = (answers: readonly Observation[]): Observer => {
    const clients = answers.map(
      (answer) =>
        ({
          url: "http://peer",
          observation: () => Promise.resolve(answer),
          observationBy: () => Promise.resolve(answer),
        }) as unknown as PeerClient,
    );
    return observerWith(clients);
  };
  const observerWith = (clients: readonly PeerClient[]): Observer =>
    new Observer({
      identity: { attestor: ME!.address, signer: ME!, domain: DOMAIN, configDigest: RULES },
      store,
      clock: new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: SLOTS }),
      facts: {
        registryOf: () => Promise.resolve({ count: NODES, digest: id("registry") }),
        setOf: () => Promise.resolve({ seats: [ME!.address, OTHER!.address], quorum: 2, threshold: 1 }),
      },
      peers: new Peers(clients, new Metrics(), pino({ level: "silent" })),
      slots: { closeSlots: () => Promise.resolve([]) },
      guard: {
        onObservation: ({ attestor }: Observation) => {
          guarded.push([attestor, store.evidence.observations(EPOCH).some((each) => each.attestor === attestor)]);
        },
      },
      metrics: new Metrics(),
      logger: pino({ level: "silent" }),
    } as unknown as ObserverParts);

  it("should keep what members say, and nothing of keys without a seat, however many a peer makes up", async () => {
    const strangers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => observation(new Wallet(id(`stranger ${i}`)), i + 1)),
    );
    const honest = await observation(OTHER!, 1);
    await observer([...strangers, honest]).gather(EPOCH);
    expect(store.evidence.observations(EPOCH).map(({ attestor }) => attestor)).to.deep.equal([OTHER!.address]);
    const { attestor, signature } = strangers[0]!;
    const found = await observer(strangers).find(EPOCH, { attestor, signature, root: id("unknown") });
    expect(found).to.equal(undefined);
    expect(store.evidence.observations(EPOCH)).to.have.length(1);
  });

  it("should show the guard what others say and what it says itself, each before it is kept, and once", async () => {
    const mine = observer([await observation(OTHER!, 1)]);
    await mine.gather(EPOCH);
    await mine.make(EPOCH);
    await mine.make(EPOCH);
    await mine.gather(EPOCH);
    expect(guarded).to.deep.equal([
      [OTHER!.address, false],
      [ME!.address, false],
    ]);
  });

  it("should check an observation once, however often it starts while that of another is missing", async () => {
    const honest = await observation(OTHER!, 1);
    let read = 0;
    // Its root is made of them.
    const counted = Object.defineProperty({ ...honest }, "sightings", { get: () => (read++, honest.sightings) });
    await observer([counted]).gather(EPOCH);
    const once = read;
    expect(once).to.be.greaterThan(0);
    for (let i = 0; i < 3; i++) await observer([counted]).gather(EPOCH);
    expect(read).to.equal(once);
    // The same signature over something else is none.
    await observer([{ ...(await observation(OTHER!, 2)), signature: honest.signature }]).gather(EPOCH);
    expect(store.evidence.observations(EPOCH)).to.have.length(1);
  });

  it("should fetch an observation of each once, and ask again who had none or gave something else", async () => {
    const [honest, asked] = [await observation(OTHER!, 1), { honest: 0, away: 0, liar: 0 }];
    const peer = (name: keyof typeof asked, answer: () => Promise<Observation>): PeerClient =>
      ({ url: name, observation: async () => (asked[name]++, await answer()) }) as unknown as PeerClient;
    const stranger = await observation(new Wallet(id("stranger")), 1);
    const mine = observerWith([
      peer("honest", () => Promise.resolve(honest)),
      peer("away", () => Promise.reject(new PeerError("away", "NO_ANSWER", "no answer"))),
      peer("liar", () => Promise.resolve(stranger)),
    ]);
    for (let i = 0; i < 3; i++) await mine.gather(EPOCH);
    expect(asked).to.deep.equal({ honest: 1, away: 3, liar: 3 });
    // Somebody else's epoch is another matter.
    await mine.gather(EPOCH + 1);
    expect(asked.honest).to.equal(2);
  });

  it("should know an observation under every signature of its attestor, and under no other", async () => {
    const first = await observation(OTHER!, 1);
    const mine = observer([first]);
    await mine.gather(EPOCH);
    const root = observationRoot(first);
    const again = signedAgain(OTHER!, root);
    expect(again).not.to.equal(first.signature);
    const { attestor } = first;
    // As leaders write addresses, which nobody signs.
    const found = await mine.find(EPOCH, { attestor: attestor.toLowerCase(), root, signature: again });
    expect(found).to.deep.equal({ ...first, root, signature: again });
    expect(await mine.find(EPOCH, { attestor, root, signature: signedAgain(ME!, root) })).to.equal(undefined);
    expect(await mine.find(EPOCH, { attestor, root, signature: `0x${"11".repeat(64)}` })).to.equal(undefined);
    expect(await mine.find(EPOCH, { attestor: ME!.address, root, signature: again })).to.equal(undefined);
  });
});

/** A second signature of the same words: a key can make any number of them. */
function signedAgain(wallet: Wallet, root: string): string {
  const value = { epoch: EPOCH, root, configDigest: RULES };
  const digest = TypedDataEncoder.hash(DOMAIN, { ...observationTypes }, value);
  return signatureOf(wallet, digest, id("another nonce"));
}
