import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import {
  encodeStep,
  machineProgramHash,
  type PostedClaim,
  readClaim,
  readRun,
  runValues,
  runWords,
  saltedRun,
  type States,
  stepOpenings,
} from "@millrace/jobs";
import { encodeState, hashState, MAX_JOB_DEPTH, Status } from "@millrace/rv32";
import { programHash } from "@millrace/tensor";
import { type ContractTransactionResponse, concat, getBytes, hexlify, keccak256 } from "ethers";

import type { ICheckGame, ResultChecks, RunChecks } from "../../typechain-types/index.js";
import { taskTerms } from "../market/marketFixture.js";
import { NODE_OF_ALICE } from "../market/taskDriver.js";
import { type Connection, PARAMETERS } from "../support/deployMillrace.js";
import { ChecksWorld } from "./checksFixture.js";

/** Most openings that a deployment can ask for. */
const MAX_OPENINGS = 16;
/** Levels over the most words that a trace can have. */
const TRACE_DEPTH = 40;
/** Most checkpoints of a run. */
const CHECKPOINTS = 256;
/** They are as near as they can be. */
const SEGMENT_LOG2 = 5;

/** `sw x8, 0(x6)`, little-endian: to store is the dearest step, as it hashes three paths through the memory. */
const STORE = Uint8Array.of(0x23, 0x20, 0x83, 0x00);
/** An address that can be stored to, and a number of steps: calldata without zeros cost most. */
const ADDRESS = 0x0404_0404;
const STEPS = 0x0404_0404_0404n;

const WORD = `0x${"ff".repeat(32)}`;

/** A tree all of whose words are the same: its root, and what lies beside every path, bottom up. */
interface Uniform {
  readonly root: string;
  readonly siblings: string[];
}

/** What a vouch costs. */
export interface VouchCost {
  readonly gas: number;
  readonly calldataBytes: number;
}

/**
 * The dearest vouches: as many openings as a deployment can ask for, trees as deep as they can be, sent by an operator.
 * All leaves of a tree are the same, so that one over 2^40 words can be had; paths are as long as ever, and not zero.
 */
export class WorstVouch {
  private constructor(
    private readonly at: ChecksWorld,
    private readonly checker: HardhatEthersSigner,
    private readonly operator: HardhatEthersSigner,
    private readonly openings: number,
  ) {}

  static async deploy(connection: Connection, openings = MAX_OPENINGS): Promise<WorstVouch> {
    const checkRules = { ...PARAMETERS.checkRules, openings };
    const at = await ChecksWorld.deploy(connection, { pickPpm: 1_000_000, checkers: 1 }, { checkRules });
    const [checker] = at.checkers;
    const operator = at.world.stranger;
    if (checker === undefined) throw new Error("nobody can check");
    await at.world.seats.connect(checker).takeSeat(0);
    await at.world.staking.connect(checker).setOperator(operator);
    return new WorstVouch(at, checker, operator, openings);
  }

  /** For a tensor program with as many words as there can be. */
  async ofResult(): Promise<VouchCost> {
    const { tasking, bundle, world } = this.at;
    const { alice, checks, claims, tasks } = world;
    const small = 32;
    const header = {
      ...bundle.program.header,
      ...{ inWords: small, outWords: small, bodyWords: 2 ** TRACE_DEPTH - 2 * small },
    };
    const opened = await tasking.open({ programHash: programHash(header), rampSeconds: 0 });
    await tasking.accept(opened, true, NODE_OF_ALICE);
    const { root, siblings } = uniformTrace(WORD);
    await tasks.connect(alice).submit(opened.taskId, opened.order, header, root, root);
    const claimId = await tasks.claimIdOf(opened.taskId, 1);
    const { claim } = (await readClaim(claims, { claimId, fromBlock: 0 }))[0] as PostedClaim;

    await this.at.recordAt((await checks.drawnFor(claimId, claim)).pickAt);
    await checks.draw(claimId, claim);
    const salted = uniformTrace(await checks.leafOf(claimId, this.checker, WORD));
    await this.#commit(checks, claimId, salted.root);
    const opening = { word: WORD, siblings, saltedSiblings: salted.siblings };
    const openings = Array.from({ length: this.openings }, () => opening);
    return await costOf(checks.connect(this.operator).vouch(claimId, claim, 0, openings));
  }

