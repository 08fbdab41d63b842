import type { SignedHeartbeat } from "@millrace/uptime-tree/format";

import { heartbeatSchema } from "../http/schemas.js";

/** A heartbeat as it is posted and kept: large numbers as decimal strings. */
export function toHeartbeatJson({ nodeIds, blockNumber, ...rest }: SignedHeartbeat): string {
  return JSON.stringify({ ...rest, nodeIds: nodeIds.map(String), blockNumber: String(blockNumber) });
}

export function fromHeartbeatJson(json: string): SignedHeartbeat {
  return heartbeatSchema.parse(JSON.parse(json));
}
