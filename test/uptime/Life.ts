import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";

import {
  buildReport,
  hashReport,
  NodeTable,
  type BuiltReport,
  type Leaf,
  type LeafTree,
  type Report,
} from "@millrace/uptime-tree/format";

import { Evidence, treeOfLeaves } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import { BOND, EPOCH_SECONDS, join, POT, REGISTRY_DIGEST, SLOTS, Status, type Attestor, type UptimeFixture } from "./uptimeFixture.js"; // prettier-ignore

/** The longest there is. */
const WINDOW_SECONDS = 7 * EPOCH_SECONDS;
/** The most that passes at once, and the time that honest members leave themselves: more than any move takes. */
const [STEP_SECONDS, MARGIN_SECONDS] = [30, 45];
const SLOTS_HEARD = 3;
const PARTS = { leaf: 0, chunk: 1 } as const;

type Roll = (sides: number) => number;

/** What all said of an epoch, by the seats that it has. */
interface Told {
  readonly evidence: Evidence;
  readonly keys: readonly Attestor[];
  readonly said: readonly Statements[];
}

/** A report that was posted at some time, with all its leaves. */
interface Posted {
  readonly report: Report;
  readonly leaves: readonly Leaf[];
  readonly tree: LeafTree;
  /** Whether a quorum signed what does not follow from observations; nobody shows its data. */
  readonly isFalse: boolean;
  readonly built: BuiltReport;
}

interface Asked {
  readonly id: string;
  readonly posted: Posted;
}

/**
 * Attestors over many epochs: they come, go and change keys while reports are posted, challenged, corrected, void and
 * posted again, and liars do what they can at any moment. After each move no honest attestor has lost anything and the
 * money is all there; in the end everything that was asked for is decided and everybody can leave.
 */
export class Life {
  private readonly told = new Map<number, Told>();
  private readonly posted: Posted[] = [];
  private readonly challenges: (Asked & { readonly nodeId: bigint; readonly slot: number })[] = [];
  private readonly demands: (Asked & { readonly part: 0 | 1; readonly index: number })[] = [];
  /** Accounts that follow the protocol; whoever is not here is a liar. */
  private readonly honest = new Set<string>();
  /** Accounts that left of their own. */
  private readonly left = new Set<string>();
  private readonly keys = new Map<string, Attestor>();
  /** Account behind a key that it took later. */
  private readonly owners = new Map<string, string>();
  private readonly accounts = new Map<string, Attestor>();
  /** Rewards after the report with a hash. */
  private readonly rewards = new Map<string, readonly bigint[]>();

  private constructor(
    private readonly at: UptimeFixture,
    private readonly roll: Roll,
    private readonly oracle: string,
    private readonly isBribed: boolean,
  ) {}

  static async begin(at: UptimeFixture, roll: Roll, liars: number): Promise<Life> {
    const life = new Life(at, roll, await at.oracle.getAddress(), 3 * liars > at.attestors.length);
    await at.oracle.setChallengeSeconds(WINDOW_SECONDS);
    const order = [...at.attestors];
    while (order.length > liars) life.honest.add(order.splice(roll(order.length), 1)[0]!.address);
    for (const attestor of at.attestors) {
      life.keys.set(attestor.address, attestor);
      life.accounts.set(attestor.address, attestor);
    }
    await at.after(-1);
    return life;
  }

  /** Lives through some moves, and puts the affairs in order at the end. */
  async live(moves: number): Promise<void> {
    const often = Object.entries(this.moves()).flatMap((move) => Array<typeof move>(OFTEN[move[0]] ?? 1).fill(move));
    let done = 0;
    for (let tried = 0; done < moves && tried < 20 * moves; tried++) {
      const [name, move] = often[this.roll(often.length)]!;
      if (!(await this.attempt(move))) continue;
      done++;
      await this.serve();
      await this.check(`move ${done}, ${name}`);
    }
    // Where nothing can be done, nothing is shown.
    expect(done, "moves that were made").to.equal(moves);
    await this.end();
  }

  // ─── MOVES ───

