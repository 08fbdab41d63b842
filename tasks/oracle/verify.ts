import { getAddress, ZeroHash } from "ethers";

import { labelOf, MillraceError, type Deployment } from "@millrace/sdk";
import { hashReport } from "@millrace/uptime-tree/format";
import { verifyDataFile, type VerifiedFile } from "@millrace/uptime-tree/verify";

import { readFileOf } from "../lib/readFileOf.js";
import type { Protocol, Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";
import { standingReport } from "./postedReport.js";

interface Values {
  readonly file: string;
}

/** Order of `ReportStatus`. */
const [NONE, VOID] = [0n, 3n];

/** Computes the report of a data file with the independent verifier, and compares it with the one on chain. */
export default async function verify(session: Session, { file }: Values): Promise<void> {
  const found = verified(file, await readFileOf(file, "--file"));
  const protocol = await session.protocol();
  checkPlace(found, protocol.deployment);
  const { status, posted } = await compared(protocol, found);
  session.output.result(
    { ...found, status, posted: posted ?? null },
    `Data file of epoch ${found.epoch}\n${facts([
      ["nodes", String(found.nodeCount)],
      ["attestors", found.attestors.join(", ")],
      ["root", found.root],
      ["report", found.reportHash],
      ["on chain", posted === undefined ? "no report of this epoch" : `the same, ${status}`],
    ])}`,
  );
}

/** An epoch of that number is on every chain: without a look at whose it is, a file of another one would only be early. */
function checkPlace({ chainId, oracle }: VerifiedFile, { chainId: here, contracts }: Deployment): void {
  if (chainId === BigInt(here) && getAddress(oracle) === getAddress(contracts.UptimeOracle)) return;
  throw new MillraceError(
    "DATA_MISMATCH",
    `The file is of the oracle ${oracle} on chain ${chainId}, not of ${contracts.UptimeOracle} on chain ${here}.`,
    { hint: "Name the network and the deployment that the file is of." },
  );
}

/**
 * The hash of the report on chain of the file's epoch. The contract forgets it after 32 more, its events do not; the root
 * alone would not do, as it commits neither the report before, nor the registry, nor who observed.
 */
async function compared(
  protocol: Protocol,
  { epoch, reportHash }: VerifiedFile,
): Promise<{ status: string; posted: string | undefined }> {
  const { uptime } = protocol.contracts;
  const [state, kept] = await Promise.all([uptime.statusOf(epoch), uptime.reportHashAt(epoch)]);
  const status = labelOf("ReportStatus", state);
  if (state === NONE) return { status, posted: undefined };
  if (state === VOID) {
    throw new MillraceError(
      "WRONG_STATE",
      `Epoch ${epoch} is void: its report was proven wrong, and counts for nothing.`,
      {
        hint: "npx hardhat oracle status shows the latest reports.",
      },
    );
  }
  const posted = kept === ZeroHash ? hashReport(await standingReport(protocol, epoch)) : kept;
  if (posted === reportHash) return { status, posted };
  throw new MillraceError("DATA_MISMATCH", `The file gives report ${reportHash}, the chain has ${posted}.`, {
    hint: "Get the file from another attestor; if it gives the same, the report is wrong and can be proven so.",
  });
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
