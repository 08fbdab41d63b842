import { isLocalChain } from "@millrace/sdk";

import type { OracleConfig } from "../config.js";
import type { Finality } from "./ChainFacts.js";

/** Which blocks count for what is signed, and what an operator should know of that. */
export interface ChosenFinality {
  readonly finality: Finality;
  /** A sentence; undefined if all is well. */
  readonly warning: string | undefined;
}

/** What the config says; else `finalized`, and `latest` on a local chain, where nothing is. */
export function finalityOf({ finality }: Pick<OracleConfig, "finality">, chainId: number): ChosenFinality {
  if (isLocalChain(chainId)) return { finality: finality ?? "latest", warning: undefined };
  if (finality === undefined || finality === "finalized") return { finality: "finalized", warning: undefined };
  const warning = `Blocks count that are only ${finality}: what is signed of one that is replaced cannot be taken back. Leave finality out.`;
  return { finality, warning };
}