  /** For a run of as many checkpoints as there can be, over the largest memory, each step a store. */
  async ofRun(): Promise<VouchCost> {
    const { alice, buyer, machine, machines, runs, runChecks: checks } = this.at.world;
    const code = concat(Array.from({ length: 8 }, () => STORE));
    const memory = uniform(code, MAX_JOB_DEPTH);
    const codeHash = await runs.VERIFIER_CODE_HASH();
    const program = { codeHash, imageRoot: memory.root, maxSteps: 2n ** 43n, entry: 0, depth: MAX_JOB_DEPTH };
    const terms = taskTerms({ programHash: machineProgramHash(program as never), rampSeconds: 0 });
    await machines.connect(buyer).open(terms, program);
    const taskId = await machines.taskCount();
    const [event] = await machines.queryFilter(machines.filters.TaskOpened(taskId));
    if (event === undefined) throw new Error("the task was not opened");
    const { openedAt, feePpm, bondRule } = event.args.snapshot;
    const { floor, detectionPpm } = bondRule;
    const order = { terms, snapshot: { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } } };
    await machines.connect(alice).accept(taskId, order, NODE_OF_ALICE, true);

    const state = stateOf(memory.root, Status.Running);
    const end = stateOf(memory.root, Status.Exited);
    const checkpoints = Array.from({ length: CHECKPOINTS }, (_, i) => hashState(i < CHECKPOINTS - 1 ? state : end));
    // The output is a quarter of the memory.
    const [outputRoot, half] = memory.siblings.slice(-2).map((node) => getBytes(node)) as [Uint8Array, Uint8Array];
    const final = { state: end, steps: STEPS, status: Status.Exited, exitCode: 0, outputRoot };
    const trace = { log2: SEGMENT_LOG2, checkpoints, final: { ...final, outputSiblings: [outputRoot, half] } };
    await machines.connect(alice).submit(taskId, order, program, runValues(trace));
    const claimId = await machines.claimIdOf(taskId, 1);
    const [posted] = await readRun(runs, { claimId, fromBlock: 0 });
    if (posted === undefined) throw new Error("the run was not posted");
    const { claim } = posted;

    await this.at.recordAt((await checks.drawnFor(claimId, claim)).pickAt);
    await checks.draw(claimId, claim);
    const path = memory.siblings.map((node) => getBytes(node));
    const [leaf, account] = [getBytes(code), this.checker.address];
    const step = { state, code: leaf, codeSiblings: path, data: leaf, dataSiblings: path };
    const [, next] = await machine.stepOf(claim.program, encodeStep(step));
    const execution: States = { states: (at) => at.map(() => getBytes(next)), witness: () => step };
    const salted = await saltedRun(posted, account, execution);
    await this.#commit(checks, claimId, hexlify(salted.root));
    const positions = await Promise.all(
      Array.from({ length: this.openings }, async (_, i) =>
        Number(await checks.positionOf(claimId, 0, i, runWords(posted))),
      ),
    );
    const openings = await stepOpenings(posted, execution, salted, positions);
    return await costOf(checks.connect(this.operator).vouch(claimId, claim, 0, openings));
  }

  /** Commits to a root, and waits for the second value. */
  async #commit(checks: ResultChecks | RunChecks, claimId: bigint, root: string): Promise<void> {
    await (checks.connect(this.operator) as ICheckGame).commit(claimId, 0, root);
    await this.at.recordAt((await checks.checkOf(claimId)).openAt);
  }
}

function uniform(leaf: string, depth: number): Uniform {
  const siblings: string[] = [];
  let root = leaf;
  for (let level = 0; level < depth; level++) {
    siblings.push(root);
    root = keccak256(concat([root, root]));
  }
  return { root, siblings };
}

/** As large as traces can be, with eight words in a leaf. */
function uniformTrace(word: string): Uniform {
  const others = Array.from({ length: 7 }, () => word);
  const above = uniform(keccak256(concat([word, ...others])), TRACE_DEPTH - 3);
  return { root: above.root, siblings: [...others, ...above.siblings] };
}

function stateOf(memoryRoot: string, status: Status): Uint8Array {
  const registers = new Uint32Array(32).fill(ADDRESS, 1);
  return encodeState({ pc: ADDRESS, steps: STEPS, status, registers }, getBytes(memoryRoot));
}

async function costOf(sending: Promise<ContractTransactionResponse>): Promise<VouchCost> {
  const sent = await sending;
  const receipt = await sent.wait();
  if (receipt === null) throw new Error("the vouch was not mined");
  return { gas: Number(receipt.gasUsed), calldataBytes: getBytes(sent.data).length };
}
