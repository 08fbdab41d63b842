import type { Protocol } from "../lib/Session.js";

/** Something that a provider's bonded stake answers for. */
export interface Bond {
  /** `lease 3`, `task 1 of the proof market`, `seat 0 of order 2`, `attesting`. */
  readonly of: string;
  readonly mill: bigint;
}

/** What a provider has bonded, thing by thing. The chain keeps only the sum; a rest that nothing here accounts for is told as such. */
export async function readBonds(
  protocol: Protocol,
  provider: string,
  nodeIds: readonly bigint[],
  bonded: bigint,
): Promise<Bond[]> {
  if (bonded === 0n) return [];
  const { bond: attesting } = await protocol.contracts.uptime.attestorOf(provider);
  const all = [
    { of: "attesting", mill: attesting },
    ...(await ofLeases(protocol, nodeIds)),
    ...(await ofSeats(protocol, nodeIds)),
    ...(await ofTasks(protocol, provider, nodeIds)),
  ].filter(({ mill }) => mill !== 0n);
  const rest = all.reduce((left, { mill }) => left - mill, bonded);
  return rest === 0n ? all : [...all, { of: "what this version does not know", mill: rest }];
}

async function ofLeases({ contracts: { leases }, deployment }: Protocol, nodeIds: readonly bigint[]): Promise<Bond[]> {
  const hired = await leases.queryFilter(leases.filters.LeaseHired(), deployment.deployedAtBlock);
  const mine = hired.map(({ args }) => args).filter(({ nodeId }) => nodeIds.includes(nodeId));
  return Promise.all(
    mine.map(async ({ leaseId }) => ({ of: `lease ${leaseId}`, mill: (await leases.pledgeOf(leaseId)).bond })),
  );
}

/** Seats that were taken and have no lease yet: the pledge of their order is bonded already. */
async function ofSeats({ contracts: { orders }, deployment }: Protocol, nodeIds: readonly bigint[]): Promise<Bond[]> {
  const taken = await orders.queryFilter(orders.filters.SeatTaken(), deployment.deployedAtBlock);
  const mine = taken.map(({ args }) => args).filter(({ nodeId }) => nodeIds.includes(nodeId));
  const bonds = await Promise.all(
    mine.map(async ({ orderId, seat, nodeId }) => {
      const [stored, progress, [opened]] = await Promise.all([
        orders.seatOf(orderId, seat),
        orders.progressOf(orderId),
        orders.queryFilter(orders.filters.OrderOpened(orderId), deployment.deployedAtBlock),
      ]);
      const isHeld = stored.nodeId === nodeId && stored.leaseId === 0n && progress.endedAt === 0n;
      return {
        of: `seat ${seat} of order ${orderId}`,
        mill: isHeld ? (opened?.args.order.terms.pledge.bond ?? 0n) : 0n,
      };
    }),
  );
  // A seat that was relisted may have been taken twice by one node.
  return bonds.filter(({ of }, index) => bonds.findIndex((other) => other.of === of) === index);
}

async function ofTasks(
  { contracts, deployment }: Protocol,
  provider: string,
  nodeIds: readonly bigint[],
): Promise<Bond[]> {
  const markets = { dispute: contracts.tasks, approval: contracts.approvals, proof: contracts.proofs };
  const found = await Promise.all(
    Object.entries(markets).map(async ([name, market]) => {
      const filter = market.filters.TaskAccepted(undefined, provider);
      const accepted = await market.queryFilter(filter, deployment.deployedAtBlock);
      const taskIds = new Set(accepted.map(({ args }) => args.taskId));
      return Promise.all(
        [...taskIds].map(async (taskId) => {
          const [{ nodeId, bond }, status] = await Promise.all([market.taskOf(taskId), market.statusOf(taskId)]);
          // A record keeps what was bonded after the bond went back, or was slashed at the claim.
          const isHeld = nodeIds.includes(nodeId) && HOLDING.includes(status);
          return { of: `task ${taskId} of the ${name} market`, mill: isHeld ? bond : 0n };
        }),
      );
    }),
  );
  return found.flat();
}

/** Members of `ITaskBook.TaskStatus`: from Accepted to Submitted, and Confirmed. */
const HOLDING: readonly bigint[] = [3n, 4n, 5n, 6n, 7n, 9n];
