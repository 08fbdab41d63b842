import { readFileSync, writeFileSync } from "node:fs";

import hre from "hardhat";

const FOLDER = new URL("../test/snapshots/", import.meta.url);

/** What is measured and committed, by name of its file. */
export interface Snapshots {
  /** Median gas by operation. */
  gas: Record<string, number>;
  /** Bytes of deployed code by contract. */
  sizes: Record<string, number>;
  /** Median gas by operation, for each number of others. */
  growth: Record<string, Record<string, number>>;
}

/** How far a figure may be from the committed one: signatures and addresses differ from run to run. */
const TOLERANCE = 0.01;

export function readSnapshot<T extends keyof Snapshots>(name: T): Snapshots[T] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Snapshots[T];
}

export function writeSnapshot<T extends keyof Snapshots>(name: T, snapshot: Snapshots[T]): void {
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(snapshot, null, 2)}\n`);
}

/** Names whose figures moved, with both; also those that only one side has. */
export function movedFigures(before: Record<string, number>, now: Record<string, number>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names]
    .filter((name) => !(Math.abs((now[name] ?? NaN) - (before[name] ?? NaN)) <= TOLERANCE * before[name]))
    .map((name) => `${name}: ${before[name] ?? "new"} → ${now[name] ?? "gone"}`);
}

/** A library whose functions are all internal leaves this much code, and nobody deploys it. */
const STUB_BYTES = 85;

/** Bytes of deployed code of every contract that is not a test's. */
export async function measureSizes(): Promise<Record<string, number>> {
  const names = [...(await hre.artifacts.getAllFullyQualifiedNames())]
    .filter((name) => name.startsWith("contracts/") && !name.startsWith("contracts/test/"))
    .sort((a, b) => (a.split(":")[1] < b.split(":")[1] ? -1 : 1));
  const sizes: Record<string, number> = {};
  for (const name of names) {
    const { contractName, deployedBytecode } = await hre.artifacts.readArtifact(name);
    const bytes = deployedBytecode.length / 2 - 1;
    if (bytes > STUB_BYTES) sizes[contractName] = bytes;
  }
  return sizes;
}
