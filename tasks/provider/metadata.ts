import type { Session } from "../lib/Session.js";

export default async function metadata(session: Session, { metadata: text }: { metadata: string }): Promise<void> {
  const { staking } = (await session.protocol()).contracts;
  const { address } = await session.account();
  const sent = await session.execute({
    title: `Change what ${address} says of itself`,
    facts: [["metadata", text === "" ? "(none)" : text]],
    steps: [{ label: "setMetadata", request: await staking.setMetadata.populateTransaction(text) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { provider: address, metadata: text, transaction: sent.last.hash },
    `${address} says so from now on.`,
  );
}
