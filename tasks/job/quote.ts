import { ExecutionWorker } from "@millrace/rv32";
import { ZeroHash } from "ethers";

import {
  formatCredits,
  formatDuration,
  formatMill,
  formatPpm,
  formatRate,
  memberOf,
  MillraceError,
  parseDuration,
  readNumbered,
} from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";
import { classId } from "../node/classId.js";
import { endOf } from "./endOf.js";
import { machineBundle, type MachineWish } from "./machineJob.js";

interface Values extends MachineWish {
  readonly class: string | undefined;
  readonly units: string;
  readonly seconds: string | undefined;
}

/** How long work takes of which nothing is said. */
const DEFAULT_SECONDS = "10m";
const PROGRESS_MS = 10_000;

const TASK_KIND = 2n;
const ACTIVE = memberOf("NodeStatus", "active");

/** The ramp starts at the cheapest ask and ends at twice that: a provider that wants more may wait, the buyer need not. */
export default async function quote(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const units = parseWhole(values.units, "--units", 65_535, 1);
  const wanted = values.class === undefined ? 0 : await classId(protocol, values.class);
  const given = values.seconds === undefined ? undefined : parseDuration(values.seconds);
  const { elf } = values;
  const run = elf === undefined ? undefined : await runHere(session, { ...values, elf });
  const seconds = given ?? run?.seconds ?? parseDuration(DEFAULT_SECONDS);
  const market = run === undefined ? contracts.tasks : contracts.machines;
  const count = Number(await contracts.nodes.nodeCount());
  const readOffer = async (nodeId: number) =>
    Promise.all([contracts.nodes.nodeOf(nodeId), contracts.nodes.askOf(nodeId), contracts.nodes.statusOf(nodeId)]);
  const offers = [];
  for await (const [nodeId, [node, ask, status]] of readNumbered(count, readOffer)) {
    session.output.progress(`Reading nodes: ${nodeId} of ${count}.`);
    const isOfClass = wanted === 0 || Number(node.classId) === wanted;
    const takesTasks = (ask.kinds & TASK_KIND) !== 0n;
    if (status !== ACTIVE || !isOfClass || !takesTasks || node.units - node.busyUnits < units) continue;
    offers.push({ nodeId, rate: ask.ratePerUnit, price: ask.ratePerUnit * BigInt(units * seconds) });
  }
  offers.sort((a, b) => (a.price < b.price ? -1 : 1));
  const [cheapest] = offers;
  if (cheapest === undefined) {
    throw new MillraceError("WRONG_STATE", "No node that takes tasks has that many units free.", {
      hint: "Look at npx hardhat node list, and ask for fewer units or another class.",
    });
  }
  const [startPrice, maxPrice] = [cheapest.price, cheapest.price * 2n];
  const [feePpm, bondRule] = await Promise.all([contracts.settlement.feePpm(), market.bondRule()]);
  const bond = await market.bondOfUp(sampleOrder(maxPrice, feePpm, bondRule), maxPrice);
  const rows = offers.map(({ nodeId, rate, price }) => [`${nodeId}`, formatRate(rate), formatCredits(price)]);
  session.output.result(
    { offers, startPrice, maxPrice, feePpm, bond, seconds, ...(run !== undefined && { run }) },
    `${table(["node", "asks for a unit", "for this work"], rows, "")}\n${facts([
      ...(run === undefined ? [] : [["run here", `${run.end}, in ${formatDuration(run.seconds)} at most`] as const]),
      ["priced for", formatDuration(seconds)],
      [
        "price ramp",
        `${formatCredits(startPrice)} to ${formatCredits(maxPrice)}; the highest is locked, the rest comes back`,
      ],
      ["of which fee", formatPpm(feePpm)],
      ["provider's bond", formatMill(bond)],
    ])}`,
  );
}

/** What a program does on this machine, which may be faster or slower than a provider's. */
interface LocalRun {
  readonly steps: bigint;
  readonly end: string;
  /** Rounded up. */
  readonly seconds: number;
}

/** Runs a program as a provider would, with every hash that it would have to commit to. */
async function runHere(session: Session, wish: MachineWish & { readonly elf: string }): Promise<LocalRun> {
  const { program, input } = await machineBundle(wish);
  const worker = new ExecutionWorker(program, input);
  const startedAt = performance.now();
  let sayAt = startedAt + PROGRESS_MS;
  try {
    const { final } = await worker.run((steps) => {
      if (performance.now() < sayAt) return;
      sayAt = performance.now() + PROGRESS_MS;
      session.output.say(
        `${steps.toLocaleString("en-US")} steps of at most ${program.maxSteps.toLocaleString("en-US")} …`,
      );
    });
    const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
    return { steps: final.steps, end: endOf(final), seconds };
  } finally {
    await worker.close();
  }
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
