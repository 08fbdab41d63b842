import { checkClaim, GameHistory, handOf, type Move, nextMove, type PostedClaim, readClaim } from "@millrace/jobs";
import { formatCredits, formatMill, memberOf } from "@millrace/sdk";
import { type Bundle, type KernelSet, ownKernels, Region, rootsOf, type Traces, treeOf } from "@millrace/tensor";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { closeBooks } from "./closeBooks.js";
import { type Connection, marketWorld, NODE_OF_ALICE, type Opened, TaskDriver, type World } from "./market.js";
import { mined } from "./mined.js";
import type { Story } from "./Story.js";

/** A move of either side, as it stands on chain. */
export interface PlayedMove {
  readonly by: "provider" | "challenger";
  readonly what: string;
  readonly gas: bigint;
}

/** How a dispute ended. */
export interface Verdict {
  readonly moves: readonly PlayedMove[];
  readonly gas: bigint;
  /** The word that was shown to be wrong. */
  readonly target: { readonly region: Region; readonly position: number; readonly lane: number };
}

/** What became of the money. */
export interface Settled {
  readonly refunded: bigint;
  readonly toBuyer: bigint;
  readonly toReporter: bigint;
  readonly burned: bigint;
}

/** Long enough that no step of a slow machine runs into a deadline. */
const PATIENT = { ackSeconds: 3_600, workSeconds: 36_000, windowSeconds: 36_000, responseSeconds: 7_200 };

const SLASHED = memberOf("ClaimState", "slashed");

/** The whole system on a chain of its own, with a provider, a buyer and a challenger who dispute a tensor program. */
export class DisputeArena {
  readonly #kernels: ReadonlyMap<string, string>;
  readonly #known: KernelSet;
  readonly #driver: TaskDriver;

  private constructor(
    readonly connection: Connection,
    readonly world: World,
    kernels: ReadonlyMap<string, string>,
    known: KernelSet,
  ) {
    this.#kernels = kernels;
    this.#known = known;
    this.#driver = new TaskDriver(connection, world);
  }

  /** @param known kernels that programs may use, each deployed and admitted */
  static async open(hre: HardhatRuntimeEnvironment, known: KernelSet = ownKernels): Promise<DisputeArena> {
    const connection = await hre.network.create("default");
    return DisputeArena.on(connection, await marketWorld(connection), known);
  }

  /** The same on a system that stands already. */
  static async on(connection: Connection, world: World, known: KernelSet = ownKernels): Promise<DisputeArena> {
    const kernels = new Map<string, string>();
    for (const name of known.names) {
      const kernel = await connection.ethers.deployContract(name);
      await world.kernels.admit(kernel);
      kernels.set(name, await kernel.getAddress());
    }
    return new DisputeArena(connection, world, kernels, known);
  }

  /** The buyer orders a program on its input, and alice's node takes the job. */
  async order({ program }: Bundle, inputRoot: string): Promise<{ opened: Opened; escrow: bigint }> {
    const opened = await this.#driver.open({ ...PATIENT, programHash: program.hash, inputRoot });
    await this.#driver.accept(opened, true, NODE_OF_ALICE);
    const { locked } = await this.world.settlement.accountOf(this.world.buyer);
    return { opened, escrow: locked };
  }

  /** The provider claims a result. */
  async submit({ taskId, order }: Opened, { program }: Bundle, traces: Traces): Promise<PostedClaim> {
    const { alice, tasks, claims } = this.world;
    const { bodyRoot, outputRoot } = rootsOf(traces);
    await tasks.connect(alice).submit(taskId, order, program.header, bodyRoot, outputRoot);
    const claim = (await readClaim(claims, { fromBlock: 0 })).at(-1);
    if (claim === undefined) throw new Error("the result was not claimed");
    return claim;
  }

