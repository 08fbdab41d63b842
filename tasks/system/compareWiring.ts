import type { ContractName } from "@millrace/sdk";
import { CONTRACT_NAMES } from "@millrace/sdk";

import { PERMISSIONS, permissionBits, WIRING } from "../../ignition/wiring.js";
import { IWired__factory } from "../../typechain-types/index.js";
import type { Protocol } from "../lib/Session.js";

interface Wire {
  readonly callee: string;
  readonly caller: string;
  readonly wanted: readonly string[];
  readonly found: readonly string[];
  readonly isRight: boolean;
}

/** Compares what every contract may do to every wired one with the table that the deployment is made from. */
export async function compareWiring({
  deployment,
  provider,
}: Protocol): Promise<{ wires: Wire[]; unsealed: string[] }> {
  const callees = [...new Set(WIRING.map(({ callee }) => callee))] as ContractName[];
  const wires: Wire[] = [];
  const unsealed: string[] = [];
  for (const callee of callees) {
    const wired = IWired__factory.connect(deployment.contracts[callee], provider);
    if (!(await wired.isSealed())) unsealed.push(callee);
    for (const caller of CONTRACT_NAMES) {
      const entry = WIRING.find((wire) => wire.callee === callee && wire.caller === caller);
      const wanted = permissionBits(entry?.permissions ?? []);
      const found = await wired.permissionsOf(deployment.contracts[caller]);
      if (wanted !== 0n || found !== 0n) {
        wires.push({ callee, caller, wanted: namesOf(wanted), found: namesOf(found), isRight: wanted === found });
      }
    }
  }
  return { wires, unsealed };
}

function namesOf(bits: bigint): string[] {
  return Object.entries(PERMISSIONS)
    .filter(([, bit]) => (bits & bit) !== 0n)
    .map(([name]) => name);
}
