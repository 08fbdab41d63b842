import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One thing that was measured. A fact that could not be measured is left out, never invented. */
export interface Fact {
  /** Fixed name, as `demo.training.accuracy`. */
  readonly id: string;
  /** Exactly as measured. */
  readonly value: number | boolean | string;
  readonly unit: string;
  readonly what: string;
  /** How it was obtained. */
  readonly source: string;
}

const REPORTS = fileURLToPath(new URL("../../reports/", import.meta.url));

/** What a command measured, in the one shape that all reports of the project have. */
export class Report {
  readonly facts: Fact[] = [];
  private readonly startedAt = new Date();

  /** @param name `demo` for `reports/demo.json` */
  constructor(readonly name: string) {}

  add(fact: Fact): void {
    if (this.facts.some(({ id }) => id === fact.id)) throw new Error(`fact ${fact.id} was measured twice`);
    this.facts.push(fact);
  }

  /** Writes the report whole or not at all, and returns its path. */
  write(): string {
    mkdirSync(REPORTS, { recursive: true });
    const file = join(REPORTS, `${this.name}.json`);
    const seconds = Math.round((Date.now() - this.startedAt.getTime()) / 100) / 10;
    const content = {
      report: this.name,
      commit: commit(),
      startedAt: this.startedAt.toISOString(),
      seconds,
      machine: machine(),
      facts: this.facts,
    };
    writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
    renameSync(`${file}.new`, file);
    return file;
  }
}

function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync("git", args, { cwd: REPORTS, encoding: "utf8" }).trim();
    const dirty = git("status", "--porcelain") === "" ? "" : " with changes";
    return git("rev-parse", "HEAD") + dirty;
  } catch {
    return "unknown: not a git checkout";
  }
}

function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model ?? "unknown processor";
  return `${processors.length} cores, ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}
