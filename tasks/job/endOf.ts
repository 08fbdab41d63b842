import { type FinalState, Status } from "@millrace/rv32";

/** How a run ended, for people. */
export function endOf({ steps, status, exitCode }: Pick<FinalState, "exitCode" | "status" | "steps">): string {
  const count = `${steps.toLocaleString("en-US")} steps`;
  if (status === Status.Exited) return `${count}, then exit with code ${exitCode}`;
  return status === Status.Trapped ? `${count}, then a trap` : `${count}, then stopped at its limit`;
}
