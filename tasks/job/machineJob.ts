import { stat } from "node:fs/promises";

import { encodeMachineBundle, type EncodedMachineBundle, machineProgramHash, programValues } from "@millrace/jobs";
import { MAX_ELF_BYTES } from "@millrace/rv32";
import { MillraceError, shortHex } from "@millrace/sdk";
import { keccak256 } from "ethers";

import { parseSize } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";
import { readFileOf } from "../lib/readFileOf.js";
import type { WantedJob } from "./WantedJob.js";

/** What a run of a program is made of. */
export interface MachineWish {
  readonly elf: string | undefined;
  readonly input: string | undefined;
  readonly memory: string;
  readonly maxSteps: string;
}

const LEAF_LOG2 = 5;

/** A job that is a program for a machine. */
export async function machineJob(protocol: Protocol, wish: MachineWish & { elf: string }): Promise<WantedJob> {
  const { contracts, provider, deployment } = protocol;
  const bundle = await machineBundle(wish);
  const { program, input, bundleHash, inputRoot } = bundle;
  // The order pins the machine by the code that will judge about it.
  const values = programValues(program, keccak256(await provider.getCode(deployment.contracts.Rv32Verifier)));
  const programHash = machineProgramHash(values);
  const count = (value: bigint | number): string => value.toLocaleString("en-US");
  return {
    market: contracts.machines,
    claims: contracts.runs,
    marketName: "machine",
    title: `Open a task of at most ${count(program.maxSteps)} steps`,
    facts: [
      ["program", `${shortHex(programHash)}, ${count(program.image.length)} bytes`],
      ["input", `${count(input.length)} bytes`],
      ["memory", `${count(2 ** (program.depth + LEAF_LOG2))} bytes, a quarter of it for the output`],
    ],
    bundleHash,
    programHash,
    inputRoot,
    open: (terms) => contracts.machines.open.populateTransaction(terms, values),
    files: bundle,
  };
}

/** The bundle of a program file; what is wrong with it is one sentence. */
export async function machineBundle({
  elf,
  input,
  memory,
  maxSteps,
}: MachineWish & { elf: string }): Promise<EncodedMachineBundle> {
  const depth = Math.log2(Number(parseSize(memory, "--memory"))) - LEAF_LOG2;
  if (!Number.isInteger(depth)) {
    throw new MillraceError("BAD_INPUT", `--memory is "${memory}".`, { hint: "Give a power of two, such as 32M." });
  }
  const given = input === undefined ? new Uint8Array() : await readFileOf(input, "--input");
  return encodeMachineBundle(await readElfFile(elf), given, { depth, maxSteps: parseSize(maxSteps, "--max-steps") });
}

/** Not read at all if no program can be so large, or if it is a folder or a device. */
async function readElfFile(path: string): Promise<Uint8Array> {
  const facts = await stat(path).catch(() => undefined);
  if (facts !== undefined && !facts.isFile()) {
    throw new MillraceError("BAD_INPUT", `--elf names ${path}, which is not a file.`, {
      hint: "Give a static program for RV32IM, as a linker wrote it.",
    });
  }
  if (facts !== undefined && facts.size > MAX_ELF_BYTES) {
    throw new MillraceError("BAD_INPUT", `--elf names a file of ${facts.size} bytes, of at most ${MAX_ELF_BYTES}.`, {
      hint: "Give a program for RV32IM; data belong into --input.",
    });
  }
  return readFileOf(path, "--elf");
}
