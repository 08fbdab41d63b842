import type { MachineBundle } from "@millrace/jobs";
import { fetchBundle, fetchMachineBundle, readMachineProgram, readOrder } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";
import type { Bundle } from "@millrace/tensor";

import type { ITaskBook } from "../../typechain-types/index.js";
import type { Protocol } from "../lib/Session.js";
import type { ClaimMarketName } from "./markets.js";

/** A task whose result will be claimed, with its data: which kind it is says its market. */
export type ClaimedJob = {
  readonly taskId: bigint;
  readonly order: ITaskBook.TaskOrderStruct;
  /** How much work it is, for people. */
  readonly size: string;
} & (
  | { readonly market: Contracts["tasks"]; readonly kind: "dispute"; readonly bundle: Bundle }
  | { readonly market: Contracts["machines"]; readonly kind: "machine"; readonly bundle: MachineBundle }
);

/** Fetches the data of a task from its buyer's host, and checks them. */
export async function claimedJob(protocol: Protocol, kind: ClaimMarketName, taskId: bigint): Promise<ClaimedJob> {
  const { contracts, deployment } = protocol;
  const { tasks, machines } = contracts;
  const from = deployment.deployedAtBlock;
  if (kind === "dispute") {
    const order = await readOrder(tasks, taskId, from);
    const bundle = await fetchBundle(order.terms);
    const size = `${bundle.program.totalWords.toLocaleString("en-US")} words`;
    return { kind, market: tasks, taskId, order, bundle, size };
  }
  const order = await readOrder(machines, taskId, from);
  const { codeHash, maxSteps } = await readMachineProgram(machines, taskId, from);
  const bundle = await fetchMachineBundle(order.terms, codeHash);
  return { kind, market: machines, taskId, order, bundle, size: `at most ${maxSteps.toLocaleString("en-US")} steps` };
}
