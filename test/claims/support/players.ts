import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import type { Random } from "../../verifiers/support/random.js";
import { Region } from "../../verifiers/support/program.js";
import { siblingsOf, type Tree, type Word } from "../../verifiers/support/tree.js";
import { type Knowledge, makeWitness, type Target } from "../../verifiers/support/witness.js";
import type { commit } from "../../verifiers/support/world.js";
import { branchId, type BranchKey, type Claim, type ClaimsWorld, RESPONSE_SECONDS } from "./claims.js";
import { commitToFirst, commitToProof, type Reveal, topOf } from "./commitments.js";
import { childCount, childHeight, SeenTree } from "./game.js";

interface Branch {
  readonly key: BranchKey;
  readonly answerBy: number;
  children?: readonly Word[];
}

/** What everybody sees of one claim: the branches that were pointed at, and what opened them. */
export class Board {
  readonly branches = new Map<string, Branch>();

  constructor(
    readonly world: ClaimsWorld,
    readonly claimId: bigint,
    readonly claim: Claim,
    readonly now: () => Promise<number>,
  ) {}

  find(key: BranchKey): Branch | undefined {
    return this.branches.get(branchId(this.claimId, key));
  }

  pending(): Branch[] {
    return [...this.branches.values()].filter(({ children }) => children === undefined);
  }

  opened(): Branch[] {
    return [...this.branches.values()].filter(({ children }) => children !== undefined);
  }

  async pointTop(account: HardhatEthersSigner, region: Region, reveal?: Reveal): Promise<void> {
    const claims = this.world.claims.connect(account);
    const key = topOf(this.claim, region);
    const shown = reveal ?? (await commitToFirst(claims, this.claimId, key));
    await claims.pointTop(this.claimId, this.claim, region, shown, { value: await claims.bondOf(this.claimId) });
    await this.#note(key);
  }

  async point(account: HardhatEthersSigner, parent: Branch, index: number): Promise<BranchKey> {
    const claims = this.world.claims.connect(account);
    const seen = new SeenTree(NOTHING(parent.key.height));
    seen.see(parent.key, parent.children!);
    const height = childHeight(parent.key.height);
    const position = parent.key.position * childCount(parent.key.height) + index;
    const key = { region: parent.key.region, height, position, hash: parent.children![index]! };
    const siblings = siblingsOf(seen, height, position, parent.key.height);
    const value = await claims.bondOf(this.claimId);
    await claims.point(this.claimId, parent.key, index, key.hash, siblings, { value });
    await this.#note(key);
    return key;
  }

  async open(account: HardhatEthersSigner, branch: Branch, children: Word[]): Promise<void> {
    await this.world.claims.connect(account).open(this.claimId, branch.key, children);
    branch.children = children;
  }

  async #note(key: BranchKey): Promise<void> {
    const id = branchId(this.claimId, key);
    if (!this.branches.has(id)) this.branches.set(id, { key, answerBy: (await this.now()) + RESPONSE_SECONDS });
  }
}

/** A tree of which nothing is known. */
const NOTHING = (depth: number): Tree => ({
  depth,
  node: () => {
    throw new Error("nobody showed this node");
  },
});

/** Follows the first difference, as one does who has executed the program and has nothing else but the board. */
export class HonestChallenger {
  readonly #seen: SeenTree;
  #first: Reveal | undefined;
  #proof: Reveal | undefined;

  constructor(
    readonly board: Board,
    readonly account: HardhatEthersSigner,
    readonly honest: Knowledge,
    readonly target: Target,
  ) {
    this.#seen = new SeenTree(honest.trees[target.region]!);
  }

