import { readClaim } from "@millrace/jobs";
import { formatPpm, formatTime } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";

export default async function show(session: Session, { claim: given }: { claim: string }): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const { checks, claims, seats } = contracts;
  const claimId = parseId(given, "--claim");
  const [posted] = await readClaim(claims, { claimId, fromBlock: deployment.deployedAtBlock });
  if (posted === undefined) return;
  const [check, wouldBe] = await Promise.all([checks.checkOf(claimId), checks.drawnFor(claimId, posted.claim)]);
  const isDrawn = check.count !== 0n;
  const drawn = isDrawn ? check.seats.slice(0, Number(check.count)) : [...wouldBe.seats];
  const has = (set: bigint, place: number): boolean => ((set >> BigInt(place)) & 1n) === 1n;
  const places = await Promise.all(
    drawn.map(async (seatId, place) => ({
      place,
      seatId,
      account: (await seats.seatOf(seatId)).account,
      did: has(check.convicted, place)
        ? "convicted"
        : has(check.vouched, place)
          ? "vouched"
          : has(check.committed, place)
            ? "committed"
            : "nothing",
    })),
  );
  const stage = isDrawn
    ? check.isSettled
      ? "settled"
      : "drawn"
    : wouldBe.drawBy === 0n
      ? "cannot be checked"
      : `not drawn; until ${formatTime(wouldBe.drawBy)}, by the value of ${formatTime(wouldBe.pickAt)}`;
  session.output.result(
    { claimId, isDrawn, isSettled: check.isSettled, payPpm: check.payPpm, drawBy: wouldBe.drawBy, places },
    facts([
      ["check", stage],
      ["paid of the fee", isDrawn ? formatPpm(check.payPpm) : "not fixed yet"],
      ...places.map(({ place, seatId, account, did }): [string, string] => [
        `place ${place}`,
        `seat ${seatId} of ${account}: ${did}`,
      ]),
    ]),
  );
}
