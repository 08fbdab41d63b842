import { z } from "zod";

import { loadConfig } from "@millrace/sdk";

const schema = z.object({
  /** Key to send with when no `--from` is given. */
  privateKey: z.string().optional(),
  /** Folder of the deployment records, instead of the repository's. */
  deployments: z.string().optional(),
  /** Modules with kernels of others, with commas between them. */
  kernels: z.string().optional(),
});

export type TaskEnvironment = z.infer<typeof schema>;

/** What tasks take from the environment and .env: MILLRACE_PRIVATE_KEY, MILLRACE_DEPLOYMENTS, MILLRACE_KERNELS. */
export function taskEnvironment(): TaskEnvironment {
  return loadConfig(schema, { name: "tasks", prefix: "MILLRACE" });
}
