import type { Addressable } from "ethers";

import type { World } from "../market/marketFixture.js";

/** Contracts whose entries the guardian can pause. */
export function pausable({
  settlement,
  staking,
  nodes,
  tasks,
  leases,
  uptime,
  orders,
  proofs,
  approvals,
  machines,
  seats,
}: World): Addressable[] {
  return [settlement, staking, nodes, tasks, leases, uptime, orders, proofs, approvals, machines, seats];
}
