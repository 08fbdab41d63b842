import type { Session } from "../lib/Session.js";
import { challengeOf, type ChallengeValues } from "./challengeOf.js";

/** Ends a challenge that nobody answered in time. */
export default async function clear(session: Session, values: ChallengeValues): Promise<void> {
  const { contracts } = await session.protocol();
  const { epoch, nodeId, slot, challengeId, challenge } = await challengeOf(session, values);
  const sent = await session.execute({
    title: `Clear slot ${slot} of node ${nodeId} in epoch ${epoch}`,
    facts: [["bond", `back to ${challenge.challenger}`]],
    steps: [{ label: "clearSlot", request: await contracts.challenges.clearSlot.populateTransaction(challengeId) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { challengeId, epoch, nodeId, slot, transaction: sent.last.hash },
    `Slot ${slot} of node ${nodeId} is down; npx hardhat oracle convict takes those to account who said otherwise.`,
  );
}
