import { readFileSync } from "node:fs";

import {
  bondToSend,
  finishDigestOf,
  firstDigest,
  firstWrongCheckpoint,
  machineProgramHash,
  nextRunMove,
  type PostedRun,
  programValues,
  type ProgramValues,
  readRun,
  RunHistory,
  type RunMove,
  type RunValues,
  runValues,
  type Segment,
  stepEvidence,
  type States,
  stepsWithin,
} from "@millrace/jobs";
import { inputRoot, type MachineProgram, programOfElf, type Trace } from "@millrace/rv32";
import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionReceipt, type ContractTransactionResponse, hexlify, id } from "ethers";

import type { TermsStruct } from "../../../typechain-types/contracts/claims/RunClaims.js";
import type { AgentBook, RunClaims, Rv32Verifier, StakingRecorder } from "../../../typechain-types/index.js";
import { BRANCH_BOND, JOB_BOND, POST, RESPONSE_SECONDS, WINDOW_SECONDS } from "./claims.js";

const NODE_ID = 7n;
const SALT = id("salt");

/** What a game needs of the chain that it is played on. */
export interface GameWorld {
  readonly ethers: HardhatEthers;
  readonly claims: RunClaims;
  readonly provider: HardhatEthersSigner;
  readonly challenger: HardhatEthersSigner;
  readonly codeHash: string;
}

/** The game with stand-ins for staking and the node registry; a key that holds POST stands for the market. */
export interface RunsWorld extends GameWorld {
  readonly verifier: Rv32Verifier;
  readonly staking: StakingRecorder;
  readonly agents: AgentBook;
  readonly market: HardhatEthersSigner;
  readonly agent: HardhatEthersSigner;
  readonly buyer: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
}

export async function deployRuns(ethers: HardhatEthers): Promise<RunsWorld> {
  const signers = await ethers.getSigners();
  const [deployer, market, provider, agent, buyer, challenger, stranger, governor] = signers;
  const verifier = await ethers.deployContract("Rv32Verifier");
  const staking = await ethers.deployContract("StakingRecorder");
  const agents = await ethers.deployContract("AgentBook");
  const authority = await ethers.deployContract("AccessManager", [governor]);
  const setting = {
    deployer,
    authority,
    staking,
    verifier,
    branchBondWei: BRANCH_BOND,
    rewards: { cap: JOB_BOND, moveRefund: 0n },
    forcedInclusionSeconds: 0,
  };
  const claims = await ethers.deployContract("RunClaims", [setting, agents]);
  await claims.wire(market, POST);
  await claims.seal();
  await agents.setAgent(NODE_ID, agent);
  const codeHash = await claims.VERIFIER_CODE_HASH();
  return { ethers, claims, verifier, staking, agents, market, provider, agent, buyer, challenger, stranger, codeHash };
}

/** What a run is about. */
export interface Job {
  readonly program: MachineProgram;
  readonly input: Uint8Array;
}

/** A small program that has something to do: a sort that a compiler made. */
export const SORTING: Job = {
  program: programOfElf(readFileSync(new URL("../../packages/rv32/guests/sorting-O2.elf", import.meta.url)), {
    depth: 10,
    maxSteps: 100_000n,
  }),
  input: Uint8Array.of(7),
};

/** Arguments of `post` after the claim's id. */
export function postArguments(
  { provider, buyer, codeHash }: RunsWorld,
  { program, input }: Job,
  trace: Trace,
): readonly [TermsStruct, bigint, ProgramValues, RunValues] {
  const values = programValues(program, codeHash);
  const terms = {
    programHash: machineProgramHash(values),
    inputRoot: hexlify(inputRoot(program, input)),
    provider: provider.address,
    buyer: buyer.address,
    bond: JOB_BOND,
    windowSeconds: WINDOW_SECONDS,
    responseSeconds: RESPONSE_SECONDS,
    isPrivate: false,
  };
  return [terms, NODE_ID, values, runValues(trace)] as const;
}

/** The game about one claim, with an honest challenger and whatever its provider says. */
export class RunGame {
  readonly history: RunHistory;
  /** Gas of each call, in order. */
  readonly gas: { readonly call: string; readonly used: bigint }[] = [];

