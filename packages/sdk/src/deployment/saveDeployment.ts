import { renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { makeFolder } from "../files/makeFolder.js";
import type { Deployment } from "./Deployment.js";
import { deploymentSchema } from "./Deployment.js";
import { deploymentPath } from "./deploymentPath.js";

/** Writes the record of a deployment, whole or not at all, and says where. */
export function saveDeployment(deployment: Deployment, directory?: string): string {
  const path = deploymentPath(deployment.chainId, directory);
  makeFolder(dirname(path));
  const draft = `${path}.draft`;
  writeFileSync(draft, `${JSON.stringify(deploymentSchema.parse(deployment), null, 2)}\n`);
  renameSync(draft, path);
  return path;
}
