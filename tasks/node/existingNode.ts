import { MillraceError } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

/** A node that an option names, and its provider. @throws MillraceError BAD_INPUT when there is none */
export async function existingNode(session: Session, given: string): Promise<{ nodeId: bigint; provider: string }> {
  const nodeId = parseId(given, "--node");
  const provider = await (await session.protocol()).contracts.nodes.providerOf(nodeId);
  if (provider !== ZeroAddress) return { nodeId, provider };
  throw new MillraceError("BAD_INPUT", `There is no node ${nodeId}.`, {
    hint: "npx hardhat node list shows all nodes.",
  });
}
