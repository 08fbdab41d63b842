import { ProgramError } from "../errors.ts";
import { fromHex, type Hex, type LaneBits, toHex } from "../words.ts";
import { MAX_PARAMS_BYTES, type Mode, type OperatorDescriptor } from "./descriptor.ts";
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

/** Most letters of a kernel's name. */
const MAX_NAME = 64;

/** Most letters that a message repeats of what it complains about. */
const SHOWN = 80;

/** Reads what `programToJson` wrote, checks it field by field, and recomputes its hash. */
export function programFromJson(json: unknown): Program {
  const { format, programHash, inWords, body, output } = fieldsOf<ProgramJson>(json);
  if (format !== PROGRAM_TAG)
    throw new ProgramError(
      "BAD_FORMAT",
      { field: "format" },
      `the format is ${shown(format)}, not ${PROGRAM_TAG}`,
      "ask the buyer for a program of this format, or use a release that knows the other",
    );
  if (typeof inWords !== "number")
    throw new ProgramError("BAD_BUNDLE", { field: "inWords" }, `${shown(inWords)} is not a number`, HINT);
  for (const [field, list] of Object.entries({ body, output }))
    if (!Array.isArray(list))
      throw new ProgramError("BAD_BUNDLE", { field }, `${shown(list)} is not a list of operators`, HINT);
  const operators = [...(body ?? []), ...(output ?? [])].map(operatorFromJson);
  const bodyCount = body?.length ?? 0;
  const program = new Program(inWords, operators.slice(0, bodyCount), operators.slice(bodyCount));
  if (program.hash !== programHash)
    throw new ProgramError(
      "WRONG_HASH",
      { field: "programHash" },
      `its operators hash to ${program.hash}, its programHash is ${shown(programHash)}`,
      "fetch the program again: it was changed after it was hashed",
    );
  return program;
}

const HINT = "ask the buyer for the job again";
const isHash = (value: unknown): boolean => typeof value === "string" && HASH.test(value);
const isBytes = (value: unknown): boolean =>
  typeof value === "string" && value.length <= 2 + 2 * MAX_PARAMS_BYTES && BYTES.test(value);

/** What each field of an operator has to be; its bounds are `assertDescriptor`'s to check. */
const FIELDS: readonly (readonly [field: keyof OperatorJson, isGood: (value: unknown) => boolean, what: string])[] = [
  ["kernel", (value) => typeof value === "string" && value.length <= MAX_NAME, `a name of at most ${MAX_NAME} letters`],
  ["kernelCodeHash", isHash, "a hash of 64 hexadecimal digits in lower case, 0x before them"],
  ["words", Number.isSafeInteger, "a whole number"],
  ["usedWords", Number.isSafeInteger, "a whole number"],
  ["mode", Number.isSafeInteger, "a whole number"],
  ["pieceLog2", Number.isSafeInteger, "a whole number"],
  ["laneBits", Number.isSafeInteger, "a whole number"],
  ["params", isBytes, `at most ${MAX_PARAMS_BYTES} bytes, hexadecimal in lower case, 0x before them`],
];

function operatorFromJson(json: unknown, operator: number): OperatorDescriptor {
  const fields = fieldsOf<OperatorJson>(json);
  const kernel = typeof fields.kernel === "string" ? oneLine(fields.kernel.slice(0, MAX_NAME)) : undefined;
  for (const [field, isGood, what] of FIELDS)
    if (!isGood(fields[field]))
      throw new ProgramError("BAD_BUNDLE", { operator, kernel, field }, `${shown(fields[field])} is not ${what}`, HINT);
  const { params, ...rest } = fields as OperatorJson;
  return {
    kernel: rest.kernel,
    kernelCodeHash: rest.kernelCodeHash as Hex,
    words: rest.words,
    usedWords: rest.usedWords,
    mode: rest.mode as Mode,
    pieceLog2: rest.pieceLog2,
    laneBits: rest.laneBits as LaneBits,
    params: fromHex(params),
  };
}

/** The fields of whatever stands there: none, unless it is an object. */
function fieldsOf<Fields>(json: unknown): Partial<Fields> {
  return typeof json === "object" && json !== null ? json : {};
}

/** A stranger's value in a message: short, and on one line. What may be endless or deep is not written out. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = String(value);
  return oneLine(text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`);
}

/** Without line breaks, and without what a terminal would take for an order. */
function oneLine(text: string): string {
  return text.replace(/\p{C}/gu, "\ufffd");
}
