import type { BaseContract, TransactionReceipt } from "ethers";

import { decodeError } from "@millrace/sdk";

import { findEvents } from "./events.js";

/** An item of a batch that failed, with the sentence that it would have failed with alone. */
export interface ItemFailure {
  readonly index: number;
  readonly reason: string;
}

/** What a batch did not do, in its order. */
export function itemFailures(contract: BaseContract, receipt: TransactionReceipt): ItemFailure[] {
  return findEvents(contract, receipt, "ItemFailed").map(({ args }) => {
    const data = args["reason"] as string;
    return { index: Number(args["index"]), reason: decodeError({ data }).sentence };
  });
}
