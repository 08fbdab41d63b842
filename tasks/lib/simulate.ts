import type { JsonRpcProvider } from "ethers";
import { toQuantity } from "ethers";

import { decodeError } from "@millrace/sdk";

import type { StateOverride, Step } from "./Step.js";

/** What running the steps of a plan without sending them shows. */
export interface Simulation {
  /** Gas of all steps that could be measured. */
  readonly gas: bigint;
  /** Labels of the steps that could only be checked, as they build on others. */
  readonly unmeasured: readonly string[];
}

/** Runs all steps without sending them. Throws what the first that fails would have thrown. */
export async function simulate(steps: readonly Step[], from: string, provider: JsonRpcProvider): Promise<Simulation> {
  let gas = 0n;
  const unmeasured: string[] = [];
  let override: StateOverride = {};
  for (const { label, request, override: next } of steps) {
    const value = request.value === undefined ? {} : { value: toQuantity(request.value) };
    const call = { from, to: request.to, data: request.data, ...value };
    if (Object.keys(override).length === 0) {
      gas += BigInt((await ask(provider, "eth_estimateGas", [call, "pending"])) as string);
    } else {
      await ask(provider, "eth_call", [call, "pending", override]);
      unmeasured.push(label);
    }
    override = { ...override, ...next };
  }
  return { gas, unmeasured };
}

async function ask(provider: JsonRpcProvider, method: string, parameters: unknown[]): Promise<unknown> {
  try {
    return await provider.send(method, parameters);
  } catch (error) {
    throw decodeError(error);
  }
}
