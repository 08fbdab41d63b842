import { MillraceError } from "@millrace/sdk";
import { bitmapOf, decodeDataFile, observationEvidence, sightingsEvidence } from "@millrace/uptime-tree/format";

import type { Session } from "../lib/Session.js";
import { challengeOf, type ChallengeValues } from "./challengeOf.js";
import { readDataFile } from "./dataFile.js";

/** Takes the attestors to account that had a cleared slot up and showed no heartbeat. */
export default async function convict(
  session: Session,
  values: ChallengeValues & { readonly file: string },
): Promise<void> {
  const { contracts } = await session.protocol();
  const { epoch, nodeId, slot, challengeId, challenge, report, reportHash } = await challengeOf(session, values);
  const { observations } = decodeDataFile((await readDataFile(values.file, reportHash)).bytes);
  const [seats] = await contracts.uptime.setOf(epoch);
  const accused = observations.filter((observation) => {
    const hasShown = (challenge.shown >> BigInt(seats.indexOf(observation.attestor))) & 1n;
    return hasShown === 0n && ((bitmapOf(observation.sightings, nodeId) >> BigInt(slot)) & 1n) === 1n;
  });
  if (accused.length === 0) {
    throw new MillraceError("WRONG_STATE", "Everybody who had the slot up has shown a heartbeat.", {
      hint: "There is nobody to take to account.",
    });
  }
  const sent = await session.execute({
    title: `Prove that ${accused.length} attestors saw nothing in slot ${slot} of epoch ${epoch}`,
    facts: [["attestors", accused.map(({ attestor }) => attestor).join(", ")]],
    steps: await Promise.all(
      accused.map(async (observation) => ({
        label: `proveFalseSighting ${observation.attestor}`,
        request: await contracts.challenges.proveFalseSighting.populateTransaction(
          challengeId,
          seats.indexOf(observation.attestor),
          observationEvidence(observation, report.configDigest),
          sightingsEvidence(observation, nodeId),
        ),
      })),
    ),
  });
  if (sent === undefined) return;
  session.output.result(
    { challengeId, attestors: accused.map(({ attestor }) => attestor), transaction: sent.last.hash },
    `${accused.length} attestors have lost part of their bond.`,
  );
}
