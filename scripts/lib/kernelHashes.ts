import { globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { keccak256 } from "ethers";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../..");

/** Names of the kernels by the hash of their deployed code, as programs name them. */
const KERNELS_FILE = join(ROOT, "packages/tensor/kernels.json");

const artifactSchema = z.object({ deployedBytecode: z.string() });

/** Code hashes from the artifacts: kernels have no immutables, so the compiled code is the deployed code. */
export async function compiledKernelHashes(): Promise<Record<string, string>> {
  const files = globSync("artifacts/contracts/kernels/*.sol/*.json", { cwd: ROOT }).sort();
  const hashes = files.map(async (file): Promise<[string, string]> => {
    const artifact = artifactSchema.parse(JSON.parse(await readFile(join(ROOT, file), "utf8")));
    return [basename(file, ".json"), keccak256(artifact.deployedBytecode)];
  });
  return Object.fromEntries(await Promise.all(hashes));
}

/** Brings `kernels.json` into agreement with the compiled kernels. */
export async function writeKernelHashes(): Promise<void> {
  const text = `${JSON.stringify(await compiledKernelHashes(), null, 2)}\n`;
  const current = await readFile(KERNELS_FILE, "utf8").catch(() => undefined);
  if (current === text) return;
  await writeFile(KERNELS_FILE, text);
  console.log("Wrote packages/tensor/kernels.json");
}
