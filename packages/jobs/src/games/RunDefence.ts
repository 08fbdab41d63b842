import type { MachineProgram } from "@millrace/rv32";
import { frameInput, layoutOf } from "@millrace/rv32";
import { Region } from "@millrace/tensor";
import { type ContractTransaction, hexlify } from "ethers";

import type { IRunClaims } from "../../../../typechain-types/index.js";
import { type States, stepsWithin } from "../runs/nextRunMove.js";
import type { PostedRun } from "../runs/readRun.js";
import { regionTree } from "../runs/regionTree.js";
import { RunHistory } from "../runs/RunHistory.js";
import { chunkOf } from "./chunks.js";
import type { Defence, Question } from "./Defence.js";

/** What was run, and the states that were claimed: the provider's own execution. */
export interface ClaimedRun extends States {
  /** The claimed output's quarter of the memory, without zeros at its end. */
  region(): Promise<Uint8Array> | Uint8Array;
}

interface RunJob {
  readonly program: MachineProgram;
  readonly input: Uint8Array;
}

/** A provider's answers about a run of a machine. */
export class RunDefence implements Defence {
  readonly #history: RunHistory;

  constructor(
    readonly game: IRunClaims,
    private readonly posted: PostedRun,
    private readonly job: RunJob | (() => Promise<RunJob>),
    private readonly run: ClaimedRun,
  ) {
    this.#history = new RunHistory(posted.claimId, posted.block);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get provider(): string {
    return this.posted.provider;
  }

  async questions(block: number): Promise<Question[]> {
    await this.#history.readTo(this.game, block);
    const { claimId } = this;
    const { claim } = this.posted;
    const segments = this.#history.pending().map(({ segment, answerBy }): Question => ({
      what: `segment ${segment.position} of 2^${segment.log2} steps`,
      answerBy,
      answer: async () => {
        const states = (await this.run.states(stepsWithin(segment))).map((state) => hexlify(state));
        // The chain holds its last state to be the claimed one: another here is a fault of this machine.
        if (states.at(-1) !== segment.last) return undefined;
        return this.game.open.populateTransaction(claimId, claim, segment, states);
      },
    }));
    const demands = this.#history.demands().filter(({ words }) => words === undefined);
    const chunks = demands.map(({ region, chunk, answerBy }): Question => ({
      what: `chunk ${region}/${chunk}`,
      answerBy,
      answer: async () => {
        const { words, siblings } = await this.#chunkOf(region, chunk);
        return this.game.deliver.populateTransaction(claimId, claim, region, chunk, words, siblings);
      },
    }));
    return [...segments, ...chunks];
  }

  async ids(block: number): Promise<string[]> {
    await this.#history.readTo(this.game, block);
    return [...this.#history.ids(), ...this.#history.demands().map(({ demandId }) => demandId)];
  }

  withdrawal(ids: string[]): Promise<ContractTransaction> {
    const { claimId, provider } = this;
    return this.game.withdrawBonds.populateTransaction(claimId, this.posted.claim, ids, provider, provider);
  }

  async #chunkOf(region: number, chunk: number): Promise<ReturnType<typeof chunkOf>> {
    const { program, input } = typeof this.job === "function" ? await this.job() : this.job;
    const isInput = region === (Region.Input as number);
    const bytes = isInput ? frameInput(input, layoutOf(program.depth).regionBytes) : await this.run.region();
    return chunkOf(regionTree(program, bytes), chunk);
  }
}
