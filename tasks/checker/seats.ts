import { formatMill, formatTime, readNumbered } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";

export default async function seats(session: Session, { account }: { account: string | undefined }): Promise<void> {
  const { contracts } = await session.protocol();
  const [count, leaveSeconds] = await Promise.all([contracts.seats.seatCount(), contracts.seats.leaveSeconds()]);
  const whose = account === undefined ? undefined : await accountAddress(session, account);
  const shown = [];
  for await (const [seatId, seat] of readNumbered(Number(count), async (number) => contracts.seats.seatOf(number))) {
    const { account: owner, bond, leftAt } = seat;
    if (whose !== undefined && owner !== whose) continue;
    const state = owner === ZeroAddress ? "free" : leftAt === 0n ? "seated" : "left";
    shown.push({ seatId, account: owner, state, bond, releaseAt: leftAt === 0n ? 0n : leftAt + leaveSeconds });
  }
  session.output.result(
    { seats: shown },
    table(
      ["seat", "account", "state", "bond", "bond stays until"],
      shown.map(({ seatId, account: owner, state, bond, releaseAt }) => [
        String(seatId),
        state === "free" ? "" : owner,
        state,
        formatMill(bond),
        releaseAt === 0n ? "" : formatTime(releaseAt),
      ]),
      "Nobody has a seat.",
    ),
  );
}
