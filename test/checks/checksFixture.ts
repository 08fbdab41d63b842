import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { finishDigest, openingsOf, type PostedClaim, readClaim, saltedTree } from "@millrace/jobs";
import { findBeaconBlock } from "@millrace/sdk";
import {
  buildTraces,
  type Bundle,
  execute,
  findFraud,
  makeWitness,
  type Region,
  type Traces,
  type TraceTree,
  treeOf,
  type Witness,
  type WordAddress,
} from "@millrace/tensor";
import type { ContractTransactionResponse } from "ethers";

import type { ITaskBook } from "../../typechain-types/index.js";
import { marketWorld, MILL, type World } from "../market/marketFixture.js";
import { NODE_OF_ALICE, type Opened, TaskDriver } from "../market/taskDriver.js";
import { sampleBundle } from "../services/node-agent/sampleBundle.js";
import type { Connection } from "../support/deployMillrace.js";

const CHECKERS = 4;
export const SALT = `0x${"5a".repeat(32)}`;

/** A word of the body that a cheat gets wrong. */
const WRONG_BYTE = 700 * 32 + 31;

/** A claim of a real program, with the trace that its provider committed to. */
export interface Submitted extends Omit<Opened, "taskId">, PostedClaim {
  readonly committed: Traces;
}

/** What proves a wrong word. */
export interface Proof {
  readonly target: WordAddress;
  readonly witness: Witness;
}

/** The whole system, a real program, and accounts that hold stake and may take seats. */
export class ChecksWorld {
  readonly bundle: Bundle = sampleBundle(1);
  readonly honest: Traces;
  readonly tasking: TaskDriver;
  readonly #kernel: string;
  readonly #submitted = new Map<bigint, Submitted>();

  private constructor(
    readonly connection: Connection,
    readonly world: World,
    readonly checkers: readonly HardhatEthersSigner[],
    kernel: string,
  ) {
    const { program, input } = this.bundle;
    this.honest = buildTraces(program, input, execute(program, input));
    this.tasking = new TaskDriver(connection, world);
    this.#kernel = kernel;
  }

  /** Every claim is picked unless the test says otherwise. */
  static async deploy(
    connection: Connection,
    sampling = { pickPpm: 1_000_000, checkers: 2 },
    changes: Parameters<typeof marketWorld>[1] = {},
  ): Promise<ChecksWorld> {
    const { ethers } = connection;
    const world = await marketWorld(connection, { checkSampling: sampling, ...changes });
    const kernel = await ethers.deployContract("Requantise");
    await world.kernels.admit(kernel);
    const signers = (await ethers.getSigners()) as HardhatEthersSigner[];
    const checkers = signers.slice(13, 13 + CHECKERS);
    for (const checker of checkers) {
      await world.token.transfer(checker, 10_000n * MILL);
      await world.token.connect(checker).approve(world.staking, ethers.MaxUint256);
      await world.staking.connect(checker).register("");
      await world.staking.connect(checker).stake(10_000n * MILL);
    }
    return new ChecksWorld(connection, world, checkers, await kernel.getAddress());
  }

  get now(): Promise<number> {
    return this.connection.networkHelpers.time.latest();
  }

  async pass(seconds: number): Promise<void> {
    await this.connection.networkHelpers.time.increase(seconds);
  }

  async passTo(second: number | bigint): Promise<void> {
    if (Number(second) > (await this.now)) await this.connection.networkHelpers.time.increaseTo(second);
  }

  /** Gives everybody a new seat. */
  async seatAll(): Promise<void> {
    for (const checker of this.checkers) await this.world.seats.connect(checker).takeSeat(0);
  }

