import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { wantedKey } from "./wantedKey.js";

interface Values {
  readonly key: string;
  readonly consent: string | undefined;
}

export default async function rotate(session: Session, values: Values): Promise<void> {
  const { uptime } = (await session.protocol()).contracts;
  const { address } = await session.account();
  const { key, possession } = await wantedKey(session, values);
  const before = await uptime.attestorOf(address);
  const sent = await session.execute({
    title: `Attest with ${key}`,
    facts: [
      ["key", `${before.key} → ${key}`],
      ["until then", "the old key signs, and answers for what it signed: keep it running, and its database"],
    ],
    steps: [{ label: "rotateKey", request: await uptime.rotateKey.populateTransaction(key, possession) }],
  });
  if (sent === undefined) return;
  const fromEpoch = findEvent(uptime, sent.last, "AttestorKeyRotated")?.args["fromEpoch"] as bigint;
  session.output.result(
    { account: address, key, fromEpoch, transaction: sent.last.hash },
    `${key} attests for ${address} from epoch ${fromEpoch} on.`,
  );
}
