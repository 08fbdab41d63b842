import { shortHex } from "@millrace/sdk";
import { assertExecutable, assertProvable, encodeBundle, type Program, ProgramError } from "@millrace/tensor";

import { kernelsOf } from "../dispute/kernelsOf.js";
import type { Session } from "../lib/Session.js";
import type { BundleWish } from "./buildBundle.js";
import { buildBundle } from "./buildBundle.js";
import type { WantedJob } from "./WantedJob.js";

/** A job that is a program of kernels. */
export async function tensorJob(session: Session, wish: BundleWish): Promise<WantedJob> {
  const { contracts } = await session.protocol();
  const bundle = await buildBundle(wish);
  await checkProgram(session, bundle.program);
  const { bundleHash, programHash, inputRoot, job, input } = encodeBundle(bundle);
  const { program } = bundle;
  return {
    market: contracts.tasks,
    claims: contracts.claims,
    marketName: "dispute",
    title: `Open a task of ${program.totalWords.toLocaleString("en-US")} words`,
    facts: [["program", `${shortHex(programHash)}, ${program.operators.length} operators`]],
    bundleHash,
    programHash,
    inputRoot,
    open: (terms) => contracts.tasks.open.populateTransaction(terms),
    files: { job, input },
  };
}

/** What no provider would accept is not ordered. */
async function checkProgram(session: Session, program: Program): Promise<void> {
  assertExecutable(program);
  try {
    assertProvable(program, (await kernelsOf(session)).set);
  } catch (error) {
    // Kernels of others are for those who have them; all else that is wrong with a program is wrong for everybody.
    if (!(error instanceof ProgramError) || error.code !== "UNKNOWN_KERNEL") throw error;
    session.output.say(`Not checked from here on: ${error.message}.`);
  }
}
