import { readFileSync } from "node:fs";

/** A comment of the compiler's documentation format, tag by tag. */
export interface Doc {
  readonly notice: string;
  readonly dev: string;
  readonly params: readonly (readonly [name: string, text: string])[];
  readonly returns: readonly string[];
}

/** A member of a contract, interface or library, as written. */
export interface Member {
  readonly kind: "function" | "modifier" | "event" | "error" | "struct" | "constructor" | "constant";
  readonly name: string;
  /** From its first word to before its body or semicolon, on one line. */
  readonly head: string;
  readonly body: string;
  readonly doc: Doc;
  /** Title of the divider above it. */
  readonly section: string;
}

/** What one source file declares; by the house's rule it is one thing. */
export interface Source {
  readonly file: string;
  readonly kind: "contract" | "abstract contract" | "interface" | "library";
  readonly name: string;
  readonly bases: readonly string[];
  readonly doc: Doc;
  readonly members: readonly Member[];
  /** Libraries whose structs its variables are, by the variable's name. */
  readonly libraryOf: ReadonlyMap<string, string>;
}

const DECLARED = /^(contract|abstract contract|interface|library) (\w+)(?: is ([^{]+))? \{$/m;
const MEMBER = /^ {4}(?:(function|modifier|event|error|struct) (\w+)|(constructor)\b|[\w.]+ (?:\w+ )*constant (\w+))/;
const VARIABLE = /^ {4}(?:mapping\(.* )?(\w+)\.\w+(?:\[\])?(?: \w+\))? (?:private|internal|public) (\w+);$/gm;
const DIVIDER = /^ {4}\/\/ ─── (.+) ───$/;

/** Reads the first declaration of a file; the sources are formatted, so their indents tell what belongs where. */
export function readSource(root: URL, file: string): Source | undefined {
  const text = readFileSync(new URL(file, root), "utf8");
  const declared = DECLARED.exec(text.replaceAll(/ is\n([^{]+)\{/g, (_, bases: string) => ` is ${oneLine(bases)} {`));
  if (declared === null) return undefined;
  const [, kind = "", name = "", bases = ""] = declared;
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^${kind} ${name}\\b`).test(line));
  return {
    file,
    kind: kind as Source["kind"],
    name,
    bases: bases.split(",").flatMap((base) => /\w+/.exec(base)?.[0] ?? []),
    doc: readDoc(docAbove(lines, start)),
    members: readMembers(lines.slice(start + 1)),
    libraryOf: new Map([...text.matchAll(VARIABLE)].map(([, library = "", variable = ""]) => [variable, library])),
  };
}

function readMembers(lines: readonly string[]): Member[] {
  const members: Member[] = [];
  let section = "";
  for (let at = 0; at < lines.length; at++) {
    section = DIVIDER.exec(lines[at] ?? "")?.[1] ?? section;
    const found = MEMBER.exec(lines[at] ?? "");
    if (found === null) continue;
    const [, keyword, name, constructed, constant] = found;
    const kind = (keyword ?? constructed ?? "constant") as Member["kind"];
    const first = at;
    while (!/[;{}]$/.test(lines[at] ?? "")) at++;
    const head = oneLine(lines.slice(first, at + 1).join(" ")).replace(/\s*[;{]$/, "");
    const bodyFrom = at + 1;
    if ((lines[at] ?? "").endsWith("{")) while (at < lines.length && !/^ {4}\}/.test(lines[at] ?? "")) at++;
    const body = lines.slice(bodyFrom, at).join("\n");
    const doc = readDoc(docAbove(lines, first));
    members.push({ kind, name: name ?? constant ?? "constructor", head, body, doc, section });
  }
  return members;
}

function docAbove(lines: readonly string[], at: number): string[] {
  let from = at;
  while (/^\s*\/\/\//.test(lines[from - 1] ?? "")) from--;
  return lines.slice(from, at).map((line) => line.replace(/^\s*\/\/\/ ?/, ""));
}

function readDoc(lines: readonly string[]): Doc {
  const tags: [tag: string, lines: string[]][] = [];
  for (const line of lines) {
    const tagged = /^@(\w+) ?(.*)$/.exec(line);
    if (tagged !== null) tags.push([tagged[1] ?? "", [tagged[2] ?? ""]]);
    else tags.at(-1)?.[1].push(line);
  }
  const texts = (wanted: string): string[] =>
    tags.filter(([tag]) => tag === wanted).map(([, text]) => text.join("\n").trim());
  return {
    notice: texts("notice").join("\n"),
    dev: texts("dev").join("\n\n"),
    params: texts("param").map((text) => splitName(oneLine(text))),
    returns: texts("return").map(oneLine),
  };
}

function splitName(text: string): readonly [string, string] {
  const [name = "", ...rest] = text.split(" ");
  return [name, rest.join(" ")];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/\( /g, "(").replaceAll(/ \)/g, ")").trim();
}
