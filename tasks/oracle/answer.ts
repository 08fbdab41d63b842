import { memberOf, MillraceError } from "@millrace/sdk";
import {
  countUp,
  heartbeatEvidence,
  heartbeatHash,
  uptimeDomain,
  type SignedHeartbeat,
} from "@millrace/uptime-tree/format";

import type { Session } from "../lib/Session.js";
import { counted } from "../lib/counted.js";
import { challengeOf, type ChallengeValues } from "./challengeOf.js";
import { clientsOf } from "./clientsOf.js";
import { gatherReceipts, type Sighting } from "./gatherReceipts.js";

/** Answers a challenge with a heartbeat and the receipts that attestors gave for it. */
export default async function answer(
  session: Session,
  values: ChallengeValues & { readonly attestor: string },
): Promise<void> {
  const { contracts } = await session.protocol();
  const { epoch, nodeId, slot, challengeId } = await challengeOf(session, values);
  const clients = clientsOf(values.attestor);
  const sighting = { epoch, slot, nodeId };
  const receipts = await gatherReceipts(session, clients, sighting);
  const hashes = [...new Set(receipts.map(({ hash }) => hash))];
  const steps = await Promise.all(
    hashes.map(async (hash) => {
      const heartbeat = heartbeatEvidence(await heartbeatOf(session, clients, sighting, hash));
      const evidence = receipts.filter((each) => each.hash === hash).map((each) => each.evidence);
      const request = await contracts.challenges.showHeartbeat.populateTransaction(challengeId, heartbeat, evidence);
      return { label: `showHeartbeat with ${counted(evidence.length, "receipt")}`, request };
    }),
  );
  const { threshold } = await contracts.uptime.setOf(epoch);
  const sent = await session.execute({
    title: `Show that node ${nodeId} was up in slot ${slot} of epoch ${epoch}`,
    facts: [
      ["receipts", `${receipts.length}, ${threshold} are needed`],
      ["result", "the bond of the challenge is yours when there are enough"],
    ],
    steps,
  });
  if (sent === undefined) return;
  const { status, shown } = await contracts.challenges.challengeOf(challengeId);
  const isAnswered = status === memberOf("ChallengeStatus", "answered");
  session.output.result(
    { challengeId, isAnswered, shown: countUp(shown), threshold, transactions: sent.receipts.map(({ hash }) => hash) },
    isAnswered ? "The challenge is answered." : "Shown; more receipts are needed.",
  );
}

async function heartbeatOf(
  session: Session,
  clients: ReturnType<typeof clientsOf>,
  { epoch, slot, nodeId }: Sighting,
  hash: string,
): Promise<SignedHeartbeat> {
  const { deployment } = await session.protocol();
  const domain = uptimeDomain(deployment.chainId, deployment.contracts.UptimeOracle);
  for (const client of clients) {
    const found = await client.evidence(epoch, slot, nodeId).catch(() => undefined);
    if (found !== undefined && heartbeatHash(domain, found) === hash) return found;
  }
  throw new MillraceError("WRONG_STATE", "No attestor has the heartbeat behind its receipt.", {
    hint: "Name the other attestors too.",
  });
}
