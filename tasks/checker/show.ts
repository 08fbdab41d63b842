import { formatPpm, formatTime } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";
import { checkedClaim, type CheckedClaimValues } from "./checkedClaim.js";

export default async function show(session: Session, values: CheckedClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const { seats } = protocol.contracts;
  const claim = await checkedClaim(protocol, values);
  const { claimId } = claim;
  const [check, wouldBe] = await Promise.all([claim.checks.checkOf(claimId), claim.drawnFor()]);
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
