import type { TransactionReceipt } from "ethers";
import { formatEther } from "ethers";

import { MillraceError } from "@millrace/sdk";

import type { Account } from "./account.js";
import type { Chain } from "./Chain.js";
import type { Output } from "./Output.js";
import { type Simulation, simulate } from "./simulate.js";
import type { Step } from "./Step.js";
import type { Fact } from "./text.js";
import { facts } from "./text.js";

/** What a writing verb wants to do. */
export interface Plan {
  /** A line: "Stake 100 MILL". */
  readonly title: string;
  /** What moves and what results. */
  readonly facts: readonly Fact[];
  readonly steps: readonly Step[];
}

/** What was sent, the last receipt being that of the plan's purpose. */
export interface Sent {
  readonly receipts: readonly TransactionReceipt[];
  readonly last: TransactionReceipt;
}

interface Context {
  readonly chain: Chain;
  readonly account: Account;
  readonly output: Output;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/**
 * Shows a plan, asks, and sends it. Every step is run on the node beforehand, so that a plan that would fail half-way
 * changes nothing; should it still, what was sent is told beside the failure.
 */
export async function executePlan(plan: Plan, context: Context): Promise<Sent | undefined> {
  const { chain, account, output, dryRun } = context;
  const simulation = await simulate(plan.steps, account.address, chain.provider);
  output.say(await preview(plan, simulation, context));
  if (dryRun) {
    output.result({ dryRun: true, ...simulation }, "Dry run: nothing was sent.");
    return undefined;
  }
  await askToSend(context);
  const receipts: TransactionReceipt[] = [];
  for (const [i, { label, request }] of plan.steps.entries()) {
    receipts.push(await account.sender.send(request, label));
    if (plan.steps.length > 1) {
      const labels = plan.steps.slice(0, i + 1).map((step) => step.label);
      output.soFar({ transactions: receipts.map(({ hash }) => hash) }, `Sent and done: ${labels.join(", ")}.`);
    }
  }
  const last = receipts.at(-1);
  if (last === undefined) throw new MillraceError("WRONG_STATE", "There is nothing to send.");
  return { receipts, last };
}

async function preview(
  { title, facts: given, steps }: Plan,
  { gas, unmeasured }: Simulation,
  { chain, account }: Context,
): Promise<string> {
  const { gasPrice } = await chain.provider.getFeeData();
  const value = steps.reduce((sum, { request }) => sum + (request.value ?? 0n), 0n);
  const rest = unmeasured.length === 0 ? "" : `, and what ${unmeasured.join(" and ")} needs once the former is mined`;
  const cost = `about ${gas.toLocaleString("en-US")}${gasPrice === null ? "" : ` (${formatEther(gas * gasPrice)} ETH)`}`;
  const lines: Fact[] = [
    ["from", account.address],
    ...given,
    ...(value > 0n ? [["sent along", `${formatEther(value)} ETH`] as const] : []),
    ["transactions", steps.map(({ label }) => label).join(", then ")],
    ["gas", `${cost}${rest}`],
  ];
  return `${title}\n${facts(lines)}`;
}

/** Refuses what would be refused for want of an answer. */
export function assertAnswerable({ yes, dryRun }: Pick<Context, "yes" | "dryRun">): void {
  if (!yes && !dryRun && !process.stdin.isTTY) {
    throw new MillraceError("BAD_INPUT", "Nobody can be asked here whether to send this.", {
      hint: "Add --yes to send without asking, or --dry-run to only look. Nothing was sent.",
    });
  }
}

async function askToSend({ yes, dryRun, output }: Context): Promise<void> {
  if (yes) return;
  assertAnswerable({ yes, dryRun });
  const { confirm } = await import("@inquirer/prompts");
  const streams = { input: process.stdin, output: output.isJson ? process.stderr : process.stdout };
  const isSure = await confirm({ message: "Send?", default: false }, streams).catch(() => false);
  if (!isSure) throw new MillraceError("INTERRUPTED", "You said no.", { hint: "Nothing was sent." });
}
