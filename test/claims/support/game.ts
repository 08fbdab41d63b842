import type { ContractTransactionReceipt } from "ethers";

import type { Region } from "../../verifiers/support/program.js";
import { hashPair, levelAbove, siblingsOf, type Tree, type Word } from "../../verifiers/support/tree.js";
import { makeWitness, type Knowledge, type Target } from "../../verifiers/support/witness.js";
import { type BranchKey, branchId, type Claim, type ClaimsWorld } from "./claims.js";
import { commitToFirst, commitToProof, type Reveal } from "./commitments.js";

export const childHeight = (height: number): number => 5 * Math.floor((height - 1) / 5);
export const childCount = (height: number): number => 2 ** (height - childHeight(height));

/** A tree in which one node is a hash that nobody can open, a leaf or above; what lies above follows from it. */
export class HiddenTree implements Tree {
  readonly #nodes = new Map<string, Word>();

  constructor(
    readonly tree: Tree,
    height: number,
    position: number,
    hash: Word,
  ) {
    let node = hash;
    for (let h = height, p = position; ; h++, p = Math.floor(p / 2)) {
      this.#nodes.set(`${h}:${p}`, node);
      if (h === tree.depth) break;
      const sibling = tree.node(h, p % 2 === 0 ? p + 1 : p - 1);
      node = p % 2 === 0 ? hashPair(node, sibling) : hashPair(sibling, node);
    }
  }

  get depth(): number {
    return this.tree.depth;
  }

  node(height: number, position: number): Word {
    return this.#nodes.get(`${height}:${position}`) ?? this.tree.node(height, position);
  }
}

/** A challenger's view of the provider's tree: what openings showed, else what it computed itself. */
export class SeenTree implements Tree {
  readonly #seen = new Map<string, Word>();

  constructor(readonly own: Tree) {}

  get depth(): number {
    return this.own.depth;
  }

  node(height: number, position: number): Word {
    return this.#seen.get(`${height}:${position}`) ?? this.own.node(height, position);
  }

  see({ height, position }: BranchKey, children: readonly Word[]): void {
    let level = { nodes: [...children], height: childHeight(height) };
    for (;;) {
      const first = position * level.nodes.length;
      level.nodes.forEach((hash, i) => this.#seen.set(`${level.height}:${first + i}`, hash));
      if (level.nodes.length === 1) return;
      level = levelAbove(level.nodes, level.height);
    }
  }
}

/** Hashes of the branches above a branch, bottom up. */
export function aboveOf(tree: Tree, { height, position }: Pick<BranchKey, "height" | "position">): Word[] {
  const above: Word[] = [];
  for (let [h, p] = [height, position]; h < tree.depth;) {
    const up = Math.min((Math.floor(h / 5) + 1) * 5, tree.depth);
    p = Math.floor(p / 2 ** (up - h));
    h = up;
    above.push(tree.node(h, p));
  }
  return above;
}

export type GasLog = Record<string, bigint[]>;

/** One path of the game: a provider that holds `committed`, a challenger that knows only the honest trace and the chain. */
export class Game {
  readonly gas: GasLog = {};
  readonly path: BranchKey[] = [];
  readonly seen: SeenTree;
  #topReveal: Reveal | undefined;

  constructor(
    readonly world: ClaimsWorld,
    readonly claimId: bigint,
    readonly claim: Claim,
    readonly region: Region.Body | Region.Output,
    readonly committed: Tree,
    readonly honest: Knowledge,
    /** Where the challenger keeps its commitments. */
    readonly lane = BigInt(region),
  ) {
    this.seen = new SeenTree(honest.trees[region]!);
  }

  get top(): BranchKey {
    return {
      region: this.region,
      height: this.committed.depth,
      position: 0,
      hash: this.committed.node(this.committed.depth, 0),
    };
  }

  /** Hashes of the branches above the last one, bottom up. */
  get above(): Word[] {
    return this.path
      .slice(0, -1)
      .map(({ hash }) => hash)
      .reverse();
  }

  get last(): BranchKey {
    return this.path.at(-1)!;
  }