  private moves(): Record<string, () => Promise<unknown>> {
    const { at, roll } = this;
    return {
      pass: () => this.pass(1 + roll(STEP_SECONDS)),
      report: () => this.report(false),
      bribe: () => this.report(true),
      challenge: () => this.challenge(),
      restore: () => this.restore(),
      clear: () => this.clear(),
      accuse: () => this.accuse(),
      contradict: () => this.contradict(),
      equivocate: () => this.equivocate(),
      proveFalse: () => this.proveFalse(),
      demand: () => this.demand(),
      lapse: () => this.lapse(),
      spoil: () => this.spoil(),
      cosign: () => this.cosign(),
      rotate: () => this.rotate(),
      resign: () => this.resign(),
      admit: () => this.admit(),
      settle: () => this.settle(),
      collect: () => this.collect(),
      payAttestor: async () =>
        at.rewards.collectAttestorPay(this.any([...this.accounts.keys()]), [...this.told.keys()]),
      cancel: () => at.rewards.cancelPot(roll(1 + this.told.size)),
      release: () => at.oracle.releaseBond(this.any([...this.accounts.keys()])),
      withdraw: () => at.challenges.withdraw(this.any([...this.accounts.keys()])),
    };
  }

  private async pass(seconds: number): Promise<void> {
    await this.at.networkHelpers.time.increase(seconds);
  }

  /** The oldest epoch that is over and can be reported; by a quorum that follows the observations, or one that lies. */
  private async report(isFalse: boolean): Promise<void> {
    const { at, roll } = this;
    const now = await at.networkHelpers.time.latest();
    const last = Math.floor((now - at.genesisAt) / EPOCH_SECONDS) - 1;
    const [reportHash, newest] = await at.oracle.newestReport();
    let epoch = BigInt(reportHash) === 0n ? 0 : Number(newest) + 1;
    while (epoch <= last && (await at.oracle.statusOf(epoch)) !== Status.None) epoch++;
    if (now >= Number(await at.oracle.reportDeadline(epoch))) epoch = last;
    if (epoch > last) throw new Refused();
    await at.close(epoch);
    const { evidence, keys, said } = await this.tell(epoch);
    const { quorum, threshold } = await at.oracle.setOf(epoch);
    const seats = keys.map((_, seat) => seat);
    const willing = isFalse ? seats.filter((seat) => !this.isHonest(keys[seat]!)) : seats;
    while (willing.length > Number(quorum)) willing.splice(roll(willing.length), 1);
    if (willing.length < Number(quorum)) throw new Refused();
    // What does not follow from its data has none that anybody could build on: honest members prove it false first.
    const predecessor = this.posted.find((each) => hashReport(each.report) === reportHash);
    if (predecessor?.isFalse === true && willing.some((seat) => this.isHonest(keys[seat]!))) throw new Refused();
    const before = this.rewards.get(reportHash) ?? evidence.nodeIds.map(() => 0n);
    const built = buildReport({
      ...{ chainId: at.chainId, oracle: this.oracle, epoch, slotsPerEpoch: SLOTS, threshold: Number(threshold) },
      ...{ pot: POT.availability, previousReport: reportHash, registryDigest: REGISTRY_DIGEST },
      configDigest: at.configDigest,
      nodes: NodeTable.from(
        at.providers.map((provider, i) => {
          const facts = { active: true, capacityPassed: true, rewardBefore: before[i]! };
          return { provider, units: i + 1, weight: 100, ...facts };
        }),
      ),
      observations: willing
        .map((seat) => said[seat]!.observation)
        .sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
    });
    const right = at.providers.map((_, index) => built.leaves.leaf(index));
    const victim = roll(right.length);
    const leaves = isFalse ? right.map((leaf, i) => (i === victim ? this.falsified(leaf) : leaf)) : right;
    const tree = isFalse ? treeOfLeaves(leaves) : built.tree;
    const report = { ...built.report, root: tree.root };
    const { signers, signatures } = await at.sign(report, willing, keys);
    await at.oracle.submitReport(report, signers, signatures);
    this.rewards.set(hashReport(report), right.map(({ rawCumulativeReward }) => rawCumulativeReward)); // prettier-ignore
    this.posted.push({ report, leaves, tree, isFalse, built });
  }

