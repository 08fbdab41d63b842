import { type Contracts, memberOf, MillraceError } from "@millrace/sdk";
import type { Report } from "@millrace/uptime-tree/format";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { postedReport } from "./postedReport.js";
import { slotOf } from "./slotOf.js";

/** How a challenge is named. */
export interface ChallengeValues {
  readonly epoch: string;
  readonly node: string;
  readonly slot: string;
}

/** A challenge, and what it is about. */
export interface FoundChallenge {
  readonly epoch: number;
  readonly nodeId: bigint;
  readonly slot: number;
  readonly challengeId: string;
  readonly challenge: Awaited<ReturnType<Contracts["challenges"]["challengeOf"]>>;
  readonly report: Report;
  readonly reportHash: string;
}

/** The challenge to a slot in the report that stands. */
export async function challengeOf(session: Session, values: ChallengeValues): Promise<FoundChallenge> {
  const { contracts } = await session.protocol();
  const { epoch, report, reportHash } = await postedReport(session, values.epoch);
  const [nodeId, slot] = [parseId(values.node, "--node"), await slotOf(session, values.slot)];
  const challengeId = await contracts.challenges.challengeIdOf(reportHash, nodeId, slot);
  const challenge = await contracts.challenges.challengeOf(challengeId);
  if (challenge.status === memberOf("ChallengeStatus", "unknown")) {
    throw new MillraceError("WRONG_STATE", `Nobody challenged slot ${slot} of node ${nodeId} in epoch ${epoch}.`, {
      hint: "npx hardhat oracle challenge does it.",
    });
  }
  return { epoch, nodeId, slot, challengeId, challenge, report, reportHash };
}
