import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { toUtf8String } from "ethers";

import { proveScore, stopProver } from "../../market/proofDriver.js";

/** A prover as an agent starts one: a job on standard input, a proof on standard output. */
async function main(): Promise<void> {
  const { input } = JSON.parse(await text(process.stdin)) as { input: string };
  const { values, salt } = JSON.parse(toUtf8String(input)) as { values: string[]; salt: string };
  const { outputRoot, proof } = await proveScore(values.map(BigInt), BigInt(salt));
  await stopProver();
  process.stdout.write(JSON.stringify({ outputRoot, proof }));
}

// The test runner loads every file of its folder.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
