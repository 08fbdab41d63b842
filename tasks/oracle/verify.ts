import { MillraceError } from "@millrace/sdk";
import { verifyDataFile, type VerifiedFile } from "@millrace/uptime-tree/verify";

import { readFileOf } from "../lib/readFileOf.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";

interface Values {
  readonly file: string;
}

/** Computes the report of a data file with the independent verifier, and compares it with the one on chain. */
export default async function verify(session: Session, { file }: Values): Promise<void> {
  const found = verified(file, await readFileOf(file, "--file"));
  const { contracts, deployment } = await session.protocol();
  const { uptime } = contracts;
  const logs = await uptime.queryFilter(uptime.filters.ReportPosted(found.epoch), deployment.deployedAtBlock);
  const posted = logs.at(-1)?.args.reportHash;
  if (posted !== undefined && posted !== found.reportHash) {
    throw new MillraceError("DATA_MISMATCH", `The file gives report ${found.reportHash}, the chain has ${posted}.`, {
      hint: "Get the file from another attestor; if it gives the same, the report is wrong and can be proven so.",
    });
  }
  session.output.result(
    { ...found, posted: posted ?? null },
    `Data file of epoch ${found.epoch}\n${facts([
      ["nodes", String(found.nodeCount)],
      ["attestors", found.attestors.join(", ")],
      ["root", found.root],
      ["report", found.reportHash],
      ["on chain", posted === undefined ? "no report of this epoch" : "the same"],
    ])}`,
  );
}

function verified(file: string, bytes: Uint8Array): VerifiedFile {
  try {
    return verifyDataFile(bytes);
  } catch (cause) {
    throw new MillraceError("DATA_MISMATCH", `${file} is not what it should be: ${(cause as Error).message}.`, {
      hint: "Get it again, from /epochs/<epoch>/data of any attestor.",
      cause,
    });
  }
}
