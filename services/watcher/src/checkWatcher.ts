import { loadKernels } from "@millrace/jobs";
import { type CheckContext, connectContracts, type Contracts } from "@millrace/sdk";
import { parseEther } from "ethers";

import { servedSeats } from "./checks/servedSeats.js";
import type { WatcherConfig } from "./config.js";

/** What a challenger wants to know before the key is used: one sentence each. */
export async function checkWatcher(context: CheckContext<WatcherConfig>): Promise<readonly string[]> {
  const { config, deployment, provider, address } = context;
  const contracts = connectContracts(deployment, provider);
  await loadKernels(config.kernels);
  const [results, runs] = await Promise.all([contracts.tasks.taskCount(), contracts.machines.taskCount()]);
  return [
    ...config.kernels.map((path) => `The kernels of ${path} are known too.`),
    `Claims are watched from block ${config.fromBlock ?? deployment.deployedAtBlock} on; ${results} tasks of kernels and ${runs} of machines were ordered so far.`,
    ...(address === undefined ? [] : await ofBudget(context, address)),
    ...(config.check ? [await ofSeats(contracts, address)] : []),
  ];
}

async function ofBudget({ config, provider }: CheckContext<WatcherConfig>, address: string): Promise<string[]> {
  const { bondBudgetEther, demandBudgetEther } = config;
  const budget = parseEther(bondBudgetEther) + parseEther(demandBudgetEther);
  const words = `${bondBudgetEther} in bonds and ${demandBudgetEther} for demands`;
  const isCovered = (await provider.getBalance(address)) >= budget;
  return [`It may have ${words}${isCovered ? "" : ", which is more than its account has"}.`];
}

/** Seats of the key, or of providers whose operator it is. */
async function ofSeats(contracts: Contracts, address: string | undefined): Promise<string> {
  if (address === undefined) return "Whose seats it checks for is known with its key.";
  const own = await servedSeats(contracts, address);
  return own.length === 0
    ? "None of the checkers' seats is the key's or of a provider that it operates: npx hardhat checker take."
    : `It checks for ${own.length === 1 ? "seat" : "seats"} ${own.join(", ")}.`;
}
