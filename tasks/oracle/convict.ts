import { decodeError, MillraceError } from "@millrace/sdk";
import { bitmapOf, decodeDataFile, observationEvidence, sightingsEvidence } from "@millrace/uptime-tree/format";

import { counted } from "../lib/counted.js";
import type { Session } from "../lib/Session.js";
import { challengeOf, type ChallengeValues } from "./challengeOf.js";
import { readDataFile } from "./dataFile.js";

/** Takes the attestors to account that had a cleared slot up and showed no heartbeat. */
export default async function convict(
  session: Session,
  values: ChallengeValues & { readonly file: string },
): Promise<void> {
  const { contracts } = await session.protocol();
  const { challenges } = contracts;
  const { epoch, nodeId, slot, challengeId, challenge, report, reportHash } = await challengeOf(session, values);
  const { observations } = decodeDataFile((await readDataFile(values.file, reportHash)).bytes);
  const [seats] = await contracts.uptime.setOf(epoch);
  const accused = observations.filter((observation) => {
    const hasShown = (challenge.shown >> BigInt(seats.indexOf(observation.attestor))) & 1n;
    return hasShown === 0n && ((bitmapOf(observation.sightings, nodeId) >> BigInt(slot)) & 1n) === 1n;
  });
  const proofs = await Promise.all(
    accused.map(async (observation) => {
      const { attestor } = observation;
      const evidence = observationEvidence(observation, report.configDigest);
      const proof = [challengeId, seats.indexOf(attestor), evidence, sightingsEvidence(observation, nodeId)] as const;
      const isPaid = await isPaidFor(() => challenges.proveFalseSighting.staticCall(...proof));
      return { attestor, isPaid, request: await challenges.proveFalseSighting.populateTransaction(...proof) };
    }),
  );
  const guilty = proofs.filter(({ isPaid }) => !isPaid);
  if (guilty.length === 0) {
    throw new MillraceError("WRONG_STATE", "Everybody who had the slot up has shown a heartbeat, or paid for it.", {
      hint: "There is nobody to take to account.",
    });
  }
  const attestors = guilty.map(({ attestor }) => attestor);
  const sent = await session.execute({
    title: `Prove that ${counted(guilty.length, "attestor")} saw nothing in slot ${slot} of epoch ${epoch}`,
    facts: [["attestors", attestors.join(", ")]],
    steps: guilty.map(({ attestor, request }) => ({ label: `proveFalseSighting ${attestor}`, request })),
  });
  if (sent === undefined) return;
  session.output.result(
    { challengeId, attestors, transaction: sent.last.hash },
    `${counted(guilty.length, "attestor")} lost part of the bond.`,
  );
}

/** Whether an attestor was slashed for the same sighting before, under this report or another. */
async function isPaidFor(prove: () => Promise<unknown>): Promise<boolean> {
  try {
    await prove();
    return false;
  } catch (error) {
    // Whatever else is wrong is told when it is sent.
    return decodeError(error).revert?.name === "UptimeChallenges_SameSeat";
  }
}
