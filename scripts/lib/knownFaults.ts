import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const ROOT = new URL("../../", import.meta.url);

/** The list of the repository. */
export const FAULTS = new URL("docs/known-faults.md", ROOT);
const THREAT_MODEL = "docs/threat-model.md";

/** A row of the list. */
export interface Fault {
  readonly id: string;
  readonly what: string;
}

const ROW = /^\| ([TX]-\d\d) +\| ([^|]+?) +\|.*$/gm;
const TITLE = /\b(?:it|describe)\s*\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;
const ID = /\b[TX]-\d\d\b/g;

/** All rows of the list. */
export function readFaults(): Fault[] {
  return [...readFileSync(FAULTS, "utf8").matchAll(ROW)].map(([, id, what]) => ({ id: id ?? "", what: what ?? "" }));
}

/** Files that cover each fault: tests with its id in a title, and the threat model if it has a row for it. */
export function coverageOf(faults: readonly Fault[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (id: string, file: string): void => {
    const files = found.get(id) ?? [];
    if (!files.includes(file)) found.set(id, [...files, file]);
  };
  for (const file of globSync("test/**/*.ts", { cwd: ROOT }).sort()) {
    const text = readFileSync(new URL(file, ROOT), "utf8");
    for (const [, , title] of text.matchAll(TITLE)) for (const [id] of (title ?? "").matchAll(ID)) add(id, file);
  }
  for (const [row] of readFileSync(new URL(THREAT_MODEL, ROOT), "utf8").matchAll(/^\| [TX]-\d\d.*$/gm)) {
    for (const [id] of (row.split("|")[1] ?? "").matchAll(ID)) add(id, THREAT_MODEL);
  }
  const known = new Set(faults.map(({ id }) => id));
  return new Map([...found].filter(([id]) => known.has(id)));
}

/** The list with a link to what covers each row. */
export function withPlaces(text: string, coverage: ReadonlyMap<string, readonly string[]>): string {
  return text.replaceAll(ROW, (_, id: string, what: string) => {
    const links = (coverage.get(id) ?? []).map((file) => `[${nameOf(file)}](${hrefOf(file)})`);
    return `| ${id} | ${what} | ${links.join(", ")} |`;
  });
}

function nameOf(file: string): string {
  return file === THREAT_MODEL ? "cannot arise" : basename(file).replace(/\.test\.ts$|\.ts$/, "");
}

function hrefOf(file: string): string {
  return file.startsWith("docs/") ? file.slice("docs/".length) : `../${file}`;
}
