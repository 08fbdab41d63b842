import type { States } from "@millrace/jobs";
import {
  type Execution,
  hashState,
  isDistance,
  type MachineProgram,
  type StepWitness,
  type Trace,
} from "@millrace/rv32";
import { getBytes, id } from "ethers";

/** Where a state has its number of steps. */
const STEP_AT = 36;

/**
 * A run of any number of steps, wrong from one on: its states are made up, but for the one before that step, which is a
 * real one of a small run. Nobody looks at a made-up state but by its hash, so all sizes and costs are those of a real run.
 */
export class HugeRun implements States {
  /** @param wrongStep - the state after it is the first that is wrong */
  constructor(
    private readonly small: { readonly execution: Execution; readonly step: bigint },
    private readonly wrongStep: bigint,
    private readonly side: "theirs" | "honest",
  ) {}

  states(steps: readonly bigint[]): Uint8Array[] {
    return steps.map((step) => {
      if (step < this.wrongStep - 1n) return madeUp(step, "both");
      const { execution, step: real } = this.small;
      if (step === this.wrongStep - 1n) return hashState(execution.witness(real).state);
      // After the step the honest side has what the chain computes.
      if (step === this.wrongStep && this.side === "honest") return execution.states([real + 1n])[0]!;
      return madeUp(step, this.side);
    });
  }

  witness(): StepWitness {
    return this.small.execution.witness(this.small.step);
  }

  /** What its provider claims of so many steps, with as few openings as 256 checkpoints allow. */
  trace(steps: bigint, final: Trace["final"], program: MachineProgram): Trace {
    if (steps > program.maxSteps) throw new RangeError("the program may not do so many steps");
    const countAt = (log2: number) => Number((steps + (1n << BigInt(log2)) - 1n) >> BigInt(log2));
    let log2 = 5;
    while (countAt(log2) > 256 || !isDistance(log2, countAt(log2))) log2 += 1;
    const count = countAt(log2);
    const checkpoints = this.states(Array.from({ length: count }, (_, i) => BigInt(i + 1) << BigInt(log2)));
    const state = Uint8Array.from(final.state);
    new DataView(state.buffer).setBigUint64(STEP_AT, steps);
    checkpoints[count - 1] = hashState(state);
    return { log2, checkpoints, final: { ...final, state, steps } };
  }
}

function madeUp(step: bigint, side: "both" | "theirs" | "honest"): Uint8Array {
  return getBytes(id(`${side} ${step}`));
}
