import { readFile } from "node:fs/promises";

/** What the verifier gives `first` and `reads`, and `compute`. */
export const READ_GAS = 100_000n;
export const COMPUTE_GAS = 700_000n;

/** The last column of the kernel's row in the table of docs/kernels.md. */
export async function documentedGas(name: string): Promise<bigint> {
  const text = await readFile(new URL("../../docs/kernels.md", import.meta.url), "utf8");
  const row = text.split("\n").find((line) => line.startsWith(`| \`${name}\``));
  return BigInt(row?.split("|").at(-2)?.replaceAll(/[ ,]/g, "") ?? "0");
}
