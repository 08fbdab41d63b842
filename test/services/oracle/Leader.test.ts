import { expect } from "chai";
import { id, Wallet, ZeroHash } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import {
  NodeTable,
  noSightings,
  observationRoot,
  proposalTypes,
  signObservation,
  uptimeDomain,
  voteTypes,
} from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import type { PeerClient } from "../../../services/oracle/src/http/PeerClient.js";
import type { Lock, Proposal, Signed } from "../../../services/oracle/src/http/schemas.js";
import { Assembler } from "../../../services/oracle/src/member/Assembler.js";
import { Guard } from "../../../services/oracle/src/member/Guard.js";
import { Leader, type LeaderParts } from "../../../services/oracle/src/member/Leader.js";
import { Member, type MemberParts } from "../../../services/oracle/src/member/Member.js";
import { Observer, type ObserverParts } from "../../../services/oracle/src/member/Observer.js";
import { Peers } from "../../../services/oracle/src/member/Peers.js";
import { ReportHistory } from "../../../services/oracle/src/member/ReportHistory.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import type { KeptObservation } from "../../../services/oracle/src/store/EvidenceStore.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const [EPOCH, SLOTS, CLOSED_AT] = [5, 4, 240];
const SEATS = Array.from({ length: 4 }, (_, i) => new Wallet(id(`seat ${i}`)));
const ORACLE = "0x00000000000000000000000000000000000000bb";
const DOMAIN = uptimeDomain(31_337, ORACLE);
const RULES = id("rules");
/** Seat of the one that lies: it leads the first round. */
const LIAR = EPOCH % SEATS.length;
const HONEST = SEATS.map((_, seat) => seat).filter((seat) => seat !== LIAR);
const NODE = { units: 2, weight: 1_000, active: true, capacityPassed: true, rewardBefore: 0n, provider: ORACLE };