  /** Commits to the first pointer, as `pointTop` does where nobody has. */
  async commitTop(): Promise<Reveal> {
    const claims = this.world.claims.connect(this.world.challenger);
    return (this.#topReveal ??= await this.#committing(() => commitToFirst(claims, this.claimId, this.top, this.lane)));
  }

  async pointTop(): Promise<void> {
    const claims = this.world.claims.connect(this.world.challenger);
    const reveal = await this.commitTop();
    const value = await claims.bondOf(this.claimId);
    const point = await claims.pointTop(this.claimId, this.claim, this.region, reveal, { value });
    this.#log("pointTop", await point.wait());
    this.path.push(this.top);
  }

  childrenOf({ height, position }: BranchKey): Word[] {
    const count = childCount(height);
    return Array.from({ length: count }, (_, i) => this.committed.node(childHeight(height), position * count + i));
  }

  /** The provider answers; the challenger reads the children from the event. */
  async open(): Promise<void> {
    const { claims, provider } = this.world;
    const opening = await claims.connect(provider).open(this.claimId, this.last, this.childrenOf(this.last));
    const receipt = (await opening.wait())!;
    this.#log("open", receipt);
    const [event] = receipt.logs.map((log) => claims.interface.parseLog(log));
    if (event?.name !== "BranchOpened" || event.args["branchId"] !== branchId(this.claimId, this.last)) {
      throw new Error("the opening is not in the event");
    }
    this.seen.see(this.last, [...(event.args["children"] as Iterable<Word>)]);
  }

  /** Index of the first child that differs from the honest one. */
  firstWrongChild(): number {
    const { height, position } = this.last;
    const own = this.honest.trees[this.region]!;
    const count = childCount(height);
    for (let i = 0; i < count; i++) {
      const at = [childHeight(height), position * count + i] as const;
      if (this.seen.node(...at) !== own.node(...at)) return i;
    }
    throw new Error("no child is wrong");
  }

  child(index: number): BranchKey {
    const { region, height, position } = this.last;
    const at = { height: childHeight(height), position: position * childCount(height) + index };
    return { region, ...at, hash: this.seen.node(at.height, at.position) };
  }

  async point(index = this.firstWrongChild()): Promise<void> {
    const { claims, challenger } = this.world;
    const child = this.child(index);
    const siblings = siblingsOf(this.seen, child.height, child.position, this.last.height);
    const value = await claims.bondOf(this.claimId);
    const point = await claims
      .connect(challenger)
      .point(this.claimId, this.last, index, child.hash, siblings, { value });
    this.#log("point", await point.wait());
    this.path.push(child);
  }

  /** Plays until 32 words are shown, and names the first wrong one. */
  async toWords(): Promise<number> {
    await this.pointTop();
    await this.open();
    while (this.last.height > 5) {
      await this.point();
      await this.open();
    }
    return this.last.position * 32 + this.firstWrongChild();
  }

  /** A witness of nothing but the challenger's own trace and what openings showed. */
  witness(target: Target): ReturnType<typeof makeWitness> {
    const trees = this.honest.trees.map((tree, region) => (region === (this.region as number) ? this.seen : tree));
    return makeWitness({ ...this.honest, trees }, target);
  }

  async prove(position: number, lane: number): Promise<ContractTransactionReceipt> {
    const claims = this.world.claims.connect(this.world.challenger);
    const target = { region: this.region, position, lane };
    const witness = this.witness(target);
    const reveal = await this.#committing(() => commitToProof(claims, this.claimId, { target, witness }, this.lane));
    const proof = await claims.prove(this.claimId, this.claim, target, witness, reveal);
    const receipt = (await proof.wait())!;
    this.#log("prove", receipt);
    return receipt;
  }

  /** Commits, and counts what that costs. */
  async #committing(act: () => Promise<Reveal>): Promise<Reveal> {
    const reveal = await act();
    const { claims } = this.world;
    const block = await claims.runner?.provider?.getBlock("latest");
    const hash = block?.transactions[0];
    if (hash === undefined) throw new Error("the commitment is not in the latest block");
    const receipt = await claims.runner?.provider?.getTransactionReceipt(hash);
    this.#log("commit", receipt as ContractTransactionReceipt | null);
    return reveal;
  }

  gasTotal(): bigint {
    return Object.values(this.gas)
      .flat()
      .reduce((sum, used) => sum + used, 0n);
  }

  #log(call: string, receipt: ContractTransactionReceipt | null): void {
    (this.gas[call] ??= []).push(receipt!.gasUsed);
  }
}
