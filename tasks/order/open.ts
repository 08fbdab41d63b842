import { ZeroHash } from "ethers";

import {
  formatCredits,
  formatDuration,
  formatMill,
  formatPpm,
  formatRate,
  MillraceError,
  parseDuration,
  parseMill,
  parsePpm,
  parseRate,
} from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import { NO_PURCHASE, purchase } from "../lib/purchase.js";
import type { Session } from "../lib/Session.js";
import { parseTraits, traitFacts, type TraitValues } from "../lib/traits.js";
import { parseHash } from "../lib/parseHash.js";
import { wantedNodes, type WantedValues } from "../node/wantedNodes.js";

interface Values extends TraitValues, WantedValues {
  readonly seats: string;
  readonly seconds: string;
  readonly startRate: string;
  readonly maxRate: string;
  readonly ramp: string;
  readonly listed: string;
  readonly fill: string | undefined;
  readonly bond: string;
  readonly uptime: string;
  readonly penalty: string;
  readonly dark: string;
  readonly workload: string | undefined;
  readonly url: string;
  readonly buy: string | undefined;
}

export default async function open(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const { address } = await session.account();
  const [startRate, maxRate] = [parseRate(values.startRate), parseRate(values.maxRate)];
  if (startRate > maxRate) {
    throw new MillraceError("BAD_INPUT", `The rate cannot climb from ${values.startRate} to ${values.maxRate}.`, {
      hint: "Give a --max-rate that is no less than --start-rate.",
    });
  }
  const terms = {
    wanted: {
      ...(await wantedNodes(protocol, values)),
      ...parseTraits(values),
    },
    seats: parseWhole(values.seats, "--seats", 16, 1),
    startRate,
    maxRate,
    rampSeconds: parseDuration(values.ramp),
    leaseSeconds: parseDuration(values.seconds),
    listSeconds: parseDuration(values.listed),
    fillSeconds: values.fill === undefined ? 0 : parseDuration(values.fill),
    pledge: {
      bond: parseMill(values.bond),
      uptimePpm: parsePpm(values.uptime),
      penaltyPpm: parsePpm(values.penalty),
      darkSlots: parseWhole(values.dark, "--dark", 240),
    },
    workloadHash: values.workload === undefined ? ZeroHash : parseHash(values.workload, "--workload"),
    dataUri: values.url,
  };
  const escrow = maxRate * BigInt(terms.wanted.units * terms.seats * (terms.leaseSeconds + terms.fillSeconds));
  const { free } = await contracts.settlement.accountOf(address);
  const buying = values.buy === undefined ? NO_PURCHASE : await purchase(session, contracts.orders, values.buy);
  const request = await contracts.orders.open.populateTransaction(terms);
  const sent = await session.execute({
    title: `Order ${counted(terms.seats, "lease")} of ${formatDuration(terms.leaseSeconds)}`,
    facts: [
      [
        "rate",
        `${formatRate(startRate)} a unit, climbing to ${formatRate(maxRate)} in ${formatDuration(terms.rampSeconds)}`,
      ],
      [
        "locked now",
        `${formatCredits(escrow)} of ${formatCredits(free + buying.credits)} free; what is not needed comes back`,
      ],
      [
        "begin",
        terms.fillSeconds === 0
          ? "each seat as soon as it is taken"
          : `together, or not at all ${formatDuration(terms.fillSeconds)} after the first seat; seats that waited are paid`,
      ],
      ...traitFacts(values),
      ...buying.facts,
      ["pledge", `${formatPpm(terms.pledge.uptimePpm)} uptime, ${formatMill(terms.pledge.bond)} bonded for each seat`],
    ],
    steps: [{ label: values.buy === undefined ? "open" : "buy and open", request: buying.with(request) }],
  });
  if (sent === undefined) return;
  const orderId = findEvent(contracts.orders, sent.last, "OrderOpened")?.args["orderId"] as bigint;
  session.output.result(
    { orderId, escrow, transaction: sent.last.hash },
    `Order ${orderId} is listed. Providers take it: npx hardhat order accept --order ${orderId} --node <number>`,
  );
}
