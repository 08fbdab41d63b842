import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { z } from "zod";

import { runScript } from "../lib/runScript.js";
import { script } from "../lib/script.js";
import { wholeNumber } from "../lib/wholeNumber.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STATE = join(ROOT, "reports/invariants.json");
const TEST = "test/invariants/Invariants.test.ts";
const CALLS = 2_000_000;
/** Runs of one process, each from its own seed: what an interruption costs, and a chain that has not become slow. */
const RUNS = 100;
/** Of a run of the long profile. */
const STEPS = 260;
const MAX_SEED = 2 ** 30;

const stateSchema = z.object({
  seed: z.number().int(),
  /** Of one part. */
  runs: z.number().int(),
  chunks: z.number().int(),
  /** Numbers of the parts that were played, and of those that broke a promise. */
  done: z.array(z.number().int()),
  broken: z.array(z.number().int()),
  /** How often each action went through. */
  actions: z.record(z.string(), z.number()),
  /** Processor time is not what this is: seconds that the parts took, added up. */
  seconds: z.number(),
});
type State = z.infer<typeof stateSchema>;

const SCRIPT = script(
  "npm run test:invariants",
  "Plays random calls against the whole protocol, in processes side by side, and goes on where it was interrupted.",
)
  .option("--calls <n>", "calls in all", wholeNumber(), CALLS)
  .option("--seed <n>", "what they are drawn from; another one each time unless given", wholeNumber(0, MAX_SEED))
  .option("--runs <n>", "runs of a part, which is what an interruption costs", wholeNumber(), RUNS)
  .option("--workers <n>", "processes side by side", wholeNumber(), availableParallelism())
  .option("--fresh", "begin anew");

async function main(options: ReturnType<typeof SCRIPT.opts>): Promise<number> {
  const { calls, runs, seed, workers, fresh } = options;
  const asked = { calls, runs, seed };
  const state = (fresh === true ? undefined : unfinished(asked)) ?? begin(asked);
  const left = Array.from({ length: state.chunks }, (_, chunk) => chunk).filter((chunk) => !state.done.includes(chunk));
  console.log(
    `${left.length} of ${state.chunks} parts of ${state.runs * STEPS} calls are left, from seed ${state.seed}`,
  );
  const work = async (): Promise<void> => {
    for (let chunk = left.shift(); chunk !== undefined; chunk = left.shift()) await play(state, chunk);
  };
  await Promise.all(Array.from({ length: workers }, work));

  // A part that was killed, for want of memory perhaps, has shown nothing.
  const missing = state.chunks - state.done.length;
  if (missing > 0) {
    console.log(`${missing} of ${state.chunks} parts were not played to their end: call this again`);
    return 1;
  }
  const idle = Object.entries(state.actions).filter(([, times]) => times === 0);
  console.log(
    `${state.chunks * state.runs * STEPS} calls from seed ${state.seed}: ${state.broken.length} parts broke a promise`,
  );
  // Few calls leave out some; many that leave out one have stopped trying it.
  const isIdle = idle.length !== 0 && state.chunks * state.runs * STEPS >= CALLS;
  if (isIdle) console.log(`never went through: ${idle.map(([name]) => name).join(", ")}`);
  return state.broken.length === 0 && !isIdle ? 0 : 1;
}

interface Asked {
  readonly calls: number;
  readonly runs: number;
  readonly seed: number | undefined;
}

/** What the last call left, if it is what is asked for now. */
function unfinished({ calls, runs, seed }: Asked): State | undefined {
  let state: State;
  try {
    state = stateSchema.parse(JSON.parse(readFileSync(STATE, "utf8")));
  } catch {
    return undefined;
  }
  const isAsked =
    state.runs === runs && state.chunks === chunksOf(calls, runs) && (seed === undefined || seed === state.seed);
  return isAsked && state.done.length < state.chunks ? state : undefined;
}

function begin({ calls, runs, seed }: Asked): State {
  const fresh = seed ?? (Date.now() % MAX_SEED) + 1;
  return { seed: fresh, runs, chunks: chunksOf(calls, runs), done: [], broken: [], actions: {}, seconds: 0 };
}

function chunksOf(calls: number, runs: number): number {
  return Math.ceil(calls / (runs * STEPS));
}

async function play(state: State, chunk: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-invariants-"));
  const outcome = join(folder, "outcome.json");
  const startedAt = Date.now();
  const seed = state.seed + chunk * state.runs;
  const args = ["--long", "--seed", String(seed), "--calls", String(state.runs * STEPS), "test", "mocha", TEST];
  const { exitCode, all, isTerminated } = await execa(
    join(ROOT, "node_modules/.bin/hardhat"),
    [...args, "--no-compile"],
    {
      cwd: ROOT,
      all: true,
      reject: false,
      preferLocal: true,
      env: { MILLRACE_INVARIANTS_OUTCOME: outcome },
    },
  );
  // Ctrl-C reaches the parts too: theirs is no result.
  if (isTerminated || exitCode === undefined) return;
  const seconds = (Date.now() - startedAt) / 1_000;
  if (exitCode !== 0) {
    state.broken.push(chunk);
    console.log(all);
  }
  count(state, outcome);
  rmSync(folder, { recursive: true });
  state.done.push(chunk);
  state.seconds += seconds;
  save(state);
  const rate = ((state.done.length * state.runs * STEPS) / state.seconds).toFixed(0);
  console.log(
    `part ${chunk}: ${seconds.toFixed(0)} s; ${state.done.length} of ${state.chunks}, ${rate} calls a second each`,
  );
}

/** Whole or not at all: whoever is killed here has lost this part and no other. */
function save(state: State): void {
  mkdirSync(join(ROOT, "reports"), { recursive: true });
  writeFileSync(`${STATE}.draft`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${STATE}.draft`, STATE);
}

/** Adds what a part did; one that failed early may not have said. */
function count({ actions }: State, outcome: string): void {
  let told: Record<string, number>;
  try {
    told = z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(outcome, "utf8")));
  } catch {
    return;
  }
  for (const [name, times] of Object.entries(told)) actions[name] = (actions[name] ?? 0) + times;
}

await runScript(SCRIPT, main);