/** Three honest members of four, with real databases; the fourth, and the way between them, is the test's. */
describe("Leader", () => {
  const schedule = new Schedule(new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: SLOTS }));
  const logger = pino({ level: "silent" });
  let now = CLOSED_AT;
  let stores: Store[];
  let members: Member[];
  let leaders: Leader[];
  let observations: KeptObservation[];
  /** Reports that were sent, by who sent them. */
  let sent: number[];
  /** What the liar does when it is asked; it does not answer otherwise. */
  let liar: Partial<PeerClient>;

  before(async () => {
    observations = await Promise.all(
      SEATS.map(async (seat) => {
        const batchRoots = new Uint8Array(32 * SLOTS).fill(7);
        const content = { epoch: EPOCH, attestor: seat.address, batchRoots, sightings: noSightings(1) };
        return { ...(await signObservation(seat, DOMAIN, RULES, content)), root: observationRoot(content) };
      }),
    );
  });

  beforeEach(() => {
    [now, sent, liar] = [CLOSED_AT, [], {}];
    stores = SEATS.map(() => new Store(":memory:"));
    [members, leaders] = [[], []];
    const state = { pot: 10n ** 20n, registryDigest: id("registry"), nodes: NodeTable.from([NODE]) };
    const facts = {
      closedAt: () => Promise.resolve(CLOSED_AT),
      setOf: () => Promise.resolve({ seats: SEATS.map(({ address }) => address), quorum: 3, threshold: 2 }),
      statusOf: () => Promise.resolve("none"),
      newestReport: () => Promise.resolve({ reportHash: ZeroHash, epoch: 0 }),
      reportDeadline: () => Promise.resolve(CLOSED_AT + 100_000),
      stateOf: () => Promise.resolve(state),
    } as unknown as ChainFacts;
    SEATS.forEach((signer, seat) => {
      const store = stores[seat]!;
      for (const observation of observations) store.evidence.putObservation(observation);
      const others = SEATS.map((_, other) => other).filter((other) => other !== seat);
      const metrics = new Metrics();
      const peers = new Peers(others.map(clientOf), metrics, logger);
      const identity = { attestor: signer.address, signer, domain: DOMAIN, configDigest: RULES };
      const guard = new Guard({ attestor: signer.address, store, metrics, logger });
      const base = { identity, store, facts, schedule, peers, guard, metrics, logger };
      const observer = new Observer(base as unknown as ObserverParts);
      const history = new ReportHistory(store, facts, peers);
      const protocol = { chainId: 31_337n, oracle: ORACLE, slotsPerEpoch: SLOTS, configDigest: RULES };
      const assembler = new Assembler(protocol, facts, observer, history);
      const watch = { poll: () => Promise.resolve(), latest: { number: 1, hash: ZeroHash, timestamp: 0, seenMs: 0 } };
      Object.defineProperty(watch.latest, "timestamp", { get: () => now });
      const common = { ...base, observer, history, assembler, watch };
      members.push(new Member(common as unknown as MemberParts));
      const sender = {
        send: () => {
          sent.push(seat);
          return Promise.resolve({ gasUsed: 1n, hash: ZeroHash });
        },
      };
      leaders.push(new Leader({ ...common, member: members[seat], sender } as unknown as LeaderParts));
    });
  });

  afterEach(() => {
    for (const store of stores) store.close();
  });

  /** What a member answers over the network, or the liar. */
  const clientOf = (seat: number): PeerClient => {
    const refuse = (): Promise<never> => Promise.reject(new Error("no answer"));
    const silent = { locked: refuse, bound: refuse, propose: refuse, lock: refuse, commit: refuse };
    const honest: Partial<PeerClient> = {
      locked: (epoch) => members[seat]!.locked(epoch),
      bound: (epoch) => members[seat]!.bound(epoch),
      propose: (proposal) => members[seat]!.vote(proposal),
      lock: (lock) => members[seat]!.lock(lock),
      commit: (commit) => members[seat]!.commit(commit),
    };
    const asLiar = new Proxy(silent, { get: (_, name: keyof typeof silent) => liar[name] ?? silent[name] });
    return (seat === LIAR ? asLiar : honest) as unknown as PeerClient;
  };
  const lead = async (round: number): Promise<boolean> => {
    now = CLOSED_AT + round * schedule.roundSeconds;
    const address = schedule.leaderOf(SEATS.map((seat) => seat.address), EPOCH, round)!; // prettier-ignore
    const seat = SEATS.findIndex((each) => each.address === address);
    return seat === LIAR ? false : await leaders[seat]!.lead(EPOCH, round);
  };
  /** The liar proposes the set without its last observation in the first round; all honest members vote for it. */
  const proposeFewer = async (): Promise<Lock> => {
    const chosen = observations
      .filter((_, seat) => seat !== HONEST.at(-1))
      .sort((a, b) => (a.attestor.toLowerCase() < b.attestor.toLowerCase() ? -1 : 1))
      .map(({ attestor, root, signature }) => ({ attestor, root, signature }));
    const { reportHash } = await (leaders[LIAR] as unknown as { parts: LeaderParts }).parts.assembler.assemble(
      EPOCH,
      chosen,
    );
    const content = { epoch: EPOCH, round: 0, reportHash };
    const signature = await SEATS[LIAR]!.signTypedData(DOMAIN, proposalTypes, content);
    const proposal: Proposal = { ...content, observations: chosen, signature };
    const votes: Signed[] = await Promise.all(HONEST.map((seat) => members[seat]!.vote(proposal)));
    return { ...content, votes };
  };
  const voteFor = async ({ epoch, round, reportHash }: Proposal): Promise<Signed> => {
    const signature = await SEATS[LIAR]!.signTypedData(DOMAIN, voteTypes, { epoch, round, reportHash });
    return { attestor: SEATS[LIAR]!.address, signature };
  };
  /** Reports that honest members have signed. */
  const signedReports = (): Set<string | undefined> =>
    new Set(HONEST.map((seat) => stores[seat]!.statements.made("report", EPOCH, ZeroHash)?.hash));

  it("should bring a report together in the first round that an honest member leads", async () => {
    expect(await lead(1)).to.equal(true);
    expect(sent).to.have.length(1);
    expect(signedReports().size).to.equal(1);
  });

  it("should not be split by a leader that has one member sign behind the next one's back (I7)", async () => {
    const lock = await proposeFewer();
    const [first] = HONEST;
    let isDone = false;
    liar = {
      // The next leader has asked the others by now, and waits for the liar alone.
      locked: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (!isDone) {
          isDone = true;
          await members[first!]!.lock(lock);
          await members[first!]!.commit({ ...lock, locks: lock.votes }).catch(() => undefined);
        }
        throw new Error("no answer");
      },
      // It helps the others to a quorum of votes, and to nothing more.
      propose: voteFor,
    };
    const rounds: boolean[] = [];
    for (let round = 1; round <= 8; round++) rounds.push(await lead(round));
    expect(isDone).to.equal(true);
    expect(rounds, "some honest leader gets a report").to.include(true);
    expect(signedReports().size).to.equal(1);
  });

  it("should propose what a member is locked to, and believe nobody who has no votes for it", async () => {
    const { votes, ...content } = await proposeFewer();
    const [first] = HONEST;
    await members[first!]!.lock({ ...content, votes });
    const locked = await members[first!]!.locked(EPOCH);
    // Another set, for which nobody voted, as of a later round.
    const invented = { ...locked, round: 7, observations: observations.map(({ attestor, root, signature }) => ({ attestor, root, signature })) }; // prettier-ignore
    liar = { locked: () => Promise.resolve(invented) };
    expect(await lead(1)).to.equal(true);
    expect([...signedReports()]).to.deep.equal([content.reportHash]);
  });
});