  /** A task of the program whose result was submitted by alice, with a wrong word on request. */
  async submitted(
    changes: Partial<ITaskBook.TaskTermsStruct> = {},
    options: { isWrong?: boolean } = {},
  ): Promise<Submitted> {
    const { program } = this.bundle;
    const terms = { programHash: program.hash, inputRoot: this.honest.input.root, rampSeconds: 0, ...changes };
    const opened = await this.tasking.open(terms);
    await this.tasking.accept(opened, true, NODE_OF_ALICE);
    const committed = options.isWrong === true ? this.wrongTraces() : this.honest;
    const { tasks, claims, alice } = this.world;
    const bodyRoot = (committed.body as TraceTree).root;
    const { root } = committed.output;
    await (await tasks.connect(alice).submit(opened.taskId, opened.order, program.header, bodyRoot, root)).wait();
    const claimId = await tasks.claimIdOf(opened.taskId, 1);
    const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
    if (posted === undefined) throw new Error("the claim was not posted");
    const submitted = { ...opened, ...posted, committed };
    this.#submitted.set(claimId, submitted);
    return submitted;
  }

  /** What was submitted before, by its claim. */
  submittedOrder(claimId: bigint): Submitted {
    const submitted = this.#submitted.get(claimId);
    if (submitted === undefined) throw new Error("nothing was submitted");
    return submitted;
  }

  /** The trace with one wrong word. */
  wrongTraces(): Traces {
    const { program, input } = this.bundle;
    const execution = execute(program, input);
    const body = Uint8Array.from(execution.body);
    body[WRONG_BYTE] = (body[WRONG_BYTE] ?? 0) ^ 1;
    return buildTraces(program, input, { body, output: execution.output });
  }

  /** Waits for a second and records its value. */
  async recordAt(second: number | bigint): Promise<void> {
    await this.passTo(second);
    const { beacon } = this.world;
    const block = await findBeaconBlock(this.connection.ethers.provider, Number(second));
    if (block === undefined) throw new Error("no block yet");
    await beacon.record(second, block.blockNumber, block.header, block.parentHeader);
  }

  /** Records the value that a claim waits for. */
  async recordPick({ claimId, claim }: Submitted): Promise<void> {
    await this.recordAt((await this.world.checks.drawnFor(claimId, claim)).pickAt);
  }

  /** Draws a claim's checkers; their accounts, by place. */
  async draw(submitted: Submitted): Promise<HardhatEthersSigner[]> {
    const { checks } = this.world;
    await this.recordPick(submitted);
    await checks.draw(submitted.claimId, submitted.claim);
    return this.drawnFor(submitted.claimId);
  }

  async drawnFor(claimId: bigint): Promise<HardhatEthersSigner[]> {
    const { checks, seats } = this.world;
    const { count, seats: ids } = await checks.checkOf(claimId);
    const accounts = await Promise.all(ids.slice(0, Number(count)).map(async (id) => (await seats.seatOf(id)).account));
    return accounts.map((account) => {
      const signer = [...this.checkers, this.world.alice, this.world.buyer].find(({ address }) => address === account);
      if (signer === undefined) throw new Error(`nobody has the seat of ${account}`);
      return signer;
    });
  }

  /** A checker's own tree over the body of some traces. */
  salted(claimId: bigint, account: string, traces: Traces = this.honest): TraceTree {
    return saltedTree(claimId, account, (traces.body as TraceTree).words);
  }

  async commit(
    { claimId }: Submitted,
    place: number,
    checker: HardhatEthersSigner,
    traces: Traces = this.honest,
  ): Promise<ContractTransactionResponse> {
    const { root } = this.salted(claimId, checker.address, traces);
    return this.world.checks.connect(checker).commit(claimId, place, root);
  }

  /** Openings of the drawn words, as a checker with some traces makes them. */
  async openings(
    { claimId, claim }: Submitted,
    place: number,
    account: string,
    traces: Traces = this.honest,
  ): Promise<ReturnType<typeof openingsOf>> {
    const { checks } = this.world;
    const { openings } = await checks.rules();
    const region = Number(await checks.regionOf(claim)) as Region;
    const trace = treeOf(traces, region) as TraceTree;
    const positions = await Promise.all(
      Array.from({ length: Number(openings) }, async (_, i) =>
        Number(await checks.positionOf(claimId, place, i, trace.wordCount)),
      ),
    );
    return openingsOf(trace, this.salted(claimId, account, traces), positions);
  }

