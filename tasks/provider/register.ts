import type { Session } from "../lib/Session.js";

export default async function register(session: Session, { metadata }: { metadata: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const sent = await session.execute({
    title: "Register as a provider",
    facts: [
      ["metadata", metadata === "" ? "(none)" : metadata],
      ["result", "the account may stake and add nodes"],
    ],
    steps: [{ label: "register", request: await contracts.staking.register.populateTransaction(metadata) }],
  });
  if (sent === undefined) return;
  session.output.result({ provider: address, transaction: sent.last.hash }, `${address} is a provider now.`);
}
