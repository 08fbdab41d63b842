import { readEnd } from "@millrace/jobs";
import { Status } from "@millrace/rv32";

import { endOf } from "../job/endOf.js";
import type { Protocol } from "../lib/Session.js";
import type { KnownClaim } from "./claimOf.js";

const A0 = 10;

const WORDS = { [Status.Running]: "stopped", [Status.Exited]: "exited", [Status.Trapped]: "trapped" } as const;

/** How a claimed run ended: a trap and a limit are results too, and are paid. */
export interface ClaimedEnd {
  readonly ended: (typeof WORDS)[Status];
  readonly steps: bigint;
  readonly exitCode: number | undefined;
  readonly text: string;
}

/** How the run of a claim ended, if it is one and its submission shows it. */
export async function endOfClaim(
  { contracts: { machines, runs } }: Protocol,
  known: KnownClaim,
): Promise<ClaimedEnd | undefined> {
  if (known.market !== "machine") return undefined;
  const state = await readEnd({ machines, runs }, known.posted);
  if (state === undefined) return undefined;
  const { steps, status, registers } = state;
  const exitCode = registers[A0] ?? 0;
  return {
    ended: WORDS[status],
    steps,
    exitCode: status === Status.Exited ? exitCode : undefined,
    text: endOf({ steps, status, exitCode }),
  };
}