  private falsified(leaf: Leaf): Leaf {
    const more = BigInt(1 + this.roll(1_000));
    const wrong: Partial<Leaf>[] = [
      { points: leaf.points + more },
      { rawCumulativeReward: leaf.rawCumulativeReward + more },
      { provider: this.at.attestors[0]!.address },
      { bitmap: leaf.bitmap | (1n << 200n) },
    ];
    return { ...leaf, ...this.any(wrong) };
  }

  private async challenge(): Promise<void> {
    const { at, roll } = this;
    const posted = await this.open();
    const index = roll(posted.leaves.length);
    const slot = roll(SLOTS_HEARD);
    const leaf = posted.leaves[index]!;
    const value = await at.challenges.bondWei();
    await at.challenges.challengeSlot(posted.report, leaf, [...posted.tree.proof(index)], slot, { value });
    const id = await at.challenges.challengeIdOf(hashReport(posted.report), leaf.nodeId, slot);
    this.challenges.push({ id, posted, nodeId: leaf.nodeId, slot });
  }

  private async restore(): Promise<void> {
    const posted = await this.open();
    const index = this.roll(posted.leaves.length);
    const slot = this.roll(SLOTS_HEARD);
    const leaf = posted.leaves[index]!;
    const receipts = this.receipts(posted.report.epoch, leaf.nodeId, slot).map(({ receipt }) => receipt);
    await this.at.challenges.restoreSlot(posted.report, leaf, [...posted.tree.proof(index)], slot, receipts);
  }

  private async clear(): Promise<void> {
    await this.at.challenges.clearSlot(this.any(this.challenges).id);
  }

  /** Everybody is held to a challenge that was cleared. */
  private async accuse(): Promise<void> {
    const { id, nodeId, posted } = this.any(this.challenges);
    const { evidence, keys, said } = this.told.get(posted.report.epoch)!;
    const seat = this.roll(keys.length);
    const sightings = evidence.sightings(said[seat]!);
    expect(nodeId > 0n).to.equal(true);
    await this.at.challenges.proveFalseSighting(id, seat, evidence.observation(said[seat]!), sightings);
    expect(this.isHonest(keys[seat]!), "an honest sighting was convicted").to.equal(false);
  }

  /** Somebody says two things of an epoch: past, present or to come. */
  private async contradict(): Promise<void> {
    const { at, roll } = this;
    const now = await at.networkHelpers.time.latest();
    const present = Math.max(0, Math.floor((now - at.genesisAt) / EPOCH_SECONDS));
    const epoch = Math.max(0, present - 2 + roll(5));
    const keys = await this.keysOf(epoch);
    const seat = roll(keys.length);
    if (this.isHonest(keys[seat]!)) throw new Refused();
    const evidence = this.evidenceOf(keys);
    const one = await evidence.tell(epoch, seat, { heard: () => [1n] });
    await at.proofs.proveTwoBatches(evidence.batch(one, epoch, 0), await evidence.otherBatch(epoch, 0, seat), seat);
  }

  /** A liar is shown to have signed another report too, whatever became of the one that was posted. */
  private async equivocate(): Promise<void> {
    const { at } = this;
    const { report } = this.any(this.posted);
    const { keys } = this.told.get(report.epoch)!;
    const seat = this.roll(keys.length);
    if (this.isHonest(keys[seat]!)) throw new Refused();
    const other = { ...report, dataHash: `0x${"e0".repeat(32)}` };
    const signed = [report, other].map(async (each) => (await at.sign(each, [seat], keys)).signatures);
    const [first, second] = await Promise.all(signed);
    await at.proofs.proveContradiction(report, other, seat, first!, second!);
  }

  private async proveFalse(): Promise<void> {
    const { proofs } = this.at;
    const posted = await this.open();
    const { report, leaves, tree } = posted;
    const index = this.roll(leaves.length);
    const [leaf, proof] = [leaves[index]!, [...tree.proof(index)]];
    const previous = this.posted.find((each) => hashReport(each.report) === report.previousReport) ?? posted;
    const before = [previous.report, previous.leaves[index]!, [...previous.tree.proof(index)]] as [
      Report,
      Leaf,
      string[],
    ];
    if (this.roll(2) === 0) await proofs.proveFalseLeaf(report, leaf, proof);
    else await proofs.proveFalseReward(report, leaf, proof, ...before);
    // A report that follows from one that liars posted is as false as that one, and signed by nobody honest.
    expect(posted.isFalse || previous.isFalse, "a true report fell").to.equal(true);
  }

