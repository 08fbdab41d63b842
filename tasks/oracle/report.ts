import { formatTime, labelOf, MillraceError } from "@millrace/sdk";
import { countUp } from "@millrace/uptime-tree/format";

import { parseEpoch, parseId } from "../lib/inputs.js";
import type { Protocol, Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";
import { clientsOf } from "./clientsOf.js";
import { leafOf } from "./leafOf.js";
import { standingRoot } from "./standingRoot.js";

interface Values {
  readonly epoch: string;
  readonly node: string | undefined;
  readonly attestor: string | undefined;
}

export default async function report(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, epochs, now } = protocol;
  const epoch = parseEpoch(values.epoch);
  if ((await now()) < epochs.endOf(epoch)) {
    throw new MillraceError("WRONG_STATE", `Epoch ${epoch} is not over, so there is no report of it yet.`, {
      hint: "npx hardhat oracle status shows the latest reports.",
    });
  }
  const [record, state, deadline] = await Promise.all([
    contracts.uptime.reportOf(epoch),
    contracts.uptime.statusOf(epoch),
    contracts.uptime.reportDeadline(epoch),
  ]);
  const status = labelOf("ReportStatus", state);
  const { root, finalAt } = record;
  const uptime = await uptimeOf(protocol, values, epoch);
  session.output.result(
    { epoch, status, root, finalAt, deadline, uptime },
    `Report of epoch ${epoch}\n${facts([
      ["status", status],
      ["final", formatTime(finalAt)],
      ["due by", formatTime(deadline)],
      ["root", root],
      ...(uptime === undefined
        ? []
        : [[`node ${uptime.nodeId}`, `${uptime.slots} of ${epochs.slotsPerEpoch} slots up: ${uptime.map}`] as const]),
    ])}`,
  );
}

/** Slots from first to last, `#` for up. */
async function uptimeOf(protocol: Protocol, { node, attestor }: Values, epoch: number) {
  if (node === undefined && attestor === undefined) return undefined;
  if (node === undefined || attestor === undefined) {
    throw new MillraceError("BAD_INPUT", "A node's slots stand in its leaf, which an attestor has.", {
      hint: "Give --node and --attestor together.",
    });
  }
  const nodeId = parseId(node, "--node");
  const { leaf } = await leafOf(clientsOf(attestor), await standingRoot(protocol.contracts, epoch), nodeId);
  const map = Array.from({ length: protocol.epochs.slotsPerEpoch }, (_, slot) =>
    (leaf.bitmap >> BigInt(slot)) & 1n ? "#" : ".",
  ).join("");
  return { nodeId, slots: countUp(leaf.bitmap), map };
}
