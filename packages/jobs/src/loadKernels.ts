import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { MillraceError } from "@millrace/sdk";
import { type KernelSet, type KnownKernel, ownKernels } from "@millrace/tensor";
import { z } from "zod";

/** The kernels that a process can compute, and the modules of those that are not our own, for threads. */
export interface Kernels {
  readonly set: KernelSet;
  readonly modules: readonly string[];
}

/** Paths of modules with kernels of others, as a config has them; in the environment with commas. */
export const kernelPathsSchema = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(",").map((path) => path.trim()))])
  .default([]);

/** Enough to tell a list of kernels from something else; what a kernel does only its tests can say. */
const listSchema = z
  .array(
    z.object({
      kernel: z.custom<KnownKernel["kernel"]>(
        (value) =>
          typeof value === "object" &&
          value !== null &&
          typeof (value as { name?: unknown }).name === "string" &&
          ["first", "reads", "compute", "extents"].every(
            (method) => typeof (value as Record<string, unknown>)[method] === "function",
          ),
        "is no kernel",
      ),
      codeHash: z.string().regex(/^0x[0-9a-f]{64}$/, "is not a code hash in small letters"),
    }),
  )
  .nonempty("is empty");

/**
 * Loads kernels of others: each module's default export is a list of `KnownKernel`, as in `examples/hamming/kernels.ts`.
 * A module is code that runs in this process: name only such as are trusted.
 * @param paths - of modules, relative to the working directory
 * @throws MillraceError BAD_CONFIG
 */
export async function loadKernels(paths: readonly string[]): Promise<Kernels> {
  const modules = paths.map((path) => pathToFileURL(resolve(path)).href);
  const lists = await Promise.all(paths.map((path, i) => load(path, modules[i] ?? "")));
  try {
    return { set: ownKernels.with(...lists.flat()), modules };
  } catch (cause) {
    throw bad(paths.join(", "), (cause as Error).message, cause);
  }
}

async function load(path: string, url: string): Promise<readonly KnownKernel[]> {
  const module = (await import(url).catch((cause: unknown) => {
    throw bad(path, cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause), cause);
  })) as { default?: unknown };
  const parsed = listSchema.safeParse(module.default);
  // The schema proves all but the code hash's template type.
  if (parsed.success) return module.default as readonly KnownKernel[];
  const [problem] = parsed.error.issues;
  throw bad(path, `its default export ${problem?.path.join(".") ?? ""} ${problem?.message ?? ""}`);
}

function bad(path: string, why: string, cause?: unknown): MillraceError {
  return new MillraceError("BAD_CONFIG", `The kernels of ${path} cannot be used: ${why.trim()}.`, {
    hint: "A module's default export must be a list of { kernel, codeHash }.",
    cause,
  });
}
