import { ZeroHash } from "ethers";

import { MillraceError, parseCredits, parseDuration } from "@millrace/sdk";

import type { ITaskBook } from "../../typechain-types/index.js";
import type { Protocol } from "../lib/Session.js";
import type { TraitValues } from "../lib/traits.js";
import { wantedNodes, type WantedValues } from "../node/wantedNodes.js";

/** Options that every order of a result has. */
export interface TermValues extends TraitValues, WantedValues {
  readonly startPrice: string;
  readonly maxPrice: string;
  readonly ramp: string;
  readonly expires: string;
  readonly ack: string;
  readonly work: string;
  readonly url: string;
  readonly buy: string | undefined;
}

/** Terms of an order, their amounts and times as numbers. */
export interface PlainTerms extends ITaskBook.TaskTermsStruct {
  readonly startPrice: bigint;
  readonly maxPrice: bigint;
  readonly workSeconds: number;
  readonly windowSeconds: number;
  readonly responseSeconds: number;
}

/** Terms of an order without a claim: nobody can contest it. */
export async function plainTerms(protocol: Protocol, values: TermValues, traitsHash: string): Promise<PlainTerms> {
  const [startPrice, maxPrice] = [parseCredits(values.startPrice), parseCredits(values.maxPrice)];
  if (startPrice > maxPrice) {
    throw new MillraceError("BAD_INPUT", "The first price is above the highest.", {
      hint: "Lower --start-price or raise --max-price.",
    });
  }
  return {
    ...(await wantedNodes(protocol, values)),
    traitsHash,
    startPrice,
    maxPrice,
    rampSeconds: parseDuration(values.ramp),
    expiresAt: (await protocol.now()) + parseDuration(values.expires),
    ackSeconds: parseDuration(values.ack),
    workSeconds: parseDuration(values.work),
    windowSeconds: 0,
    responseSeconds: 0,
    outsideValue: 0n,
    programHash: ZeroHash,
    inputRoot: ZeroHash,
    bundleHash: ZeroHash,
    dataUri: values.url,
    isSmallJob: false,
    isPrivate: false,
  };
}
