import { findBeaconBlock, formatTime, MillraceError } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { epochOf } from "./epochOf.js";

export default async function record(session: Session): Promise<void> {
  const { contracts, now } = await session.protocol();
  const { provider } = await session.chain();
  const epoch = await epochOf(session, undefined);
  const recorded: bigint[] = [];
  // The first value tells the times of the others.
  for (const which of ["drawAt", "startsAt", "closesAt"] as const) {
    const second = (await contracts.capacity.timesOf(epoch))[which];
    if (second === 0n || second > BigInt(await now())) break;
    if (BigInt(await contracts.beacon.valueAt(second)) !== 0n) continue;
    const block = await findBeaconBlock(provider, Number(second));
    if (block === undefined) break;
    const { blockNumber, header, parentHeader } = block;
    const sent = await session.execute({
      title: `Record the value of ${formatTime(second)}`,
      facts: [
        ["block", `${blockNumber}, the first at or after it`],
        ["result", "the round of the current epoch can go on"],
      ],
      steps: [
        {
          label: "record",
          request: await contracts.beacon.record.populateTransaction(second, blockNumber, header, parentHeader),
        },
      ],
    });
    if (sent === undefined) return;
    recorded.push(second);
  }
  if (recorded.length === 0) {
    throw new MillraceError("WRONG_STATE", `The round of epoch ${epoch} needs no value now.`, {
      hint: "npx hardhat capacity status shows when it will.",
    });
  }
  session.output.result(
    { epoch, recorded },
    recorded.map((second) => `The value of ${formatTime(second)} is recorded.`).join("\n"),
  );
}
