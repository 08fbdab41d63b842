import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { ManagedProcess } from "../../../../scripts/local/ManagedProcess.js";
import { runScript } from "../../../../scripts/lib/runScript.js";
import { script } from "../../../../scripts/lib/script.js";
import { wholeNumber } from "../../../../scripts/lib/wholeNumber.js";
import { Report } from "../../../../scripts/report/Report.js";
import { STEADY } from "./Churn.js";
import { MIB, slopePerHour } from "./Memory.js";
import { Soak } from "./Soak.js";

/** Part of a run after which memory is measured: until then programs load and caches fill. */
const WARM_UP = 1 / 4;
/** A process whose memory grows by more of itself an hour than this leaks. */
const FLAT = 0.1;

const SCRIPT = script(
  "npm run soak:oracle",
  "Four attestors as processes on epochs of a minute, while nodes and attestors come, go and are killed. Writes reports/soak.json, also when it is stopped by Ctrl-C.",
)
  .option("--minutes <n>", "how long", wholeNumber(), 60)
  .option("--seed <n>", "what the changes are drawn from", wholeNumber(0), 1)
  .option("--json", "the report on standard output at the end, and nothing else");

async function main({ minutes, seed, json }: ReturnType<typeof SCRIPT.opts>): Promise<number> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupt.abort();
    });
  }
  const startedMs = performance.now();
  const say = (line: string): void => {
    const at = Math.round((performance.now() - startedMs) / 1_000);
    if (json !== true) process.stdout.write(`${String(at).padStart(5)} s  ${line}\n`);
  };
  const report = new Report("soak");
  const soak = await Soak.start(seed, say);
  try {
    await soak.run(minutes, interrupt.signal);
    summarise(report, soak);
    await soak.halt();
    report.add({
      id: "soak.double-signatures",
      value: doubleSignatures(soak),
      unit: "count",
      what: "statements of an attestor that exclude each other, in all databases",
      source: "batches and observations by attestor, epoch and slot",
    });
    report.add({
      id: "soak.interrupted",
      value: interrupt.signal.aborted,
      unit: "bool",
      what: "whether it was stopped before its time",
      source: "Ctrl-C or a signal",
    });
    const file = report.write();
    if (json === true) process.stdout.write(`${JSON.stringify(report.facts, null, 2)}\n`);
    else say(`written to ${file}`);
  } finally {
    await soak.end();
  }
  const { outcomes, books } = soak;
  const isGood =
    outcomes.length > 0 && outcomes.every(({ seconds, falseSlots }) => seconds !== undefined && falseSlots === 0);
  return interrupt.signal.aborted ? 130 : isGood && books.broken.length === 0 ? 0 : 1;
}

function summarise(report: Report, soak: Soak): void {
  const source = "npm run soak:oracle";
  const add = (id: string, value: boolean | number, unit: string, what: string): void => {
    report.add({ id: `soak.${id}`, value, unit, what, source });
  };
  const { outcomes, books, churn, hosts, memory } = soak;
  const reported = outcomes.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
  add("minutes", round(soak.seconds / 60), "min", "length of the run");
  add("epochs", outcomes.length, "count", "epochs of a minute that were to be reported");
  add("epochs.missed", outcomes.length - reported.length, "count", "epochs without a report");
  if (reported.length > 0) {
    const sorted = [...reported].sort((a, b) => a - b);
    add("report.median", sorted[Math.floor(sorted.length / 2)]!, "s", "from an epoch's end to its report, chain time");
    add("report.slowest", sorted.at(-1)!, "s", "the slowest of them");
  }
  add(
    "slots",
    total(outcomes.map(({ slots }) => slots)),
    "count",
    "slots of nodes whose truth the hosts knew for certain",
  );
  add("slots.false", total(outcomes.map(({ falseSlots }) => falseSlots)), "count", "of them otherwise in a report");
  add("heartbeats", hosts.taken, "count", "heartbeats that attestors took");
  for (const [name, count] of Object.entries(churn.counts)) add(`churn.${name}`, count, "count", wordsOf(name));
  add("books.checks", books.checks, "count", "sums of the books that were compared");
  add("books.broken", books.broken.length, "count", books.broken[0]?.what ?? "of them unequal");
  for (const member of STEADY) {
    const samples = memory.after(member, soak.seconds * WARM_UP);
    const first = samples[0];
    if (first === undefined) continue;
    const mean = total(samples.map(({ rssBytes }) => rssBytes)) / samples.length;
    const slope = slopePerHour(samples, "rssBytes");
    add(
      `memory.${member}.rss.mean`,
      round(mean / MIB),
      "MiB",
      `attestor ${member}, resident, of ${samples.length} samples`,
    );
    add(
      `memory.${member}.rss.peak`,
      round(Math.max(...samples.map(({ rssBytes }) => rssBytes)) / MIB),
      "MiB",
      "the most",
    );
    add(`memory.${member}.rss.slope`, round(slope / MIB), "MiB/h", "least squares after the first quarter of the run");
    add(
      `memory.${member}.heap.slope`,
      round(slopePerHour(samples, "heapBytes") / MIB),
      "MiB/h",
      "the same of the used heap",
    );
    add(
      `memory.${member}.flat`,
      slope < FLAT * mean,
      "bool",
      `resident memory grows by less than ${100 * FLAT} % an hour`,
    );
  }
}

/** Pairs of statements, of all that all members know, that could be held against their attestor. */
function doubleSignatures({ world }: Soak): number {
  let doubles = 0;
  for (const member of world.urls.keys()) {
    const db = open(join(world.folder, `attestor-${member}`, "oracle.sqlite"));
    if (db === undefined) continue;
    for (const sql of [
      "SELECT count(DISTINCT root) AS n FROM batches GROUP BY epoch, slot, attestor HAVING n > 1",
      "SELECT count(DISTINCT root) AS n FROM observations GROUP BY epoch, attestor HAVING n > 1",
    ])
      doubles += db.prepare(sql).all().length;
    db.close();
  }
  return doubles;
}

function open(file: string): DatabaseSync | undefined {
  try {
    return new DatabaseSync(file, { readOnly: true });
  } catch {
    return undefined;
  }
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const round = (value: number): number => Math.round(value * 10) / 10;
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runScript(SCRIPT, main);
  await ManagedProcess.stopAll();
  process.exit();
}
