import { MillraceError } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";

/** A verb that works on a task or on a lease gets exactly one of both. */
export function oneOf(
  verb: string,
  { task, lease }: { readonly task: string | undefined; readonly lease: string | undefined },
): { taskId: bigint } | { leaseId: bigint } {
  if (task !== undefined && lease === undefined) return { taskId: parseId(task, "--task") };
  if (lease !== undefined && task === undefined) return { leaseId: parseId(lease, "--lease") };
  throw new MillraceError("BAD_INPUT", `${verb} needs either --task or --lease.`, { hint: "Give the number of one." });
}
