import { globSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { execa } from "execa";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../..");

/** What we read of a module's `asconfig.json`; everything else is the compiler's business. */
const asconfigSchema = z.object({
  entries: z.array(z.string()).nonempty(),
  targets: z.object({ release: z.object({ outFile: z.string() }) }),
});

/**
 * Compiles every AssemblyScript module of the workspaces, that is every folder with an `asconfig.json`.
 *
 * A module is skipped if its release output is newer than its configuration and all AssemblyScript: modules share some.
 */
export async function buildWasm(): Promise<void> {
  const configs = globSync(["packages/*/asconfig.json", "services/*/asconfig.json"], { cwd: ROOT });
  for (const config of configs.sort()) await buildModule(join(ROOT, config));
}

async function buildModule(configPath: string): Promise<void> {
  const folder = dirname(configPath);
  const config = asconfigSchema.parse(JSON.parse(await readFile(configPath, "utf8")));
  const output = config.targets.release.outFile;
  const shared = globSync("packages/*/assembly/**/*.ts", { cwd: ROOT }).map((source) => join(ROOT, source));
  const own = ["asconfig.json", ...config.entries].map((source) => join(folder, source));
  if (isNewer(join(folder, output), [...own, ...shared])) return;

  await execa("asc", ["--config", "asconfig.json", "--target", "release"], {
    cwd: folder,
    stdio: "inherit",
    preferLocal: true,
    localDir: ROOT,
  });
  console.log(`Compiled ${join(folder, output).slice(ROOT.length + 1)}`);
}

function isNewer(output: string, sources: readonly string[]): boolean {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs;
  return built !== undefined && sources.every((source) => statSync(source).mtimeMs <= built);
}
