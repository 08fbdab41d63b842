import { ZeroHash } from "ethers";

import type { Deployment } from "@millrace/sdk";
import { MillraceError, parseCredits, parseDuration } from "@millrace/sdk";

import type { ITaskBook } from "../../typechain-types/index.js";
import { parseIds, parseWhole } from "../lib/inputs.js";
import type { TraitValues } from "../lib/traits.js";
import { classId } from "../node/classId.js";

/** Options that every order of a result has. */
export interface TermValues extends TraitValues {
  readonly class: string | undefined;
  readonly units: string;
  readonly nodes: string | undefined;
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
export function plainTerms(
  values: TermValues,
  deployment: Deployment,
  { now, traitsHash }: { now: number; traitsHash: string },
): PlainTerms {
  const [startPrice, maxPrice] = [parseCredits(values.startPrice), parseCredits(values.maxPrice)];
  if (startPrice > maxPrice) {
    throw new MillraceError("BAD_INPUT", "The first price is above the highest.", {
      hint: "Lower --start-price or raise --max-price.",
    });
  }
  return {
    classId: values.class === undefined ? 0 : classId(deployment, values.class),
    units: parseWhole(values.units, "--units", 65_535),
    nodeIds: values.nodes === undefined ? [] : parseIds(values.nodes, "--nodes"),
    traitsHash,
    startPrice,
    maxPrice,
    rampSeconds: parseDuration(values.ramp),
    expiresAt: now + parseDuration(values.expires),
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
