import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { inputRoot, type MachineProgram, programOfElf, type ProgramOptions } from "@millrace/rv32";
import { MillraceError } from "@millrace/sdk";
import { INPUT_FILE, JOB_FILE, keccak256Hex } from "@millrace/tensor";
import { hexlify } from "ethers";
import { z } from "zod";

import type { FetchOptions } from "../fetchBytes.js";
import { dataMismatch, type DataTerms, fetchFiles, type JobFiles } from "../fetchFiles.js";
import { machineProgramHash, programValues } from "./encodings.js";

const FORMAT = "millrace.machine.1" as const;

/** A run that is to be done: what its buyer serves. */
export interface MachineBundle {
  readonly program: MachineProgram;
  readonly input: Uint8Array;
}

/** The two files of a bundle, and what an order says of them. */
export interface EncodedMachineBundle extends MachineBundle, JobFiles {
  /** `keccak256` of the job file. */
  readonly bundleHash: string;
  readonly inputRoot: string;
}

const jobSchema = z.object({
  format: z.literal(FORMAT),
  /** The memory has `2^(depth + 5)` bytes. */
  depth: z.number().int(),
  maxSteps: z.string().regex(/^\d{1,20}$/),
  /** The program file, in base64. */
  elf: z.base64(),
});

/**
 * Makes the bundle of a program file.
 * @throws Rv32Error BAD_ELF, BAD_PROGRAM or BAD_INPUT, saying what is wrong
 */
export function encodeMachineBundle(
  elf: Uint8Array,
  input: Uint8Array,
  options: ProgramOptions = {},
): EncodedMachineBundle {
  const program = programOfElf(elf, options);
  const { depth, maxSteps } = program;
  const fields: z.infer<typeof jobSchema> = {
    format: FORMAT,
    depth,
    maxSteps: String(maxSteps),
    elf: Buffer.from(elf).toString("base64"),
  };
  const job = Buffer.from(`${JSON.stringify(fields)}\n`);
  return { program, input, job, bundleHash: keccak256Hex(job), inputRoot: hexlify(inputRoot(program, input)) };
}

/** Writes a bundle into a folder that is served. */
export async function writeMachineBundle(folder: string, { job, input }: JobFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, JOB_FILE), job);
  await writeFile(join(folder, INPUT_FILE), input);
}

/** Gets the bundle of an order of the machine market from its buyer's host, and checks it. @throws MillraceError */
export async function fetchMachineBundle(
  terms: DataTerms,
  codeHash: string,
  options: FetchOptions = {},
): Promise<MachineBundle> {
  return machineBundleOf(terms, codeHash, await fetchFiles(terms, options));
}

/**
 * The bundle in an order's files.
 * @param codeHash - of the verifier that the market's game asks
 * @throws MillraceError DATA_MISMATCH when it is not what was ordered
 */
export function machineBundleOf(terms: DataTerms, codeHash: string, { job, input }: JobFiles): MachineBundle {
  const program = machineOf(terms, codeHash, job);
  if (hexlify(inputRoot(program, input)) !== terms.inputRoot) throw dataMismatch(terms, "its input has another root");
  return { program, input };
}

/** The machine in an order's job file, whatever its input. @throws MillraceError DATA_MISMATCH */
export function machineOf(terms: DataTerms, codeHash: string, job: Uint8Array): MachineProgram {
  const program = readProgram(terms, job);
  if (machineProgramHash(programValues(program, codeHash)) !== terms.programHash)
    throw dataMismatch(terms, "its program has another hash");
  return program;
}

function readProgram(terms: DataTerms, job: Uint8Array): MachineProgram {
  const parsed = jobSchema.safeParse(asJson(job));
  if (!parsed.success) throw dataMismatch(terms, `${JOB_FILE} does not describe a machine's program`);
  const { elf, depth, maxSteps } = parsed.data;
  try {
    return programOfElf(Buffer.from(elf, "base64"), { depth, maxSteps: BigInt(maxSteps) });
  } catch (cause) {
    throw new MillraceError("DATA_MISMATCH", `The program of the order cannot be run: ${(cause as Error).message}.`, {
      hint: "Do not accept this order.",
      cause,
    });
  }
}

function asJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
