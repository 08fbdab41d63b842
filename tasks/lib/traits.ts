import { ZeroHash } from "ethers";

import { MillraceError } from "@millrace/sdk";

import type { INodeTraits } from "../../typechain-types/index.js";
import type { Values } from "./Verb.js";
import { parseAddresses, parseAttributes, parseRegion } from "./inputs.js";
import type { Step } from "./Step.js";
import type { Session } from "./Session.js";
import type { Fact } from "./text.js";
import type { TRAIT_OPTIONS } from "./traitOptions.js";

export type TraitValues = Values<typeof TRAIT_OPTIONS>;

/** Traits as the contracts take them. */
export function parseTraits(values: TraitValues): INodeTraits.TraitsStruct & { inspectors: string[] } {
  const inspectors = values.inspectors === undefined ? [] : parseAddresses(values.inspectors, "--inspectors");
  if (values.allInspectors && inspectors.length === 0) {
    throw new MillraceError("BAD_INPUT", "--all-inspectors names nobody.", { hint: "Name them with --inspectors." });
  }
  return {
    region: parseRegion(values.region ?? ""),
    attributes: values.attributes === undefined ? 0n : parseAttributes(values.attributes, "--attributes"),
    inspectors,
    allInspectors: values.allInspectors,
  };
}

/** What is asked for, for people; nothing where it is nothing. */
export function traitFacts(values: TraitValues): Fact[] {
  const wanted: Fact[] = [];
  if (values.region !== undefined) wanted.push(["nodes in", values.region]);
  if (values.attributes !== undefined) wanted.push(["nodes with", `attributes ${values.attributes}`]);
  if (values.inspectors !== undefined) {
    wanted.push(["confirmed by", `${values.allInspectors ? "each" : "any"} of ${values.inspectors}`]);
  }
  return wanted;
}

/** The word for traits in a task's terms, and the step that says what it means if nobody has said it yet. */
export async function traitSteps(session: Session, values: TraitValues): Promise<{ hash: string; steps: Step[] }> {
  const traits = parseTraits(values);
  const isNothing = traits.region === ZeroHash && traits.attributes === 0n && traits.inspectors.length === 0;
  if (isNothing) return { hash: ZeroHash, steps: [] };
  const { contracts, deployment } = await session.protocol();
  const hash = await contracts.traits.hashOf(traits);
  const known = await contracts.traits.queryFilter(
    contracts.traits.filters.TraitsPublished(hash),
    deployment.deployedAtBlock,
  );
  if (known.length > 0) return { hash, steps: [] };
  return {
    hash,
    steps: [
      { label: "publish what nodes must be", request: await contracts.traits.publish.populateTransaction(traits) },
    ],
  };
}
