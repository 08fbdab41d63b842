import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { claimIdOf, readOrder } from "@millrace/jobs";
import { formatMill, MillraceError, TransactionSender } from "@millrace/sdk";
import {
  accuracyOf,
  buildInference,
  decodeInference,
  decodeRendering,
  decodeTraining,
  digitSplit,
  predictionAccuracy,
} from "@millrace/workloads";
import { parseEther } from "ethers";

import { CLASS } from "./cast.js";
import type { EventTeller } from "./EventTeller.js";
import type { Pace } from "./measurePace.js";
import { openTask } from "./openTask.js";
import type { Orders } from "./orders.js";
import { resultOf } from "./resultOf.js";
import type { Services } from "./servicesChapter.js";
import type { Setup } from "./setupChapter.js";
import { ROOT, type World } from "./World.js";

/** What the jobs need beside the world. */
export interface Stage {
  readonly services: Services;
  readonly orders: Orders;
  readonly teller: EventTeller;
  readonly pace: Pace;
}

/** Ids of the story's jobs. */
export interface Jobs {
  readonly training: bigint;
  readonly inference: bigint;
  readonly rendering: bigint;
  /** Only with the silent provider. */
  readonly silent: bigint | undefined;
  readonly lease: bigint;
}

/** The lease ends with its epoch, or this long before, as each transaction of the next seconds takes one of its own. */
const LEASE_MARGIN_SECONDS = 4;
/** Seconds of the lease after which the node dies. */
const KILL_AFTER_SECONDS = 14;
const MAX_RATE = parseEther("1");
/** Low enough that only who cuts corners takes it at once; what follows without a cheat starts at what work costs. */
const LOW_START_PRICE = parseEther("5");
const FAIR_START_PRICE = parseEther("12");
const PATIENCE_SECONDS = 300;
const PICTURES = join(ROOT, "reports");

/** The buyer opens everything at once; one node dies; results come in, right ones and wrong ones. */
export async function jobsChapter(
  world: World,
  setup: Setup,
  { services, orders, teller, pace }: Stage,
): Promise<Jobs> {
  const { narrator, report } = world;
  narrator.chapter("Work, and three ways to fail at it");
  const lease = await hireLease(world, setup);
  const killed = killLater(world, setup, services);

  const { training: trainingJob, rendering: renderingJob } = orders;
  const open = async (
    title: string,
    bundle: Parameters<typeof openTask>[2]["bundle"],
    classId: number,
    windowSeconds: number,
    startPrice: bigint,
  ) => {
    const { responseSeconds } = pace;
    const taskId = await openTask(world, services, { bundle, classId, windowSeconds, responseSeconds, startPrice });
    teller.name(taskId, title);
    narrator.say(`the buyer opens task ${taskId}: ${title}, ${bundle.program.totalWords} words to compute`);
    return taskId;
  };
  const training = await open("training", trainingJob, CLASS.gpu80, pace.windowSeconds, LOW_START_PRICE);
  const rendering = await open("rendering", renderingJob, CLASS.gpu24, pace.windowSeconds, LOW_START_PRICE);
  const seated = seatChecker(world, training);

  const weights = decodeTraining(trainingJob.about, await resultOf(world, training, "training", PATIENCE_SECONDS));
  const trained = accuracyOf(weights, digitSplit().heldOut);
  report.add({
    id: "demo.training.accuracy",
    value: trained,
    unit: "ratio",
    what: "held-out MNIST digits right",
    source: "the delivered weights, applied to digits that the training never saw",
  });
  narrator.say(`the trained network reads ${percent(trained)} of held-out digits`);

  const inferenceJob = buildInference({ weights });
  const inference = await open("inference", inferenceJob, CLASS.gpu80, pace.shortWindowSeconds, FAIR_START_PRICE);
  const silent = world.cast.providers.some(({ cheat }) => cheat === "silence")
    ? await open("a second inference", inferenceJob, CLASS.cpu, pace.shortWindowSeconds, LOW_START_PRICE)
    : undefined;

  const classes = await resultOf(world, inference, "inference", PATIENCE_SECONDS);
  const predictions = decodeInference(inferenceJob.about, classes);
  const accuracy = predictionAccuracy(predictions);
  report.add({
    id: "demo.inference.accuracy",
    value: accuracy,
    unit: "ratio",
    what: "digits that the inference task named right",
    source: "the delivered classes beside the labels",
  });
  narrator.say(`inference names ${percent(accuracy)} of ${predictions.length} digits`);

  const picture = await resultOf(world, rendering, "rendering", PATIENCE_SECONDS);
  const frames = decodeRendering(renderingJob.about, picture);
  mkdirSync(PICTURES, { recursive: true });
  frames.forEach((png, i) => {
    writeFileSync(join(PICTURES, `bunny-${i + 1}.png`), png);
  });
  report.add({
    id: "demo.render.frames",
    value: frames.length,
    unit: "frames",
    what: "pictures delivered by the rendering task",
    source: "files written to reports/ from the task's output",
  });
  narrator.say(`${frames.length} pictures of the bunny are in reports/`);
  if (silent !== undefined) await expectSilence(world, silent);
  await Promise.all([killed, seated]);
  return { training, inference, rendering, silent, lease };
}