  /**
   * Plays the game about a wrong claim to its end: the provider withholds its trace and opens what it must, the
   * challenger knows nothing but its own execution and the chain.
   */
  async contest(
    posted: PostedClaim,
    bundle: Bundle,
    honest: Traces,
    withheld: Traces,
    tell: (move: PlayedMove) => void,
  ): Promise<Verdict> {
    const verdict = checkClaim(posted, honest);
    if (verdict.isRight) throw new Error("the claim is right: there is nothing to contest");
    const { claims, challenger } = this.world;
    const game = new GameHistory(posted.claimId, posted.block);
    const moves: PlayedMove[] = [];
    for (;;) {
      const { number, timestamp } = await this.#latest();
      await game.readTo(claims, number);
      const kernelAddress = (_hash: string, name: string): string => this.#kernelAddress(name);
      const options = { kernelAddress, kernels: this.#known };
      const hand = await handOf(claims, challenger, posted.claimId);
      // Blocks come with transactions: what is sent now lies in the next second.
      const move = nextMove({ bundle, honest, posted, game, hand, now: timestamp + 1 }, verdict.firstWrong, options);
      const played = move.kind === "wait" ? await this.#answer(posted, game, withheld) : await this.#move(posted, move);
      moves.push(played);
      tell(played);
      if (move.kind !== "prove") continue;
      if ((await claims.stateOf(posted.claimId)) !== SLASHED) throw new Error("the proof did not end the claim");
      return { moves, gas: moves.reduce((sum, { gas }) => sum + gas, 0n), target: move.target };
    }
  }

  /** The buyer takes its escrow back; what the claim's end did with the provider's stake. */
  async settle({ taskId, order }: Opened, { claimId, claim }: PostedClaim): Promise<Settled> {
    const { tasks, buyer, settlement, staking } = this.world;
    const lockedBefore = (await settlement.accountOf(buyer)).locked;
    await tasks.connect(buyer).cancel(taskId, order);
    const { locked } = await settlement.accountOf(buyer);
    const slash = (await staking.queryFilter(staking.filters.BondSlashed(claim.terms.provider))).at(-1);
    if (slash === undefined) throw new Error(`claim ${claimId} ended without a slash`);
    const { toBuyer, toReporter, burned } = slash.args;
    return { refunded: lockedBefore - locked, toBuyer, toReporter, burned };
  }

  /** Tells what the game took, and what became of the money. */
  tellEnd(story: Story, { moves, gas }: Verdict, { refunded, toBuyer, toReporter, burned }: Settled): void {
    story.line(`${moves.length} moves and ${gas} gas, both sides together`);
    story.line(`the buyer has its ${formatCredits(refunded)} back`);
    story.line(`the provider lost ${formatMill(toBuyer + toReporter + burned)}: ${formatMill(burned)} are burned,`);
    story.line(`${formatMill(toBuyer)} go to the buyer, ${formatMill(toReporter)} to the challenger`);
  }

  /** The end of a dispute's story. @throws BooksDifferError unless all totals are conserved */
  async closeBooks(story: Story): Promise<void> {
    const { buyer, alice, challenger, staking } = this.world;
    if (await staking.isRegistered(challenger)) throw new Error("the challenger is no stranger");
    const names = new Map([
      [buyer.address, "buyer"],
      [alice.address, "provider"],
      [challenger.address, "challenger"],
    ]);
    await closeBooks(this.connection, this.world, story, names);
    const mill = await this.world.token.balanceOf(challenger);
    story.line(`the challenger, a stranger without stake or office, has ${formatMill(mill)} for it`);
  }

  /** The provider opens the branch that it was asked about. */
  async #answer({ claimId }: PostedClaim, game: GameHistory, withheld: Traces): Promise<PlayedMove> {
    const branch = game.pending().at(0);
    if (branch === undefined) throw new Error("the challenger waits for nothing");
    const { key } = branch;
    const tree = treeOf(withheld, key.region as Region);
    if (tree === undefined) throw new Error("the region is empty");
    const children = tree.openingChildren(key.height, key.position);
    const { alice, claims } = this.world;
    const receipt = await mined(claims.connect(alice).open(claimId, key, children));
    return {
      by: "provider",
      what: `opens height ${key.height}: ${children.length} ${key.height === 5 ? "words" : "hashes"}`,
      gas: receipt.gasUsed,
    };
  }

  async #move({ claimId, claim }: PostedClaim, move: Move): Promise<PlayedMove> {
    const claims = this.world.claims.connect(this.world.challenger);
    const by = "challenger";
    const value = await claims.bondOf(claimId);
    switch (move.kind) {
      case "commit": {
        const { gasUsed } = await mined(claims.commit(move.lane, move.digest));
        return { by, what: `commits to ${move.hides === "prove" ? "a proof" : "a first pointer"}`, gas: gasUsed };
      }
      case "pointTop": {
        const { gasUsed } = await mined(claims.pointTop(claimId, claim, move.region, move.reveal, { value }));
        return {
          by,
          what: `demands the ${move.region === Region.Body ? "trace" : "result"}, from its root`,
          gas: gasUsed,
        };
      }
      case "point": {
        const { parent, index, child, siblings } = move;
        const { gasUsed } = await mined(claims.point(claimId, parent, index, child, siblings, { value }));
        return { by, what: `points at child ${index}, the first that differs from its own`, gas: gasUsed };
      }
      case "prove": {
        const { gasUsed } = await mined(claims.prove(claimId, claim, move.target, move.witness, move.reveal));
        return { by, what: `has the chain recompute lane ${move.target.lane} of the word`, gas: gasUsed };
      }
      case "timeout":
      case "tooLate":
      case "wait":
        throw new Error(`${move.kind} cannot happen: nobody is late`);
    }
  }

  #kernelAddress(name: string): string {
    const address = this.#kernels.get(name);
    if (address === undefined) throw new Error(`no kernel ${name}`);
    return address;
  }

  async #latest(): Promise<{ number: number; timestamp: number }> {
    const block = await this.connection.ethers.provider.getBlock("latest");
    if (block === null) throw new Error("the chain has no block");
    return block;
  }
}