  async vouch(
    submitted: Submitted,
    place: number,
    checker: HardhatEthersSigner,
    traces: Traces = this.honest,
  ): Promise<ContractTransactionResponse> {
    const openings = await this.openings(submitted, place, checker.address, traces);
    return this.world.checks.connect(checker).vouch(submitted.claimId, submitted.claim, place, openings);
  }

  /** Draws, commits and vouches for a claim by all its checkers, who know the trace that was committed to. */
  async vouched(submitted: Submitted): Promise<HardhatEthersSigner[]> {
    const checkers = await this.draw(submitted);
    for (const [place, checker] of checkers.entries()) {
      await this.commit(submitted, place, checker, submitted.committed);
    }
    await this.recordAt((await this.world.checks.checkOf(submitted.claimId)).openAt);
    for (const [place, checker] of checkers.entries()) {
      await this.vouch(submitted, place, checker, submitted.committed);
    }
    return checkers;
  }

  /** Lets a claim become final, and its job be paid. */
  async finalize(submitted: Submitted): Promise<void> {
    const { claims, tasks } = this.world;
    await this.passTo((await claims.claimOf(submitted.claimId)).quietAt + 1n);
    await tasks.finalize(submitted.taskId, submitted.order);
  }

  /** Closes epochs until so much lies in the pot of the checks. */
  async fillPot(): Promise<bigint> {
    const { settlement, priceOracle, token, checkPot, clock } = this.world;
    const next = Number(await settlement.nextEpochToClose());
    const endAt = clock.genesisAt + (next + 1) * clock.epochSeconds;
    await this.passTo(endAt + 1);
    await settlement.closeEpoch(next, [...(await priceOracle.roundsAt(endAt))]);
    return token.balanceOf(checkPot);
  }

  /** The proof of the wrong word of a trace. */
  proofOf({ committed }: Pick<Submitted, "committed">): Proof {
    const target = findFraud(this.bundle.program, this.honest, committed);
    if (target === undefined) throw new Error("the trace is right");
    return { target, witness: this.witnessOf({ committed }, target) };
  }

  /** What a proof of a word shows, whether it is wrong or not. */
  witnessOf({ committed }: Pick<Submitted, "committed">, target: WordAddress): Witness {
    return makeWitness(this.bundle.program, committed, target, { kernelAddress: () => this.#kernel });
  }

  /** Records a value that picks a claim at a chance so small that an ordinary one would not. */
  async recordPicking({ claimId, claim }: Submitted, pickPpm: bigint): Promise<void> {
    const { ethers, networkHelpers } = this.connection;
    const { pickAt } = await this.world.checks.drawnFor(claimId, claim);
    const coder = ethers.AbiCoder.defaultAbiCoder();
    for (let randao = 1n; ; randao++) {
      const value = ethers.keccak256(coder.encode(["uint256", "uint48"], [randao, pickAt]));
      const luck = BigInt(ethers.keccak256(coder.encode(["bytes32", "uint256", "string"], [value, claimId, "pick"])));
      if (luck % 1_000_000n >= pickPpm) continue;
      await networkHelpers.time.setNextBlockTimestamp(pickAt);
      await networkHelpers.setPrevRandao(randao);
      await networkHelpers.mine();
      return this.recordAt(pickAt);
    }
  }

  /** Commits an account to a proof. */
  async commitToProof(
    claimId: bigint,
    proof: Proof,
    account: HardhatEthersSigner,
  ): Promise<{ lane: bigint; salt: string }> {
    const digest = finishDigest(claimId, proof, account.address, SALT);
    await this.world.claims.connect(account).commit(claimId, digest);
    return { lane: claimId, salt: SALT };
  }
}
