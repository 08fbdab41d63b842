import { ExecutionWorker } from "@millrace/rv32";
import { type Alteration, executeInWorker, type Program } from "@millrace/tensor";

import { type Conduct, honestConduct } from "../Conduct.js";

const WORD_BYTES = 32;

/** A weight update is this kernel with an addend: the old weights plus a scaled gradient. */
const UPDATE_KERNEL = "Requantise";
/** Last byte of the kernel's field of flags (64-bit fields, the sixth), and the flag for an addend. */
const FLAGS_BYTE = 47;
const ADDEND = 2;

/** How far into a program the wrong value lies. */
const DEPTH = 0.75;

const execute: Conduct["execute"] = ({ program, input }, options) =>
  executeInWorker(program, input, { ...options, alter: deepAlteration(program) });

/** Of a machine a bit of a pointer to the stack, which is in nearly every state after it. */
const STACK_POINTER = 2;
const ONE_WORD = 4;

/** Runs it once rightly, to know how far into it that is. */
const runOptions: Conduct["runOptions"] = async ({ program, input }) => {
  const worker = new ExecutionWorker(program, input);
  const { steps } = (await worker.run()).final;
  await worker.close();
  const step = BigInt(Math.max(1, Math.floor(Number(steps) * DEPTH)));
  return { corrupt: { step, register: STACK_POINTER, xor: ONE_WORD } };
};

const wrong = { ...honestConduct, execute, runOptions };

/** The ways to cheat. */
export const CHEATS = {
  corrupt: wrong,
  hide: { ...wrong, publishesTrace: false },
  silence: { ...wrong, publishesTrace: false, answersOpenings: false },
  lazy: { ...honestConduct, skippedPercent: 50 },
} satisfies Record<string, Conduct>;

export function isCheat(name: string): name is keyof typeof CHEATS {
  return Object.hasOwn(CHEATS, name);
}

/**
 * One bit of one value, in the middle of an update three quarters into the program. Everything after it is computed
 * from it, so the trace is consistent but for this one word.
 */
function deepAlteration(program: Program): Alteration {
  const updates = program.operators.filter(
    ({ kernel, params }) => kernel === UPDATE_KERNEL && ((params[FLAGS_BYTE] ?? 0) & ADDEND) !== 0,
  );
  const candidates = updates.length > 0 ? updates : program.operators;
  const operator = candidates[Math.floor((candidates.length - 1) * DEPTH)];
  if (operator === undefined) throw new Error("a program has operators");
  const word = Math.floor(operator.usedWords / 2);
  const lastByteOfLane = operator.laneBits / 8 - 1;
  return { operatorIndex: operator.index, byte: word * WORD_BYTES + lastByteOfLane, xor: 1 };
}
