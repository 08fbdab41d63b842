import { decodeBytes32String, ZeroHash } from "ethers";

import { readNodeDetails } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";

import { parseEndpoint, parseRegion } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import type { Fact } from "../lib/text.js";
import { claimedAttributes } from "./claimedAttributes.js";
import { existingNode } from "./existingNode.js";

interface Values {
  readonly node: string;
  readonly region: string | undefined;
  readonly attributes: string | undefined;
  readonly endpoint: string | undefined;
  readonly metadata: string | undefined;
}

interface Details {
  readonly region: string;
  readonly attributes: bigint;
  readonly endpoint: string;
  readonly metadata: string;
}

/** What is not given stays as it is. */
export default async function details(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const { nodeId } = await existingNode(session, values.node);
  const { region, attributes, endpoint, metadata } = values;
  if (region === undefined && attributes === undefined && endpoint === undefined && metadata === undefined) {
    throw new MillraceError("BAD_INPUT", "node details needs something to change.", {
      hint: "Give --endpoint, --metadata, --region or --attributes.",
    });
  }
  const said = await readNodeDetails(contracts.nodes, nodeId, deployment.deployedAtBlock);
  const before = {
    region: String(said.region),
    attributes: BigInt(said.attributes),
    endpoint: said.endpoint,
    metadata: said.metadata,
  };
  const after = {
    region: region === undefined ? before.region : parseRegion(region),
    attributes: attributes === undefined ? before.attributes : claimedAttributes(attributes),
    endpoint: endpoint === undefined ? before.endpoint : parseEndpoint(endpoint),
    metadata: metadata ?? before.metadata,
  };
  const request = await contracts.nodes.setDetails.populateTransaction(nodeId, { ...after, source: said.source });
  const sent = await session.execute({
    title: `Change what node ${nodeId} says of itself`,
    facts: changes(describe(before), describe(after)),
    steps: [{ label: "setDetails", request }],
  });
  if (sent === undefined) return;
  session.output.result(
    { nodeId, ...after, transaction: sent.last.hash },
    `Node ${nodeId} says so from now on; leases and tasks that it has run on.`,
  );
}

function describe({ region, attributes, endpoint, metadata }: Details): Fact[] {
  const numbers = Array.from({ length: 256 }, (_, i) => i).filter((i) => (attributes >> BigInt(i)) & 1n);
  return [
    ["region", region === ZeroHash ? "(anywhere)" : decodeBytes32String(region)],
    ["attributes", numbers.length === 0 ? "(none)" : numbers.join(",")],
    ["endpoint", endpoint === "" ? "(none)" : endpoint],
    ["metadata", metadata === "" ? "(none)" : metadata],
  ];
}

function changes(before: readonly Fact[], after: readonly Fact[]): Fact[] {
  return before.map(([label, was], i) => {
    const is = after[i]?.[1] ?? was;
    return [label, was === is ? was : `${was} → ${is}`];
  });
}