async function hireLease(world: World, { leasedNode }: Setup): Promise<bigint> {
  const { leases } = world.as(world.cast.buyer);
  const { clock, epochs } = world;
  const now = await clock.now();
  const seconds = epochs.endOf(epochs.epochAt(now)) - now - LEASE_MARGIN_SECONDS;
  if (seconds <= KILL_AFTER_SECONDS) {
    throw new MillraceError("TIMEOUT", `Only ${seconds} s of the epoch are left for a lease in which a node dies.`, {
      hint: "The machine is too busy for the pace of the demo: stop what else it does, and start again.",
    });
  }
  await world.mined(leases.hire(leasedNode, 1, seconds, MAX_RATE));
  const leaseId = await leases.leaseCount();
  world.narrator.say(`the buyer leases node ${leasedNode} for ${seconds} s`);
  return leaseId;
}

/** The leased node's agent dies without a word: nothing is shut down, nothing is said to anybody. */
async function killLater(world: World, { nodes, leasedNode }: Setup, { agents }: Services): Promise<void> {
  const killAt = (await world.clock.now()) + KILL_AFTER_SECONDS;
  await world.clock.until(killAt, world.signal);
  const owner = [...nodes].find(([, ids]) => ids.includes(leasedNode))?.[0];
  const agent = owner && agents.get(owner);
  if (agent === undefined) throw new Error("nobody owns the leased node");
  agent.kill("SIGKILL");
  world.narrator.say(`node ${leasedNode} dies: SIGKILL`);
}

/**
 * Once the first cheat is caught its job is open again, and whoever does it then is checked: the watcher, which has the
 * result at hand, takes a checker's seat.
 */
async function seatChecker(world: World, taskId: bigint): Promise<void> {
  const { contracts, cast, narrator } = world;
  const { claims } = contracts;
  await world.until("the first cheat is caught", PATIENCE_SECONDS, async () => {
    const proofs = await claims.queryFilter(claims.filters.WordProvenWrong(claimIdOf(taskId, 1)));
    return proofs.length > 0 ? true : undefined;
  });
  // The watcher's process sends by the same key at the same time: whoever is told that a nonce is taken asks again.
  const sender = new TransactionSender(cast.watcher.connect(world.provider));
  await sender.send(contracts.seats.takeSeat.populateTransaction(0), "takeSeat");
  narrator.say(`the watcher bonds ${formatMill(await contracts.seats.seatBond())} for a checker's seat`);
}

async function expectSilence(world: World, taskId: bigint): Promise<void> {
  const { claims, tasks } = world.contracts;
  await world.until("the silent provider is slashed", PATIENCE_SECONDS, async () => {
    const timeouts = await claims.queryFilter(claims.filters.BranchTimedOut(taskId * 256n + 1n));
    return timeouts.length > 0 ? true : undefined;
  });
  // Nobody takes it over: the other node of its class is the one that died.
  const order = await readOrder(tasks, taskId, world.deployment.deployedAtBlock);
  await world.mined(world.as(world.cast.buyer).tasks.cancel(taskId, order));
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
