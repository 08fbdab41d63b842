import { MillraceError } from "@millrace/sdk";

import { runScript } from "../lib/runScript.js";
import { Report } from "../report/Report.js";
import { assertPortFree } from "../local/assertPortFree.js";
import { ManagedProcess } from "../local/ManagedProcess.js";
import { auditChapter } from "./auditChapter.js";
import { castOf } from "./cast.js";
import { deployChapter } from "./deployChapter.js";
import { epochChapter } from "./epochChapter.js";
import { EventTeller } from "./EventTeller.js";
import { jobsChapter } from "./jobsChapter.js";
import { measurePace } from "./measurePace.js";
import { Narrator } from "./Narrator.js";
import { prepareOrders } from "./orders.js";
import { type DemoOptions, SCRIPT } from "./options.js";
import { servicePorts } from "./ports.js";
import { servicesChapter } from "./servicesChapter.js";
import { setupChapter } from "./setupChapter.js";
import { startTime } from "./startTime.js";
import { summaryTable } from "./summary.js";
import { freshRunDir, type World } from "./World.js";

const narrator = new Narrator();
const interrupt = new AbortController();
let world: World | undefined;

async function tell(options: DemoOptions): Promise<boolean> {
  freshRunDir();
  const report = new Report("demo");
  world = await deployChapter(options, narrator, report, interrupt.signal);
  const setup = await setupChapter(world);
  const orders = prepareOrders();
  const [services, pace] = await Promise.all([
    servicesChapter(world, setup, orders),
    measurePace(orders, interrupt.signal),
  ]);
  const epoch = await startTime(world);
  const teller = new EventTeller(world, await world.provider.getBlockNumber());
  teller.start();
  const jobs = await jobsChapter(world, setup, { services, orders, teller, pace });
  await epochChapter(world, setup, epoch, jobs.lease);
  await teller.stop();
  const isRight = await auditChapter(world, setup, jobs);
  report.add({
    id: "demo.seconds",
    value: Math.round(narrator.seconds * 10) / 10,
    unit: "s",
    what: "the whole story, from starting the chain to the last check",
    source: "clock of the machine",
  });
  narrator.plain(`\n${summaryTable(report)}\n\nWritten to ${report.write()}`);
  return isRight;
}

async function keepRunning({ chain, processes }: World): Promise<void> {
  const names = processes.filter(({ running }) => running).map(({ name }) => name);
  narrator.plain(`\nStill running, until Ctrl-C: the chain at ${chain.url}, ${names.join(", ")}.`);
  narrator.plain("Try it: npx hardhat system status --network localhost");
  await new Promise<void>((resolve) => {
    interrupt.signal.addEventListener(
      "abort",
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

/** Rejects when Ctrl-C is pressed, so that nothing is waited for any longer. */
const interrupted = new Promise<never>((_, reject) => {
  interrupt.signal.addEventListener("abort", () => {
    reject(new MillraceError("INTERRUPTED", "Stopped."));
  });
});

/** Rejects when a step fails that nobody waits for yet, so that the story ends in order, and its processes with it. */
const astray = new Promise<never>((_, reject) => {
  process.on("unhandledRejection", reject);
});

async function main(options: DemoOptions): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupt.abort();
    });
  }
  await assertPortsFree(options);
  try {
    const isRight = await Promise.race([tell(options), interrupted, astray]);
    if (options.keep === true && world !== undefined) await Promise.race([keepRunning(world), interrupted]);
    if (!isRight) process.stderr.write("The demo failed: a total does not hold, or a cheat got away; see The books.\n");
    return isRight ? 0 : 1;
  } finally {
    await ManagedProcess.stopAll();
  }
}

async function assertPortsFree({ port, cheat }: DemoOptions): Promise<void> {
  await assertPortFree(port, "Stop what listens there, or choose another port for the chain with --port.");
  for (const service of servicePorts(castOf(cheat === "silence"))) {
    await assertPortFree(service, "The demo's services need it: stop what listens there, perhaps an earlier demo.");
  }
}

await runScript(SCRIPT, async (options) => {
  try {
    return await main(options);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    narrator.plain("\nStopped; every process that the demo started has ended.");
    return 130;
  }
});
// Timers and sockets of an interrupted story would keep it alive.
process.exit();