  private async demand(): Promise<void> {
    const { challenges } = this.at;
    const posted = await this.open();
    const part = this.any([PARTS.leaf, PARTS.chunk]);
    const index = this.roll(part === PARTS.leaf ? posted.leaves.length : 3);
    const value = await challenges.feeOf(posted.report.epoch);
    await challenges.demandPart(posted.report, part, index, { value });
    this.demands.push({ id: await challenges.demandIdOf(hashReport(posted.report), part, index), posted, part, index });
  }

  private async lapse(): Promise<void> {
    const { challenges } = this.at;
    const { posted, part, index } = this.any(this.demands);
    if (this.roll(2) === 0) await challenges.returnFee(posted.report, part, index);
    else await challenges.voidMissing(posted.report, part, index);
  }

  /** Shows one receipt of many, to be in somebody's way. */
  private async spoil(): Promise<void> {
    const { id, posted, nodeId, slot } = this.any(this.challenges);
    const { receipt } = this.any(this.receipts(posted.report.epoch, nodeId, slot));
    const { evidence } = this.told.get(posted.report.epoch)!;
    const heartbeat = await evidence.signedHeartbeat(posted.report.epoch, slot);
    await this.at.challenges.showHeartbeat(id, heartbeat, [receipt]);
  }

  private async cosign(): Promise<void> {
    const posted = await this.open();
    if (posted.isFalse) throw new Refused();
    const { keys } = this.told.get(posted.report.epoch)!;
    const seat = this.roll(keys.length);
    const { signatures } = await this.at.sign(posted.report, [seat], keys);
    const root = `0x${"00".repeat(32)}`;
    await this.at.oracle.cosign(posted.report, seat, signatures, root, []);
  }

  private async rotate(): Promise<void> {
    const account = this.account();
    const key = Wallet.createRandom().connect(this.at.ethers.provider);
    const domain = { name: "Millrace Uptime", version: "1", chainId: this.at.chainId, verifyingContract: this.oracle };
    const fields = ["account", "key"].map((name) => ({ name, type: "address" }));
    const message = { account: account.address, key: key.address };
    const possession = await key.signTypedData(domain, { AttestorKey: fields }, message);
    await this.at.oracle.connect(account).rotateKey(key.address, possession);
    this.keys.set(key.address, key);
    this.owners.set(key.address, account.address);
  }

  private async resign(): Promise<void> {
    const account = this.account();
    // Somebody has to stay.
    const [keys] = await this.at.oracle.setOf(await this.at.oracle.nextSetEpoch());
    if (keys.length <= 4) throw new Refused();
    await this.at.oracle.connect(account).resign();
    this.left.add(account.address);
  }

  private async admit(): Promise<void> {
    // Where liars are a quorum they stay one: honest newcomers would end that.
    if (this.isBribed) throw new Refused();
    const account = Wallet.createRandom().connect(this.at.ethers.provider);
    await join(this.at, account);
    this.keys.set(account.address, account);
    this.accounts.set(account.address, account);
    this.honest.add(account.address);
  }

  private async settle(): Promise<void> {
    const { report, leaves } = this.any(this.posted);
    await this.at.challenges.settleCorrection(report.root, this.any(leaves).nodeId);
  }

  private async collect(): Promise<void> {
    const { report, leaves, tree } = this.any(this.posted);
    const items = leaves.map((leaf, index) => ({ leaf, proof: [...tree.proof(index)] }));
    await this.at.rewards.collectMany(this.any(leaves).provider, report.epoch, items);
  }

  // ─── WHAT HONEST ONES OWE ───

