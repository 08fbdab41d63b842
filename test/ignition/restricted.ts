import { globSync, readFileSync } from "node:fs";

import type { FunctionFragment, Interface } from "ethers";

const ROOT = new URL("../../", import.meta.url);
const RESTRICTED = /function\s+(\w+)\s*\([^)]*\)[^{;]*\brestricted\b/g;

/** A function that only the access manager lets pass. */
export interface Restricted {
  readonly contract: string;
  readonly fragment: FunctionFragment;
}

/** Names of all functions of the sources that carry the modifier `restricted`. */
function restrictedNames(): Set<string> {
  const files = globSync("contracts/**/*.sol", { cwd: ROOT }).filter((file) => !file.startsWith("contracts/test/"));
  const texts = files.map((file) => readFileSync(new URL(file, ROOT), "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(RESTRICTED)].map(([, name]) => name)));
}

/** Every restricted function of deployed contracts: a name of the sources, in the interface of a governed contract. */
export function restrictedFunctions(interfaces: Readonly<Record<string, Interface>>): Restricted[] {
  const names = restrictedNames();
  return Object.entries(interfaces).flatMap(([contract, abi]) => {
    if (abi.getFunction("authority") === null) return [];
    const found: FunctionFragment[] = [];
    abi.forEachFunction((fragment) => {
      if (names.has(fragment.name)) found.push(fragment);
    });
    return found.map((fragment) => ({ contract, fragment }));
  });
}
