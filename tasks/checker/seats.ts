import { formatMill, formatTime } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";

export default async function seats(session: Session, { account }: { account: string | undefined }): Promise<void> {
  const { contracts } = await session.protocol();
  const [count, leaveSeconds] = await Promise.all([contracts.seats.seatCount(), contracts.seats.leaveSeconds()]);
  const whose = account === undefined ? undefined : await accountAddress(session, account);
  const ids = Array.from({ length: Number(count) }, (_, i) => i + 1);
  const all = await Promise.all(
    ids.map(async (seatId) => {
      const { account: owner, bond, leftAt } = await contracts.seats.seatOf(seatId);
      const state = owner === ZeroAddress ? "free" : leftAt === 0n ? "seated" : "left";
      return { seatId, account: owner, state, bond, releaseAt: leftAt === 0n ? 0n : leftAt + leaveSeconds };
    }),
  );
  const shown = all.filter(({ account: owner }) => whose === undefined || owner === whose);
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