  /** Honest members show what they have for whatever is asked of them: sometimes at once, always in time. */
  private async serve(): Promise<void> {
    const { at, roll } = this;
    for (const { id, posted, nodeId, slot } of this.challenges) {
      const { status, answerBy, shown } = await at.challenges.challengeOf(id);
      const left = Number(answerBy) - (await at.networkHelpers.time.latest());
      if (status !== 1n || left <= 0 || (left > MARGIN_SECONDS && roll(4) !== 0)) continue;
      const { evidence } = this.told.get(posted.report.epoch)!;
      const mine = this.receipts(posted.report.epoch, nodeId, slot).filter(({ isHonest }) => isHonest);
      if (mine.every(({ receipt }) => (shown >> BigInt(receipt.seat)) & 1n)) continue;
      const heartbeat = await evidence.signedHeartbeat(posted.report.epoch, slot);
      await at.challenges.showHeartbeat(id, heartbeat, mine.map(({ receipt }) => receipt)); // prettier-ignore
    }
    for (const { id, posted, part, index } of this.demands) {
      const { demander, answerBy } = await at.challenges.demandOf(id);
      const left = Number(answerBy) - (await at.networkHelpers.time.latest());
      if (demander === ZeroAddress || posted.isFalse || left <= 0 || (left > MARGIN_SECONDS && roll(4) !== 0)) continue;
      const { report, leaves, tree, built } = posted;
      if (part === PARTS.leaf) {
        await at.challenges.showLeaf(report, leaves[index]!, [...tree.proof(index)]);
        continue;
      }
      const exists = index * 1024 < built.data.length;
      const [chunk, proof] = exists ? [built.data.chunk(index), built.data.proof(index)] : ["0x", []];
      await at.challenges.showChunk(report, index, built.data.length, built.data.chunksRoot, chunk, [...proof]);
    }
  }

  // ─── WHAT MUST HOLD ───

  private async check(when: string): Promise<void> {
    const { at } = this;
    for (const address of this.honest) {
      const { bond, releaseAt, isMember } = await at.oracle.attestorOf(address);
      if (this.left.has(address)) expect([isMember, releaseAt > 0n], when).to.deep.equal([false, true]);
      else expect([isMember, bond], `${when}: an honest attestor lost`).to.deep.equal([true, BOND]);
    }
    for (const [epoch, { keys }] of this.told) {
      const { guilty, unpaid } = await at.oracle.epochStateOf(epoch);
      keys.forEach((key, seat) => {
        const isMarked = ((guilty | unpaid) >> BigInt(seat)) & 1n;
        if (this.isHonest(key)) expect(isMarked, `${when}: seat ${seat} of epoch ${epoch} is marked`).to.equal(0n);
      });
    }
    let asked = 0n;
    for (const { id } of this.challenges) {
      const { status, bondWei } = await at.challenges.challengeOf(id);
      if (status === 1n) asked += bondWei;
    }
    for (const id of new Set(this.demands.map((each) => each.id))) asked += (await at.challenges.demandOf(id)).feeWei;
    const owed = await this.owed();
    expect(await at.ethers.provider.getBalance(at.challenges), `${when}: the coin`).to.equal(asked + owed);
    const pots = (await at.world.nextEpochToClose()) * POT.availability;
    expect((await at.rewards.rewardsPaid()) <= pots, `${when}: the pots`).to.equal(true);
  }

  /** When all windows are over, everything can be decided, nobody's money is stuck, and honest members can leave. */
  private async end(): Promise<void> {
    const { at } = this;
    for (let waited = 0; waited < 3 * WINDOW_SECONDS; waited += STEP_SECONDS) {
      await this.pass(STEP_SECONDS);
      await this.serve();
    }
    for (const { id } of this.challenges) await this.attempt(() => at.challenges.clearSlot(id));
    for (const { posted, part, index } of this.demands) {
      await this.attempt(() => at.challenges.returnFee(posted.report, part, index));
    }
    for (const { report, leaves } of this.posted) {
      for (const { nodeId } of leaves) {
        await this.attempt(() => at.challenges.settleCorrection(report.root, nodeId));
      }
    }
    for (const [i] of at.providers.entries()) {
      expect((await at.challenges.correctionsOf(i + 1)).pending, `corrections of node ${i + 1}`).to.equal(0n);
    }
    for (const account of [...this.accounts.keys(), await this.asker()]) {
      await this.attempt(() => at.challenges.withdraw(account));
    }
    expect(await at.ethers.provider.getBalance(at.challenges), "nobody's coin is stuck").to.equal(0n);
    for (const address of this.honest) {
      if (!this.left.has(address)) await at.oracle.connect(this.accounts.get(address)!).resign();
      this.left.add(address);
    }
    await at.networkHelpers.time.increase(20 * WINDOW_SECONDS);
    for (const address of this.honest) {
      await this.attempt(() => at.oracle.releaseBond(address));
      expect(await at.world.bonded(address), "an honest bond is home").to.equal(0n);
    }
  }

