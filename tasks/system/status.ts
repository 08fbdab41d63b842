import { formatMill, formatTime, formatWad } from "@millrace/sdk";

import { ROLES } from "../../ignition/roles.js";
import type { Protocol, Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";
import { compareWiring } from "./compareWiring.js";

export default async function status(session: Session, { wiring }: { wiring: boolean }): Promise<void> {
  const protocol = await session.protocol();
  if (wiring) {
    await showWiring(session, protocol);
    return;
  }
  const { contracts, deployment, provider, epochs, now, chainId, url } = protocol;
  const time = await now();
  const [block, supply, held, price, classes, isGoverned] = await Promise.all([
    provider.getBlockNumber(),
    contracts.token.totalSupply(),
    contracts.staking.totalHeld(),
    contracts.prices.prices(),
    readClasses(protocol),
    governs(protocol),
  ]);
  const { loWad, hiWad, usable } = price;
  const summary = facts([
    ["chain", `${chainId} at ${url}, deployment "${deployment.name}" from block ${deployment.deployedAtBlock}`],
    ["block", `${block}, ${formatTime(time)}, epoch ${epochs.epochAt(time)}`],
    ["supply", formatMill(supply)],
    ["staked", formatMill(held)],
    ["price", usable ? `${formatWad(loWad)} to ${formatWad(hiWad)} USD per MILL` : "none that is usable"],
    ["governor", isGoverned ? deployment.governor : `${deployment.governor}, who has not the role: nobody governs`],
    ["guardian", deployment.guardian],
    ...Object.entries(deployment.contracts),
  ]);
  const rows = classes.map(({ id, name, stakePerUnit, weight, open }) => [
    `${id}`,
    name,
    formatMill(stakePerUnit),
    `${weight}`,
    open ? "yes" : "no",
  ]);
  session.output.result(
    {
      chainId,
      block,
      time,
      supply,
      staked: held,
      price: { loWad, hiWad, usable },
      governor: deployment.governor,
      isGoverned,
      guardian: deployment.guardian,
      contracts: deployment.contracts,
      classes,
    },
    `${summary}\n${table(["class", "name", "stake a unit", "weight", "open"], rows, "There are no hardware classes.")}`,
  );
}

async function showWiring(session: Session, protocol: Protocol): Promise<void> {
  const [{ wires, unsealed }, isGoverned] = await Promise.all([compareWiring(protocol), governs(protocol)]);
  const wrong = wires.filter(({ isRight }) => !isRight);
  const rows = wires.map(({ callee, caller, wanted, found, isRight }) => [
    callee,
    caller,
    wanted.join(", ") || "nothing",
    isRight ? "yes" : `no, it is ${found.join(", ") || "nothing"}`,
  ]);
  const isRight = wrong.length === 0 && unsealed.length === 0;
  const verdict = [
    isRight
      ? "The wiring is as it should be, and sealed."
      : `The wiring is wrong: ${wrong.length} wrong permissions, not sealed: ${unsealed.join(", ") || "none"}.`,
    ...(isGoverned ? [] : [`Nobody governs: ${protocol.deployment.governor} has not the role.`]),
  ].join("\n");
  session.output.result(
    { isRight, isGoverned, unsealed, wires },
    `${table(["contract", "may be called by", "for", "so it is"], rows, "There is no wiring.")}\n${verdict}`,
  );
}

/** Whether the governor of the record has the role. A deployer that named itself gave it away for good. */
async function governs({ contracts, deployment }: Protocol): Promise<boolean> {
  const { isMember } = await contracts.access.hasRole(ROLES.governor, deployment.governor);
  return isMember;
}

async function readClasses({ contracts }: Protocol) {
  const count = Number(await contracts.catalog.classCount());
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const { name, stakePerUnit, weight, open } = await contracts.catalog.classOf(i + 1);
      return { id: i + 1, name, stakePerUnit, weight: Number(weight), open };
    }),
  );
}
