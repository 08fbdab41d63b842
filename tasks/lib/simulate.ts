import type { JsonRpcProvider } from "ethers";
import { toBeHex } from "ethers";

import { decodeError } from "@millrace/sdk";

import type { Step } from "./plan.js";

/** Storage that a call is run on top of, as `eth_call` and `eth_estimateGas` take it. */
export type StateOverride = Readonly<Record<string, { readonly stateDiff: Readonly<Record<string, string>> }>>;

/** Runs all steps without sending them and gives their gas. Throws what the first that fails would have thrown. */
export async function simulate(steps: readonly Step[], from: string, provider: JsonRpcProvider): Promise<bigint> {
  let gas = 0n;
  let override: StateOverride = {};
  for (const { request, override: next } of steps) {
    const call = {
      from,
      to: request.to,
      data: request.data,
      ...(request.value === undefined ? {} : { value: toBeHex(request.value).replace(/^0x0+(?=.)/, "0x") }),
    };
    const hasOverride = Object.keys(override).length > 0;
    gas += await estimate(provider, hasOverride ? [call, "latest", override] : [call, "latest"]);
    override = { ...override, ...next };
  }
  return gas;
}

async function estimate(provider: JsonRpcProvider, parameters: unknown[]): Promise<bigint> {
  try {
    return BigInt((await provider.send("eth_estimateGas", parameters)) as string);
  } catch (error) {
    throw decodeError(error);
  }
}