  constructor(
    readonly world: GameWorld,
    readonly posted: PostedRun,
    readonly theirs: States,
    readonly honest: States,
  ) {
    this.history = new RunHistory(posted.claimId, posted.block);
  }

  /** Posts a trace as the market would. */
  static async post(
    world: RunsWorld,
    claimId: bigint,
    job: Job,
    trace: Trace,
    states: { theirs: States; honest: States },
  ): Promise<RunGame> {
    await world.claims.connect(world.market).post(claimId, ...postArguments(world, job, trace));
    const [posted] = await readRun(world.claims, { claimId, fromBlock: 0 });
    return new RunGame(world, posted, states.theirs, states.honest);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  /** The next move of an honest challenger; undefined if the claim is right. */
  async nextMove(): Promise<RunMove | undefined> {
    const { claims, ethers } = this.world;
    const block = (await ethers.provider.getBlock("latest"))!;
    await this.history.readTo(claims, block.number);
    const wrong = await firstWrongCheckpoint(this.posted, this.honest);
    if (wrong === undefined) return undefined;
    const { posted, history, honest } = this;
    return nextRunMove({ posted, history, honest, now: block.timestamp }, wrong);
  }

  /** Makes a move of a challenger. */
  async play(move: RunMove, by = this.world.challenger): Promise<void> {
    const { claimId } = this;
    const { claim } = this.posted;
    const claims = this.world.claims.connect(by);
    const value = await bondToSend(claims, this.world.ethers.provider, claimId);
    const reveal = { lane: claimId, salt: SALT };
    switch (move.kind) {
      case "pointTop": {
        const digest = firstDigest(move.branchId, by.address, SALT);
        await this.#sent("commit", claims.commit(claimId, digest));
        const { index, ends, siblings } = move;
        await this.#sent("pointTop", claims.pointTop(claimId, claim, index, ends, siblings, reveal, { value }));
        return;
      }
      case "point": {
        const { parent, index, ends, siblings } = move;
        await this.#sent("point", claims.point(claimId, parent, index, ends, siblings, { value }));
        return;
      }
      case "prove": {
        const evidence = stepEvidence(move.proof.step, move.next);
        await this.#sent("commit", claims.commit(claimId, finishDigestOf(claimId, evidence, by.address, SALT)));
        await this.#sent("prove", claims.prove(claimId, claim, move.proof, move.witness, reveal));
        return;
      }
      case "timeout":
        await this.#sent("timeout", claims.timeout(claimId, claim, move.step, move.path));
        return;
      case "wait":
      case "tooLate":
        throw new Error(`a challenger cannot ${move.kind}`);
    }
  }

  /** Opens what waits as the provider has it, and says how much that was. */
  async answer(by = this.world.provider): Promise<number> {
    const { claims, ethers } = this.world;
    await this.history.readTo(claims, await ethers.provider.getBlockNumber());
    const pending = this.history.pending();
    for (const { segment } of pending) await this.open(segment, by);
    return pending.length;
  }

  /** Opens a segment as the provider has it. */
  async open(segment: Segment, by = this.world.provider): Promise<void> {
    const { claims } = this.world;
    const states = await this.statesOf(segment);
    await this.#sent("open", claims.connect(by).open(this.claimId, this.posted.claim, segment, states));
  }

  /** What the provider shows of a segment: its own states, but the last, which it is bound to. */
  async statesOf(segment: Segment): Promise<string[]> {
    const states = await this.theirs.states(stepsWithin(segment));
    return [...states.slice(0, -1).map((state) => hexlify(state)), segment.last];
  }

  /** Plays to the end, the provider answering; says whether the claim fell. */
  async playOut(): Promise<boolean> {
    for (;;) {
      const move = await this.nextMove();
      if (move === undefined) return false;
      if (move.kind === "wait") await this.answer();
      else await this.play(move);
      if (move.kind === "prove" || move.kind === "timeout") return true;
    }
  }

  /** Gas of the whole dispute, both sides together. */
  gasTotal(): bigint {
    return this.gas.reduce((sum, { used }) => sum + used, 0n);
  }

  async #sent(call: string, sending: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
    const receipt = (await (await sending).wait())!;
    this.gas.push({ call, used: receipt.gasUsed });
    return receipt;
  }
}
