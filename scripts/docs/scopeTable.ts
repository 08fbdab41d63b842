import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { insertTable } from "./insertTable.js";

/** Folders of `contracts/` that are deployed, and what each does. */
const FOLDERS: Readonly<Record<string, string>> = {
  claims: "committed results and the opening game",
  capacity: "is the throughput there: picks, challenges, entries, silence",
  checks: "results executed again by checkers that nobody chose",
  common: "clock, units, wiring, batches, pause of entries",
  hardware: "classes, nodes, asks, maintenance, inspectors",
  kernels: "pure arithmetic, one bounded piece a call",
  market: "tasks, leases, orders, quotes, channels, with their escrow",
  randomness: "values that nobody can choose: from blocks, or from secrets",
  settlement: "credits, bank, epochs, emission, price",
  staking: "own and delegated stake, bonds, thaws, slash table",
  token: "MILL: ERC-20, permit, votes, burn",
  uptime: "attestors, reports, rewards",
  verifiers: "recompute one word of a trace, one step of a program, a proof",
};

/**
 * The page of the audit guide with its table of the scope as the sources are now. A line of code is neither blank nor
 * comment.
 * @throws Error when a folder of contracts is not described, or the page has no place for the table
 */
export function withScopeTable(root: URL, page: string): string {
  const contracts = fileURLToPath(new URL("contracts/", root));
  const found = readdirSync(contracts, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const unknown = found.find(({ name }) => name !== "test" && !(name in FOLDERS));
  if (unknown !== undefined) throw new Error(`contracts/${unknown.name} is not described in scopeTable.ts`);

  const rows = Object.entries(FOLDERS).map(([folder, what]) => {
    const files = readdirSync(join(contracts, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".sol"),
    );
    const lines = files.reduce(
      (sum, file) => sum + linesOfCode(readFileSync(join(contracts, folder, file), "utf8")),
      0,
    );
    return { name: `\`contracts/${folder}\``, files: files.length, lines, what };
  });
  const all = {
    name: "all",
    files: rows.reduce((sum, { files }) => sum + files, 0),
    lines: rows.reduce((sum, { lines }) => sum + lines, 0),
    what: "",
  };
  const table = [
    "| folder | files | lines of code | what it does |",
    "| --- | --- | --- | --- |",
    ...[...rows, all].map(({ name, files, lines, what }) => `| ${name} | ${files} | ${lines} | ${what} |`),
  ];
  return insertTable(page, "scope", table);
}

function linesOfCode(source: string): number {
  return source.split("\n").filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}
