import type { ILeaseOrders } from "../../../../typechain-types/index.js";
import type { LeasePolicy } from "../config.js";

/** Why a policy takes no seat of an order at a rate of this second, or undefined if it does. */
export function seatRefusal(
  policy: LeasePolicy,
  { terms }: ILeaseOrders.OrderStruct,
  rate: bigint,
): string | undefined {
  const { wanted, leaseSeconds, fillSeconds, pledge } = terms;
  if (rate < policy.minRate * BigInt(wanted.units)) return "the rate is too low";
  if (BigInt(leaseSeconds) > BigInt(policy.maxSeconds)) return "the lease is too long";
  if (BigInt(pledge.bond) > policy.maxBondMill) return "the bond is too high";
  if (BigInt(pledge.uptimePpm) > BigInt(policy.maxUptimePpm)) return "the promised uptime is too high";
  if (BigInt(fillSeconds) !== 0n && !policy.clusters) return "it is a cluster";
  return undefined;
}
