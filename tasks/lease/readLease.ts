import { labelOf, memberOf, MillraceError } from "@millrace/sdk";

import type { ILeaseMarket } from "../../typechain-types/index.js";
import { parseId } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";

/** A lease that exists, with what the chain says of it. */
export interface LeaseView {
  readonly leaseId: bigint;
  readonly status: string;
  readonly lease: ILeaseMarket.LeaseStructOutput;
  readonly pledge: ILeaseMarket.PledgeStructOutput;
}

/** The lease of a number, or of a text that a person gave for one. */
export async function readLease({ contracts: { leases } }: Protocol, given: bigint | string): Promise<LeaseView> {
  const leaseId = typeof given === "bigint" ? given : parseId(given, "--lease");
  const [lease, status, pledge] = await Promise.all([
    leases.leaseOf(leaseId),
    leases.statusOf(leaseId),
    leases.pledgeOf(leaseId),
  ]);
  if (status !== memberOf("LeaseStatus", "unknown"))
    return { leaseId, status: labelOf("LeaseStatus", status), lease, pledge };
  throw new MillraceError("BAD_INPUT", `There is no lease ${leaseId}.`, {
    hint: "npx hardhat job list lists all of them.",
  });
}
