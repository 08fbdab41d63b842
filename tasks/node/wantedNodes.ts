import { MillraceError } from "@millrace/sdk";

import { parseIds, parseWhole } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";
import { classId } from "./classId.js";

/** How an order names the nodes that may take it. */
export interface WantedValues {
  readonly class: string | undefined;
  readonly units: string;
  readonly nodes: string | undefined;
}

/** The same as the markets take it: class 0 and no nodes are any. @throws MillraceError BAD_INPUT for what there is not */
export async function wantedNodes(
  protocol: Protocol,
  values: WantedValues,
): Promise<{ readonly classId: number; readonly units: number; readonly nodeIds: bigint[] }> {
  const nodeIds = values.nodes === undefined ? [] : parseIds(values.nodes, "--nodes");
  const count = nodeIds.length === 0 ? 0n : await protocol.contracts.nodes.nodeCount();
  const missing = nodeIds.find((nodeId) => nodeId > count);
  if (missing !== undefined) {
    throw new MillraceError("BAD_INPUT", `There is no node ${missing}.`, {
      hint: "npx hardhat node list shows all nodes.",
    });
  }
  return {
    classId: values.class === undefined ? 0 : await classId(protocol, values.class),
    units: parseWhole(values.units, "--units", 65_535, 1),
    nodeIds,
  };
}
