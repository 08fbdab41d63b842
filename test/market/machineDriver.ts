import { machineProgramHash, programValues, type ProgramValues, readRun, runValues } from "@millrace/jobs";
import { inputRoot, type Trace } from "@millrace/rv32";
import { hexlify } from "ethers";

import { type GameWorld, type Job, RunGame } from "../claims/support/runs.js";
import type { ITaskBook } from "../../typechain-types/index.js";
import type { States } from "@millrace/jobs";
import type { Connection } from "../support/deployMillrace.js";
import { taskTerms, type World } from "./marketFixture.js";
import { NODE_OF_ALICE, type Opened } from "./taskDriver.js";

/** Brings tasks of the machine market to a claim, and into a game. */
export class MachineDriver {
  constructor(
    readonly connection: Connection,
    readonly world: World,
  ) {}

  /** What an order says of a job. */
  async program({ program }: Job): Promise<ProgramValues> {
    return programValues(program, await this.world.runs.VERIFIER_CODE_HASH());
  }

  async open(job: Job, changes: Partial<ITaskBook.TaskTermsStruct> = {}): Promise<Opened> {
    const { machines, buyer } = this.world;
    const program = await this.program(job);
    const terms = taskTerms({
      programHash: machineProgramHash(program),
      inputRoot: hexlify(inputRoot(job.program, job.input)),
      ...changes,
    });
    await machines.connect(buyer).open(terms, program);
    const taskId = await machines.taskCount();
    const [event] = await machines.queryFilter(machines.filters.TaskOpened(taskId));
    const { openedAt, feePpm, bondRule } = event.args.snapshot;
    const { floor, detectionPpm } = bondRule;
    const snapshot = { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } };
    return { taskId, order: { terms, snapshot } };
  }

  async accept(
    { taskId, order }: Opened,
    holdsData = true,
    nodeId = NODE_OF_ALICE,
    caller = this.world.alice,
  ): Promise<void> {
    await this.world.machines.connect(caller).accept(taskId, order, nodeId, holdsData);
  }

  /** @returns id of the claim */
  async submit({ taskId, order }: Opened, job: Job, trace: Trace, caller = this.world.alice): Promise<bigint> {
    const { machines } = this.world;
    await machines.connect(caller).submit(taskId, order, await this.program(job), runValues(trace));
    return machines.claimIdOf(taskId, (await machines.taskOf(taskId)).attempt);
  }

  /** The game about a claim, between its provider and a challenger. */
  async game(claimId: bigint, states: { theirs: States; honest: States }): Promise<RunGame> {
    const { runs, alice, challenger } = this.world;
    const [posted] = await readRun(runs, { claimId, fromBlock: 0 });
    const codeHash = await runs.VERIFIER_CODE_HASH();
    const { ethers } = this.connection;
    const world: GameWorld = { ethers, claims: runs, provider: alice, challenger, codeHash };
    return new RunGame(world, posted, states.theirs, states.honest);
  }
}
