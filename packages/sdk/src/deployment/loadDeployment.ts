import { readFileSync } from "node:fs";

import { problemOf } from "../config/problemOf.js";
import { MillraceError } from "../errors/MillraceError.js";
import type { Deployment } from "./Deployment.js";
import { deploymentSchema } from "./Deployment.js";
import { deploymentPath } from "./deploymentPath.js";

/** Reads the record of a chain's deployment, from `deployments/` of the repository unless told otherwise. */
export function loadDeployment(chainId: bigint | number, directory?: string): Deployment {
  return readDeployment(deploymentPath(chainId, directory), chainId);
}

/** Reads a record of a deployment, which must be of the chain that the caller is connected to. */
export function readDeployment(path: string, chainId: bigint | number): Deployment {
  const parsed = deploymentSchema.safeParse(readJson(path, chainId), { error: problemOf });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: field, message }) => `${field.join(".")} ${message}`);
    throw new MillraceError("NO_DEPLOYMENT", `The deployment record ${path} is damaged: ${problems.join("; ")}.`, {
      hint: "Deploy again, or restore the file.",
    });
  }
  if (parsed.data.chainId !== Number(chainId)) {
    throw new MillraceError("NO_DEPLOYMENT", `The deployment record ${path} is of chain ${parsed.data.chainId}.`, {
      hint: "Put each chain's record into the folder of its chain id.",
    });
  }
  return parsed.data;
}

function readJson(path: string, chainId: bigint | number): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw new MillraceError(
        "NO_DEPLOYMENT",
        `Millrace is not deployed on chain ${chainId.toString()}: there is no ${path}.`,
        {
          hint: "Deploy it first (npx hardhat system deploy --network <name>), or choose another network.",
          cause,
        },
      );
    }
    throw new MillraceError("NO_DEPLOYMENT", `The deployment record ${path} cannot be read.`, {
      hint: "Deploy again, or restore the file.",
      cause,
    });
  }
}