  // ─── HELP ───

  /** A move that the contracts refuse changes nothing; one that breaks in another way is a fault. */
  private async attempt(move: () => Promise<unknown>): Promise<boolean> {
    try {
      await move();
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      const { message } = error as Error;
      if (!/reverted with custom error/.test(message) || /panic/i.test(message)) throw error;
      return false;
    }
  }

  /** What all said of an epoch; liars invent slots. */
  private async tell(epoch: number): Promise<Told> {
    const before = this.told.get(epoch);
    if (before !== undefined) return before;
    const keys = await this.keysOf(epoch);
    const evidence = this.evidenceOf(keys);
    const said: Statements[] = [];
    for (const [seat, key] of keys.entries()) {
      const heard = Array.from({ length: SLOTS_HEARD }, () => evidence.nodeIds.filter(() => this.roll(3) !== 0));
      const inSlot = (slot: number): bigint[] => heard[slot] ?? [];
      const seen = (slot: number): bigint[] => (slot < SLOTS_HEARD ? evidence.nodeIds : []);
      said.push(await evidence.tell(epoch, seat, this.isHonest(key) ? { heard: inSlot } : { heard: inSlot, seen }));
    }
    const told = { evidence, keys, said };
    this.told.set(epoch, told);
    return told;
  }

  private async keysOf(epoch: number): Promise<Attestor[]> {
    const [seats] = await this.at.oracle.setOf(epoch);
    return seats.map((seat) => this.keys.get(seat)!);
  }

  private evidenceOf(keys: readonly Attestor[]): Evidence {
    const at = Object.create(this.at, { attestors: { value: keys } }) as UptimeFixture;
    return new Evidence(at, this.oracle);
  }

  private receipts(epoch: number, nodeId: bigint, slot: number) {
    const { evidence, keys, said } = this.told.get(epoch)!;
    return said.flatMap((each, seat) => {
      try {
        return [{ receipt: evidence.receipt(each, nodeId, slot), isHonest: this.isHonest(keys[seat]!) }];
      } catch {
        return [];
      }
    });
  }

  private isHonest(key: Attestor): boolean {
    return this.honest.has(this.owners.get(key.address) ?? key.address);
  }

  /** A report that is open now. */
  private async open(): Promise<Posted> {
    const open: Posted[] = [];
    for (const each of this.posted) {
      const { root } = await this.at.oracle.reportOf(each.report.epoch);
      const isOpen = (await this.at.oracle.statusOf(each.report.epoch)) === Status.Posted;
      if (isOpen && root === each.report.root) open.push(each);
    }
    return this.any(open);
  }

  /** An account that has a seat. */
  private account(): Attestor {
    return this.any([...this.accounts.values()].filter(({ address }) => !this.left.has(address)));
  }

  private any<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Refused();
    return of[this.roll(of.length)]!;
  }

  private async owed(): Promise<bigint> {
    const accounts = [...this.accounts.keys(), await this.asker()];
    const each = await Promise.all(accounts.map((account) => this.at.challenges.owedTo(account)));
    return each.reduce((sum, wei) => sum + wei, 0n);
  }

  /** Who sends whatever nobody in particular sends. */
  private async asker(): Promise<string> {
    const [first] = await this.at.ethers.getSigners();
    return first!.address;
  }
}

/** What a life is mostly made of; everything else has weight one. */
const OFTEN: Readonly<Record<string, number>> = {
  pass: 6,
  report: 6,
  bribe: 12,
  challenge: 4,
  restore: 4,
  clear: 4,
  accuse: 6,
  proveFalse: 2,
  demand: 2,
  lapse: 4,
  settle: 6,
  collect: 4,
};

/** Thrown by a move that there is nothing for. */
class Refused extends Error {}
