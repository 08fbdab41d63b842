import { ZeroHash } from "ethers";

import { formatDuration, formatKinds, formatMill, formatRate, parseDuration, parseRate } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { parseEndpoint, parseRegion, parseWhole } from "../lib/inputs.js";
import { keyConsent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";
import { agentConsent, consentCommand } from "./agentConsent.js";
import { claimedAttributes } from "./claimedAttributes.js";
import { classId } from "./classId.js";
import { parseKinds } from "./kinds.js";

interface Values {
  readonly class: string;
  readonly units: string;
  readonly rate: string;
  readonly minSeconds: string;
  readonly maxSeconds: string;
  readonly kinds: string;
  readonly agent: string | undefined;
  readonly consent: string | undefined;
  readonly region: string;
  readonly attributes: string;
  readonly endpoint: string;
  readonly metadata: string;
}

export default async function add(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const { address } = await session.account();
  const classNumber = await classId(protocol, values.class);
  const units = parseWhole(values.units, "--units", 65_535);
  const ask = {
    ratePerUnit: parseRate(values.rate),
    minSeconds: parseDuration(values.minSeconds),
    maxSeconds: parseDuration(values.maxSeconds),
    kinds: parseKinds(values.kinds),
    changedAt: 0,
  };
  const details = {
    region: parseRegion(values.region),
    attributes: claimedAttributes(values.attributes),
    source: ZeroHash,
    endpoint: parseEndpoint(values.endpoint),
    metadata: values.metadata,
  };
  const agent = values.agent === undefined ? address : await accountAddress(session, values.agent);
  const consent = await keyConsent(session, {
    key: agent,
    given: values.consent,
    consent: await agentConsent(session, address, agent),
    command: consentCommand(address),
  });
  const [{ stakePerUnit }, { required, active }] = await Promise.all([
    contracts.catalog.entryOf(classNumber),
    contracts.staking.accountOf(address),
  ]);
  const stake = stakePerUnit * BigInt(units);
  const sent = await session.execute({
    title: `Add a node of ${counted(units, "unit")} of class ${classNumber}`,
    facts: [
      [
        "asks",
        `${formatRate(ask.ratePerUnit)} a unit, ${formatDuration(ask.minSeconds)} to ${formatDuration(ask.maxSeconds)}`,
      ],
      ["takes", formatKinds(ask.kinds)],
      ["agent", agent],
      ["stake needed", `${formatMill(required)} → ${formatMill(required + stake)} of ${formatMill(active)} active`],
    ],
    steps: [
      {
        label: "addNode",
        request: await contracts.nodes.addNode.populateTransaction(classNumber, units, agent, details, ask, consent),
      },
    ],
  });
  if (sent === undefined) return;
  const nodeId = findEvent(contracts.nodes, sent.last, "NodeAdded")?.args["nodeId"] as bigint;
  session.output.result(
    { nodeId, classId: classNumber, units, agent, transaction: sent.last.hash },
    `Node ${nodeId} is in the market.`,
  );
}
