import { decodeError, formatTime, MillraceError, parseDuration, inspectionTypes } from "@millrace/sdk";

import { parseAttributes, parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly node: string;
  readonly attributes: string | undefined;
  readonly expires: string;
  readonly revoke: boolean;
}

export default async function inspect(session: Session, values: Values): Promise<void> {
  const nodeId = parseId(values.node, "--node");
  if ((values.attributes === undefined) !== values.revoke) {
    throw new MillraceError("BAD_INPUT", "node inspect needs either --attributes or --revoke.", {
      hint: "Say which attributes you confirm, or take your word back.",
    });
  }
  if (values.attributes === undefined) await revoke(session, nodeId);
  else await confirm(session, nodeId, values.attributes, parseDuration(values.expires));
}

async function confirm(session: Session, nodeId: bigint, list: string, seconds: number): Promise<void> {
  const attributes = parseAttributes(list, "--attributes");
  const { contracts, chainId, provider } = await session.protocol();
  const { address, signer } = await session.account();
  // Of the latest block: one that comes later is never before it.
  const issuedAt = (await provider.getBlock("latest"))?.timestamp ?? 0;
  const statement = { nodeId, attributes, issuedAt, expiresAt: issuedAt + seconds };
  const verifyingContract = await contracts.inspections.getAddress();
  const domain = { name: "Millrace Inspections", version: "1", chainId, verifyingContract };
  const signature = await signer.signTypedData(domain, inspectionTypes, statement).catch((error: unknown) => {
    throw decodeError(error);
  });
  const sent = await session.execute({
    title: `Confirm attributes ${list} of node ${nodeId}`,
    facts: [
      ["inspector", address],
      ["counts until", formatTime(statement.expiresAt)],
      ["binds", "whoever names this inspector in an order; it can be taken back with --revoke"],
    ],
    steps: [
      { label: "bring", request: await contracts.inspections.bring.populateTransaction(address, statement, signature) },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { ...statement, inspector: address, signature, transaction: sent.last.hash },
    `${address} confirms attributes ${list} of node ${nodeId} until ${formatTime(statement.expiresAt)}.`,
  );
}

async function revoke(session: Session, nodeId: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const sent = await session.execute({
    title: `Take back what ${address} says of node ${nodeId}`,
    facts: [["result", "nothing that it signed until now counts"]],
    steps: [{ label: "revoke", request: await contracts.inspections.revoke.populateTransaction(nodeId) }],
  });
  if (sent === undefined) return;
  session.output.result({ nodeId, inspector: address, transaction: sent.last.hash }, "Taken back.");
}
