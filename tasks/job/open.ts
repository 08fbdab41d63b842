import { join } from "node:path";

import { assertProvable, encodeBundle, type Program, ProgramError, writeBundle } from "@millrace/tensor";

import { formatCredits, formatDuration, MillraceError, parseCredits, parseDuration, shortHex } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseIds, parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import type { TraitValues } from "../lib/traits.js";
import { classId } from "../node/classId.js";
import type { BundleWish } from "./buildBundle.js";
import { buildBundle } from "./buildBundle.js";
import { openingOf } from "./openingOf.js";

interface Values extends BundleWish, TraitValues {
  readonly bundles: string;
  readonly url: string;
  readonly class: string | undefined;
  readonly units: string;
  readonly startPrice: string;
  readonly maxPrice: string;
  readonly ramp: string;
  readonly expires: string;
  readonly ack: string;
  readonly work: string;
  readonly window: string;
  readonly response: string | undefined;
  readonly outsideValue: string;
  readonly nodes: string | undefined;
  readonly buy: string | undefined;
  readonly smallJob: boolean;
  readonly private: boolean;
}

export default async function open(session: Session, values: Values): Promise<void> {
  const { contracts, deployment, now } = await session.protocol();
  const [startPrice, maxPrice] = [parseCredits(values.startPrice), parseCredits(values.maxPrice)];
  if (startPrice > maxPrice) {
    throw new MillraceError("BAD_INPUT", "The first price is above the highest.", {
      hint: "Lower --start-price or raise --max-price.",
    });
  }
  const bundle = await buildBundle(values);
  checkProgram(session, bundle.program);
  const { bundleHash, programHash, inputRoot } = encodeBundle(bundle);
  const opening = await openingOf(session, contracts.tasks, values);
  const terms = {
    classId: values.class === undefined ? 0 : classId(deployment, values.class),
    units: parseWhole(values.units, "--units", 65_535),
    nodeIds: values.nodes === undefined ? [] : parseIds(values.nodes, "--nodes"),
    traitsHash: opening.traitsHash,
    startPrice,
    maxPrice,
    rampSeconds: parseDuration(values.ramp),
    expiresAt: (await now()) + parseDuration(values.expires),
    ackSeconds: parseDuration(values.ack),
    workSeconds: parseDuration(values.work),
    windowSeconds: parseDuration(values.window),
    responseSeconds:
      values.response === undefined
        ? Number(await contracts.claims.minResponseSeconds())
        : parseDuration(values.response),
    outsideValue: parseCredits(values.outsideValue),
    programHash,
    inputRoot,
    bundleHash,
    dataUri: `${values.url.replace(/\/+$/, "")}/${bundleHash}`,
    isSmallJob: values.smallJob,
    isPrivate: values.private,
  };
  const { address } = await session.account();
  const { free } = await contracts.settlement.accountOf(address);
  const sent = await session.execute({
    title: `Open a task of ${bundle.program.totalWords.toLocaleString("en-US")} words`,
    facts: [
      ["program", `${shortHex(programHash)}, ${bundle.program.operators.length} operators`],
      [
        "price",
        `${formatCredits(startPrice)}, climbing to ${formatCredits(maxPrice)} in ${formatDuration(terms.rampSeconds)}`,
      ],
      ["locked now", `${formatCredits(maxPrice)} of ${formatCredits(free + opening.bought)} free`],
      ...opening.facts,
      ["work until", `${formatDuration(terms.workSeconds)} after the provider has the data`],
      ["contestable for", `${formatDuration(terms.windowSeconds)}, ${formatDuration(terms.responseSeconds)} an answer`],
      ["data", terms.dataUri],
    ],
    steps: opening.steps(await contracts.tasks.open.populateTransaction(terms)),
  });
  if (sent === undefined) return;
  await writeBundle(join(values.bundles, bundleHash), bundle);
  const taskId = findEvent(contracts.tasks, sent.last, "TaskOpened")?.args["taskId"] as bigint;
  session.output.result(
    { taskId, programHash, inputRoot, bundleHash, dataUri: terms.dataUri, transaction: sent.last.hash },
    `Task ${taskId} is open for at most ${formatCredits(maxPrice)}. Keep its data served: ` +
      `npx hardhat job serve --bundles ${values.bundles}`,
  );
}

/** Before it is paid for: a provider that can count refuses what cannot be proven. */
function checkProgram(session: Session, program: Program): void {
  try {
    assertProvable(program);
  } catch (error) {
    // Kernels of others are for those who have them; all else that is wrong with a program is wrong for everybody.
    if (!(error instanceof ProgramError) || error.code !== "UNKNOWN_KERNEL") throw error;
    session.output.say(`Not checked from here on: ${error.message}.`);
  }
}
