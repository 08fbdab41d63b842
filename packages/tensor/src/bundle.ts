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
  let json: { inputRoot?: unknown; about?: unknown };
  try {
    json = JSON.parse(Buffer.from(job).toString("utf8")) as typeof json;
  } catch {
    throw new TensorError("BAD_BUNDLE", `${JOB_FILE} is not JSON`, "ask the buyer for the job again");
  }
  return { program: programFromJson(json), inputRoot: json.inputRoot, about: json.about };
}

export async function writeBundle(folder: string, bundle: Bundle): Promise<EncodedBundle> {
  const encoded = encodeBundle(bundle);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, JOB_FILE), encoded.job);
  await writeFile(join(folder, INPUT_FILE), encoded.input);
  return encoded;
}

export async function readBundle(folder: string): Promise<Bundle> {
  const [job, input] = await Promise.all([readFile(join(folder, JOB_FILE)), readFile(join(folder, INPUT_FILE))]);
  return decodeBundle(job, input);
}
