import { TensorError } from "../errors.ts";
import { fromHex, type Hex, type LaneBits, toHex } from "../words.ts";
import type { OperatorDescriptor } from "./descriptor.ts";
import { Program, PROGRAM_TAG } from "./Program.ts";

/** `job.json`: a program as text. The header and the hash are repeated so that a reader can tell damage from another job. */
export interface ProgramJson {
  readonly format: string;
  readonly programHash: string;
  readonly inputRoot?: string;
  readonly inWords: number;
  readonly body: readonly OperatorJson[];
  readonly output: readonly OperatorJson[];
  /** For people and tools, not hashed: what the job is and how to read its result. */
  readonly about?: unknown;
}

interface OperatorJson {
  readonly kernel: string;
  readonly kernelCodeHash: string;
  readonly words: number;
  readonly usedWords: number;
  readonly mode: number;
  readonly pieceLog2: number;
  readonly laneBits: number;
  readonly params: string;
}

export function programToJson(program: Program): ProgramJson {
  const operators = program.operators.map(
    ({ kernel, kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params }): OperatorJson => ({
      kernel,
      kernelCodeHash,
      words,
      usedWords,
      mode,
      pieceLog2,
      laneBits,
      params: toHex(params),
    }),
  );
  const firstOutput = program.operators.findIndex(
    ({ start }) => start >= program.header.inWords + program.header.bodyWords,
  );
  return {
    format: PROGRAM_TAG,
    programHash: program.hash,
    inWords: program.header.inWords,
    body: operators.slice(0, firstOutput),
    output: operators.slice(firstOutput),
  };
}

const HASH = /^0x[0-9a-f]{64}$/;
const BYTES = /^0x([0-9a-f]{2})*$/;

/** Reads what `programToJson` wrote, checks it, and recomputes its hash. */
export function programFromJson(json: unknown): Program {
  const { format, programHash, inWords, body, output } = fieldsOf<ProgramJson>(json);
  if (format !== PROGRAM_TAG) throw bad(`the format is ${String(format)}, not ${PROGRAM_TAG}`);
  if (typeof inWords !== "number" || !Array.isArray(body) || !Array.isArray(output))
    throw bad("inWords, body or output is missing");
  const program = new Program(inWords, body.map(operatorFromJson), output.map(operatorFromJson));
  if (program.hash !== programHash)
    throw bad(`its operators hash to ${program.hash}, its programHash is ${String(programHash)}`);
  return program;
}

function operatorFromJson(json: unknown, index: number): OperatorDescriptor {
  const { kernel, kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params } = fieldsOf<OperatorJson>(json);
  const numbers = [words, usedWords, mode, pieceLog2, laneBits];
  if (typeof kernel !== "string" || !numbers.every(Number.isSafeInteger) || (mode !== 0 && mode !== 1))
    throw bad(`operator ${index} is not complete`);
  if (!HASH.test(kernelCodeHash ?? "") || !BYTES.test(params ?? ""))
    throw bad(`operator ${index} has a code hash or params that are not hexadecimal`);
  return {
    kernel,
    kernelCodeHash: kernelCodeHash as Hex,
    words: words ?? 0,
    usedWords: usedWords ?? 0,
    mode,
    pieceLog2: pieceLog2 ?? 0,
    laneBits: laneBits as LaneBits,
    params: fromHex(params ?? "0x"),
  };
}

/** The fields of whatever stands there: none, unless it is an object. */
function fieldsOf<Fields>(json: unknown): Partial<Fields> {
  return typeof json === "object" && json !== null ? json : {};
}

function bad(message: string): TensorError {
  return new TensorError("BAD_BUNDLE", message, "ask the buyer for the job again");
}
