import { ZeroHash } from "ethers";

import { formatCredits, formatMill, formatPpm, formatRate, MillraceError, parseDuration } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";
import { classId } from "../node/classId.js";

interface Values {
  readonly class: string | undefined;
  readonly units: string;
  readonly seconds: string;
}

const TASK_KIND = 2n;
const ACTIVE = 1n;

/** The ramp starts at the cheapest ask and ends at twice that: a provider that wants more may wait, the buyer need not. */
export default async function quote(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const [units, seconds] = [parseWhole(values.units, "--units", 65_535), parseDuration(values.seconds)];
  const wanted = values.class === undefined ? 0 : classId(deployment, values.class);
  const count = Number(await contracts.nodes.nodeCount());
  const nodes = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const id = i + 1;
      const [node, ask, status] = await Promise.all([
        contracts.nodes.nodeOf(id),
        contracts.nodes.askOf(id),
        contracts.nodes.statusOf(id),
      ]);
      return { id, classId: Number(node.classId), free: Number(node.units - node.busyUnits), ask, status };
    }),
  );
  const offers = nodes
    .filter(({ classId: of, free, ask, status }) => {
      const takesTasks = (ask.kinds & TASK_KIND) !== 0n;
      return status === ACTIVE && takesTasks && free >= units && (wanted === 0 || of === wanted);
    })
    .map(({ id, ask }) => ({ nodeId: id, rate: ask.ratePerUnit, price: ask.ratePerUnit * BigInt(units * seconds) }))
    .sort((a, b) => (a.price < b.price ? -1 : 1));
  const [cheapest] = offers;
  if (cheapest === undefined) {
    throw new MillraceError("WRONG_STATE", "No node that takes tasks has that many units free.", {
      hint: "Look at npx hardhat node list, and ask for fewer units or another class.",
    });
  }
  const [startPrice, maxPrice] = [cheapest.price, cheapest.price * 2n];
  const [feePpm, bondRule] = await Promise.all([contracts.settlement.feePpm(), contracts.tasks.bondRule()]);
  const bond = await contracts.tasks.bondOfUp(sampleOrder(maxPrice, feePpm, bondRule), maxPrice);
  const rows = offers.map(({ nodeId, rate, price }) => [`${nodeId}`, formatRate(rate), formatCredits(price)]);
  session.output.result(
    { offers, startPrice, maxPrice, feePpm, bond },
    `${table(["node", "asks for a unit", "for this work"], rows, "")}\n${facts([
      [
        "price ramp",
        `${formatCredits(startPrice)} to ${formatCredits(maxPrice)}; the highest is locked, the rest comes back`,
      ],
      ["of which fee", formatPpm(feePpm)],
      ["provider's bond", formatMill(bond)],
    ])}`,
  );
}

function sampleOrder(maxPrice: bigint, feePpm: bigint, bondRule: { floor: bigint; detectionPpm: bigint }) {
  const { floor, detectionPpm } = bondRule;
  return {
    terms: {
      classId: 0,
      units: 1,
      nodeIds: [],
      traitsHash: ZeroHash,
      startPrice: maxPrice,
      maxPrice,
      rampSeconds: 0,
      expiresAt: 0,
      ackSeconds: 1,
      workSeconds: 1,
      windowSeconds: 1,
      responseSeconds: 1,
      outsideValue: 0,
      programHash: ZeroHash,
      inputRoot: ZeroHash,
      bundleHash: ZeroHash,
      dataUri: "",
      isSmallJob: true,
      isPrivate: false,
    },
    snapshot: {
      buyer: "0x0000000000000000000000000000000000000000",
      openedAt: 0,
      feePpm,
      bondRule: { floor, detectionPpm },
    },
  };
}
