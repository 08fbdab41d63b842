import { readFileSync, writeFileSync } from "node:fs";

import { z } from "zod";

import type { FoundCase, Measured } from "./gasSearch.js";
import { toWord } from "./kernelFixture.js";

const FILE = new URL("./foundCases.json", import.meta.url);

const hex = z.string().regex(/^0x[0-9a-f]*$/);
const stored = z.object({
  gas: z.number(),
  piece: z.number(),
  lane: z.number(),
  params: hex,
  /** Words of the pool, drawn again and again. */
  words: z.array(hex),
});
const schema = z.record(z.string(), z.record(z.string(), stored));

type Stored = z.infer<typeof schema>;

export interface StoredCase extends FoundCase {
  /** What it cost when it was found. */
  readonly gas: bigint;
}

function readAll(): Stored {
  return schema.parse(JSON.parse(readFileSync(FILE, "utf8")));
}

/** The dearest call of a kernel's function that searches have found so far. */
export function foundCase(name: string, measured: Measured): StoredCase | undefined {
  const found = readAll()[name]?.[measured];
  if (found === undefined) return undefined;
  const { gas, piece, lane, params, words } = found;
  return {
    gas: BigInt(gas),
    case_: { piece, lane, params: new Uint8Array(Buffer.from(params.slice(2), "hex")) },
    pool: words.map(BigInt),
  };
}

/** Keeps a call for the tests of the quick profile. */
export function storeFoundCase(name: string, measured: Measured, { case_, pool, gas }: StoredCase): void {
  const { piece, lane, params } = case_;
  const found = {
    gas: Number(gas),
    piece,
    lane,
    params: `0x${Buffer.from(params).toString("hex")}`,
    words: pool.map(toWord),
  };
  const all = readAll();
  const changed = { ...all, [name]: { ...all[name], [measured]: found } };
  const sorted = Object.fromEntries(Object.entries(changed).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(FILE, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
