import { formatMill } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { wantedKey } from "./wantedKey.js";

interface Values {
  readonly key: string | undefined;
  readonly consent: string | undefined;
}

export default async function apply(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const { key, possession } = await wantedKey(session, values);
  const [bond, { active, required }] = await Promise.all([
    contracts.uptime.attestorBond(),
    contracts.staking.accountOf(address),
  ]);
  const free = active > required ? active - required : 0n;
  const sent = await session.execute({
    title: "Apply as an attestor",
    facts: [
      ["key", key],
      ["bond", `${formatMill(bond)} of the active stake, with the admission; ${formatMill(free)} are free now`],
      ["duty", "a report of each epoch; contradicting oneself costs the bond"],
    ],
    steps: [
      {
        label: "applyAsAttestor",
        request: await contracts.uptime.applyAsAttestor.populateTransaction(key, possession),
      },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { account: address, key, bond, transaction: sent.last.hash },
    `${address} has applied. The governor admits it with npx hardhat attestor admit --account ${address}.`,
  );
}
