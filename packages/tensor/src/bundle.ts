import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { TensorError } from "./errors.ts";
import type { Program } from "./program/Program.ts";
import { programFromJson, programToJson } from "./program/programJson.ts";
import { keccak256Hex } from "./trace/keccak.ts";
import { TraceTree } from "./trace/TraceTree.ts";
import type { Hex } from "./words.ts";

export const JOB_FILE = "job.json";
export const INPUT_FILE = "input.bin";

/** A job as the buyer serves it: the program, its input, and free-form notes on what it is. */
export interface Bundle {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about?: unknown;
}

export interface EncodedBundle {
  readonly job: Uint8Array;
  readonly input: Uint8Array;
  /** `keccak256` of the bytes of job.json: the `bundleHash` of an order. */
  readonly bundleHash: Hex;
  readonly programHash: Hex;
  readonly inputRoot: Hex;
}

export function encodeBundle({ program, input, about }: Bundle): EncodedBundle {
  program.assertInput(input);
  const inputRoot = TraceTree.build(input).root;
  const job = Buffer.from(`${JSON.stringify({ ...programToJson(program), inputRoot, about })}\n`);
  return { job, input, bundleHash: keccak256Hex(job), programHash: program.hash, inputRoot };
}

/** Reads the two files of a bundle; the input must be the one that job.json names. */
export function decodeBundle(job: Uint8Array, input: Uint8Array): Bundle {
  const { program, inputRoot, about } = decodeJob(job);
  program.assertInput(input);
  const { root } = TraceTree.build(input);
  if (root !== inputRoot)
    throw new TensorError("BAD_INPUT", `the input has the root ${root}, not ${String(inputRoot)}`, "fetch it again");
  return { program, input, about };
}

/** What a job file says alone: the program, and the root of an input that is elsewhere. @throws TensorError BAD_BUNDLE */
export function decodeJob(job: Uint8Array): Pick<Bundle, "about" | "program"> & { readonly inputRoot: unknown } {
  const json = parseJob(job);
  return { program: programFromJson(json), inputRoot: json.inputRoot, about: json.about };
}

const BYTE_ORDER_MARK = "\ufeff";

/** Whatever a job file says; what keeps it from saying anything is told apart. */
function parseJob(job: Uint8Array): { inputRoot?: unknown; about?: unknown } {
  const refused = (what: string, hint = "ask the buyer for the job again"): TensorError =>
    new TensorError("BAD_BUNDLE", `${JOB_FILE} ${what}`, hint);
  if (job.length === 0) throw refused("is empty");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(job);
  } catch {
    throw refused("is not UTF-8", "save it as UTF-8; the order's bundleHash is of the file as it is");
  }
  if (text.startsWith(BYTE_ORDER_MARK)) throw refused("begins with a byte order mark", "save it without one");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refused("is not JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw refused("is JSON, but no object");
  return json;
}

export async function writeBundle(folder: string, bundle: Bundle): Promise<EncodedBundle> {
  const encoded = encodeBundle(bundle);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, JOB_FILE), encoded.job);
  await writeFile(join(folder, INPUT_FILE), encoded.input);
  return encoded;
}

/** @throws TensorError BAD_BUNDLE, also if the files cannot be read */
export async function readBundle(folder: string): Promise<Bundle> {
  // One after the other: of two that are missing it is always the first that is named.
  const job = await readFileOf(folder, JOB_FILE);
  return decodeBundle(job, await readFileOf(folder, INPUT_FILE));
}

/** What the system says that is worth a sentence of its own. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is none",
  ENOTDIR: "that is a file, not a folder",
  EISDIR: "it is a folder",
  EACCES: "reading it is not allowed",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
};

async function readFileOf(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name);
  return readFile(path).catch((cause: unknown) => {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    const why = REASONS[code] ?? message;
    const hint = `name a folder that holds the files ${JOB_FILE} and ${INPUT_FILE}`;
    throw new TensorError("BAD_BUNDLE", `${path} cannot be read: ${why}`, hint);
  });
}
