import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import hre from "hardhat";

import { Report } from "../../../scripts/report/Report.js";

const PROGRAM = fileURLToPath(new URL("lonelyMember.ts", import.meta.url));
/** Kills of the short run, and of `npm run test:oracle`. */
const [FEW, MANY] = [3, 200];
/** How many lines a process may print before it is killed, at most: a little more than two epochs. */
const MOST_LINES = 16;

/** What left the processes: everything that was signed for one thing. */
type Statements = Map<string, Set<string>>;

/** Runs a member on a folder until it has printed some lines and a moment more, or until it ends; says whether it ended. */
async function run(
  folder: string,
  epochs: number,
  statements: Statements,
  lines: number,
  moreMs: number,
): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", "tsx", PROGRAM, folder, String(epochs)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  let printed = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [kind, epoch, scope, hash, signature] = line.split(" ");
    const key = `${kind} ${epoch} ${scope}`;
    const seen = statements.get(key) ?? new Set<string>();
    statements.set(key, seen.add(`${hash} ${signature}`));
    if (++printed === lines) setTimeout(() => child.kill("SIGKILL"), moreMs);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== null && code !== 0) throw new Error(errors);
  return code === 0;
}

describe("a member that is killed again and again", () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "millrace-kills-"));
    folders.push(made);
    return made;
  };

  after(() => {
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  });

  it("should sign each thing once, lose no epoch, and report what it reports undisturbed (I7)", async function () {
    if (hre.globalOptions.long) this.timeout(0);
    const kills = hre.globalOptions.long ? MANY : FEW;
    const report = new Report("oracle-kills");
    const killed: Statements = new Map();
    const home = folder();
    let done = 0;
    // Without an end of its own: it always has an epoch to work on.
    const chain = join(home, "chain.json");
    // However early the kills come: until there is something to go on with.
    for (; done < kills || !existsSync(chain); done++) {
      const lines = 1 + Math.floor(Math.random() * MOST_LINES);
      expect(await run(home, 1_000_000, killed, lines, Math.random() * 8)).to.equal(false);
    }
    const { reports } = JSON.parse(readFileSync(chain, "utf8")) as { reports: { epoch: number }[] };
    const last = reports.at(-1)!.epoch;
    expect(await run(home, last + 1, killed, -1, 0), "goes on after the last kill").to.equal(true);

    const doubles = [...killed].filter(([, statements]) => statements.size > 1).map(([key]) => key);
    expect(doubles, "signed twice, differently").to.deep.equal([]);
    expect(reports.map(({ epoch }) => epoch)).to.deep.equal(Array.from({ length: last + 1 }, (_, epoch) => epoch));

    const undisturbed: Statements = new Map();
    expect(await run(folder(), last + 1, undisturbed, -1, 0)).to.equal(true);
    for (const [key, statements] of undisturbed)
      if (!key.startsWith("mined") || killed.has(key)) expect(killed.get(key), key).to.deep.equal(statements);

    const source = `${last + 2} epochs, each of them worked through by processes that were killed after a random number of steps`;
    report.add({ id: "oracle.kills.survived", value: kills, unit: "count", what: "SIGKILLs survived", source });
    report.add({
      id: "oracle.double-signatures",
      value: doubles.length,
      unit: "count",
      what: "double signatures",
      source,
    });
    if (hre.globalOptions.long) report.write();
  });
});