  /** One transaction, or none if it is not its turn. */
  async step(): Promise<void> {
    const { board, account, honest, target } = this;
    const { claimId, claim } = board;
    const claims = board.world.claims.connect(account);
    const own = honest.trees[target.region]!;
    let key = topOf(claim, target.region);
    const above: Word[] = [];
    for (;;) {
      const branch = board.find(key);
      if (branch === undefined) {
        if (this.#first === undefined) this.#first = await commitToFirst(claims, claimId, key);
        else await board.pointTop(account, target.region, this.#first);
        return;
      }
      if (branch.children === undefined) {
        if ((await board.now()) > branch.answerBy) await claims.timeout(claimId, claim, key, above);
        return;
      }
      this.#seen.see(key, branch.children);
      const [height, first] = [childHeight(key.height), key.position * childCount(key.height)];
      const index = branch.children.findIndex((hash, i) => hash !== own.node(height, first + i));
      if (height === 0) return this.#prove(first + index);
      const child = { region: key.region, height, position: first + index, hash: branch.children[index]! };
      if (board.find(child) === undefined) {
        await board.point(account, branch, index);
        return;
      }
      above.unshift(key.hash);
      key = child;
    }
  }

  async #prove(position: number): Promise<void> {
    const { board, account, honest, target } = this;
    const claims = board.world.claims.connect(account);
    const found = { ...target, position };
    const trees = honest.trees.map((tree, region) => (region === (target.region as number) ? this.#seen : tree));
    const witness = makeWitness({ ...honest, trees }, found);
    if (this.#proof === undefined) {
      this.#proof = await commitToProof(claims, board.claimId, { target: found, witness }, 1n);
      return;
    }
    await claims.prove(board.claimId, board.claim, found, witness, this.#proof);
  }
}

/** Points wherever it can, and asks for data; follows no path. */
export class Spammer {
  constructor(
    readonly board: Board,
    readonly account: HardhatEthersSigner,
    readonly random: Random,
  ) {}

  async step(): Promise<void> {
    const { board, account, random } = this;
    const { claims } = board.world;
    const { windowEndsAt } = await claims.claimOf(board.claimId);
    const now = await board.now();
    const parents = board.opened().filter(({ key }) => key.height > 5);
    if (parents.length > 0 && now < windowEndsAt) {
      const parent = random.pick(parents);
      await board.point(account, parent, random.below(parent.children!.length));
    } else if (now + 3 < windowEndsAt) {
      const regions = board.claim.header.bodyWords === 0 ? [Region.Output] : [Region.Body, Region.Output];
      await board.pointTop(account, random.pick(regions));
    }
  }
}

/** Copies what others do: points where they pointed, and claims the proof of anything that is open to all. */
export class CopyCat {
  constructor(
    readonly board: Board,
    readonly account: HardhatEthersSigner,
    readonly known: ReturnType<typeof commit>,
    readonly random: Random,
  ) {}

  /** True if a proof went through that it had not committed to. */
  async step(): Promise<boolean> {
    const { board, account, random } = this;
    const claims = board.world.claims.connect(account);
    const branches = [...board.branches.values()];
    if (branches.length === 0) return false;
    const { key } = random.pick(branches);
    const target = {
      region: key.region as Region.Body | Region.Output,
      position: key.position * 2 ** key.height,
      lane: 0,
    };
    const witness = makeWitness(this.known, target);
    return claims.prove(board.claimId, board.claim, target, witness, { lane: 7n, salt: key.hash }).then(
      () => true,
      () => false,
    );
  }
}

/** Opens what is asked, after a while; keeps some of it back if it has something to hide. */
export class Provider {
  readonly #patience = new Map<Branch, number>();

  constructor(
    readonly board: Board,
    readonly account: HardhatEthersSigner,
    readonly trees: readonly Tree[],
    readonly random: Random,
    readonly withholdsPercent: number,
  ) {}

  async step(): Promise<void> {
    for (const branch of this.board.pending()) {
      let rounds = this.#patience.get(branch);
      if (rounds === undefined) {
        rounds = this.random.chance(this.withholdsPercent) ? Infinity : this.random.below(2);
        this.#patience.set(branch, rounds);
      }
      this.#patience.set(branch, rounds - 1);
      if (rounds > 0 || (await this.board.now()) >= branch.answerBy) continue;
      const { region, height, position } = branch.key;
      const tree = this.trees[region]!;
      const count = childCount(height);
      const children = Array.from({ length: count }, (_, i) => tree.node(childHeight(height), position * count + i));
      await this.board.open(this.account, branch, children);
    }
  }
}
