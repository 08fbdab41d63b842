import { globSync } from "node:fs";

import { type Member, readSource, type Source } from "./Source.js";

/** A function of a contract with the text that describes it. */
export interface Documented {
  readonly member: Member;
  /** Errors that the contract itself, its bases or its libraries can end the call with. */
  readonly reverts: readonly string[];
}

const CALLABLE: ReadonlySet<Member["kind"]> = new Set(["function", "modifier"]);
const IMMUTABLE = /^_?[A-Z][A-Z_]*$/;
const ERROR = /\b([A-Z]\w*_[A-Z]\w*)\(/g;
const CALL = /(^|[^\w.])(?:(\w+)\.)?(\w+)\(/g;

/** All sources of the protocol, without its tests'. */
export class Sources {
  private readonly byName: ReadonlyMap<string, Source>;

  constructor(root: URL) {
    const files = globSync("contracts/**/*.sol", { cwd: root })
      .filter((file) => !file.startsWith("contracts/test/"))
      .sort();
    const sources = files.flatMap((file) => readSource(root, file) ?? []);
    this.byName = new Map(sources.map((source) => [source.name, source]));
  }

  /** Contracts that can be deployed. */
  contracts(): Source[] {
    return [...this.byName.values()].filter(({ kind }) => kind === "contract");
  }

  get(name: string): Source | undefined {
    return this.byName.get(name);
  }

  /** A source and everything of this repository that it inherits, nearest first. */
  lineOf(source: Source): Source[] {
    const line = [source];
    for (const member of line) {
      for (const base of member.bases.flatMap((name) => this.byName.get(name) ?? [])) {
        if (!line.includes(base)) line.push(base);
      }
    }
    return line;
  }

  /** Functions that others can call, described by the interface that declares them, else by the code. */
  functionsOf(source: Source): Documented[] {
    const line = this.lineOf(source);
    const coded = line.filter(({ kind }) => kind !== "interface").flatMap(({ members }) => members);
    const declared = line.filter(({ kind }) => kind === "interface").flatMap(({ members }) => members);
    const isOpen = ({ kind, head }: Member): boolean => kind === "function" && /\b(external|public)\b/.test(head);
    const own = coded
      .filter(isOpen)
      .filter(({ name }) => !declared.some((other) => isOpen(other) && other.name === name));
    return [...declared.filter(isOpen), ...own]
      .filter(({ doc }) => doc.notice !== "")
      .map((member) => ({ member, reverts: this.revertsOf(member.name, line) }));
  }

  /** Public constants and their values as written. */
  constantsOf(source: Source): Member[] {
    return this.lineOf(source)
      .flatMap(({ members }) => members)
      .filter(({ kind, head }) => kind === "constant" && / public /.test(head));
  }

  /** Follows calls by name through the contract, its bases and the libraries. */
  private revertsOf(name: string, line: readonly Source[]): string[] {
    const coded = line.filter(({ kind }) => kind !== "interface");
    const errors = new Set<string>();
    const seen = new Set<Member>();
    const visit = (called: string, among: readonly Source[]): void => {
      for (const source of among) {
        for (const member of source.members) {
          if (!CALLABLE.has(member.kind) || member.name !== called || seen.has(member)) continue;
          seen.add(member);
          follow(member, source.kind === "library" ? [source] : coded);
        }
      }
    };
    const follow = ({ name: own, head, body }: Member, scope: readonly Source[]): void => {
      const text = `${head}\n${body}`.replaceAll(/\/\/.*/g, "");
      if (/\brestricted\b/.test(head)) errors.add("AccessManagedUnauthorized");
      for (const [, error = ""] of text.matchAll(ERROR)) errors.add(error);
      for (const [, , receiver = "", callee = ""] of text.matchAll(CALL)) {
        // A call of another contract, which is held in an immutable, ends with that contract's errors.
        if (callee === own || IMMUTABLE.test(receiver)) continue;
        visit(callee, receiver === "" ? scope : this.librariesOf(receiver, coded));
      }
      for (const word of head.match(/\b\w+\b/g) ?? []) if (word !== own) visit(word, scope.filter(hasModifier(word)));
    };
    visit(name, coded);
    return [...errors].sort();
  }

  /** The library behind a call: named, or that of the variable's struct; if that cannot be seen, any. */
  private librariesOf(receiver: string, coded: readonly Source[]): Source[] {
    const libraries = [...this.byName.values()].filter(({ kind }) => kind === "library");
    const name = coded.map(({ libraryOf }) => libraryOf.get(receiver)).find((found) => found !== undefined) ?? receiver;
    const known = libraries.filter((library) => library.name === name);
    return known.length === 0 && name === receiver ? libraries : known;
  }
}

function hasModifier(name: string): (source: Source) => boolean {
  return ({ members }) => members.some((member) => member.kind === "modifier" && member.name === name);
}
