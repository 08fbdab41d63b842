import { join } from "node:path";

import { formatCredits, formatDuration, MillraceError, parseCredits, parseDuration } from "@millrace/sdk";
import { INPUT_FILE, JOB_FILE } from "@millrace/tensor";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import type { TraitValues } from "../lib/traits.js";
import { writeFiles } from "../lib/writeFiles.js";
import { wantedNodes, type WantedValues } from "../node/wantedNodes.js";
import type { BundleWish } from "./buildBundle.js";
import type { MachineWish } from "./machineJob.js";
import { machineJob } from "./machineJob.js";
import { openingOf } from "./openingOf.js";
import { tensorJob } from "./tensorJob.js";

interface Values extends BundleWish, MachineWish, TraitValues, WantedValues {
  readonly bundles: string;
  readonly url: string;
  readonly startPrice: string;
  readonly maxPrice: string;
  readonly ramp: string;
  readonly expires: string;
  readonly ack: string;
  readonly work: string;
  readonly window: string;
  readonly response: string | undefined;
  readonly outsideValue: string;
  readonly buy: string | undefined;
  readonly smallJob: boolean;
  readonly private: boolean;
}

export default async function open(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, now } = protocol;
  const [startPrice, maxPrice] = [parseCredits(values.startPrice), parseCredits(values.maxPrice)];
  if (startPrice > maxPrice) {
    throw new MillraceError("BAD_INPUT", "The first price is above the highest.", {
      hint: "Lower --start-price or raise --max-price.",
    });
  }
  const wanted = await wantedNodes(protocol, values);
  const { elf } = values;
  const job = elf === undefined ? await tensorJob(session, values) : await machineJob(protocol, { ...values, elf });
  const { bundleHash, programHash, inputRoot } = job;
  const opening = await openingOf(session, job.market, values);
  const terms = {
    ...wanted,
    traitsHash: opening.traitsHash,
    startPrice,
    maxPrice,
    rampSeconds: parseDuration(values.ramp),
    expiresAt: (await now()) + parseDuration(values.expires),
    ackSeconds: parseDuration(values.ack),
    workSeconds: parseDuration(values.work),
    windowSeconds: parseDuration(values.window),
    responseSeconds:
      values.response === undefined ? Number(await job.claims.minResponseSeconds()) : parseDuration(values.response),
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
  // Kept before it is ordered: whoever orders must be able to show.
  const files = { [JOB_FILE]: job.files.job, [INPUT_FILE]: job.files.input };
  await writeFiles(join(values.bundles, bundleHash), files, "--bundles");
  const sent = await session.execute({
    title: job.title,
    facts: [
      ...job.facts,
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
    steps: opening.steps(await job.open(terms)),
  });
  if (sent === undefined) return;
  const taskId = findEvent(job.market, sent.last, "TaskOpened")?.args["taskId"] as bigint;
  const where = job.marketName === "dispute" ? "" : ` of the ${job.marketName} market`;
  session.output.result(
    {
      ...{ taskId, market: job.marketName, programHash, inputRoot, bundleHash, dataUri: terms.dataUri },
      transaction: sent.last.hash,
    },
    `Task ${taskId}${where} is open for at most ${formatCredits(maxPrice)}. Keep its data served: ` +
      `npx hardhat job serve --bundles ${values.bundles}`,
  );
}
