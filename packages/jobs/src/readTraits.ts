import { ZeroHash } from "ethers";

import type { Contracts } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

import type { INodeTraits } from "../../../typechain-types/index.js";

/** What an order asks of a node beyond class and number, by the hash that it carries; undefined if nothing. */
export async function readTraits(
  traits: Contracts["traits"],
  traitsHash: string,
  fromBlock: number,
): Promise<INodeTraits.TraitsStruct | undefined> {
  if (traitsHash === ZeroHash) return undefined;
  const [published] = await traits.queryFilter(traits.filters.TraitsPublished(traitsHash), fromBlock);
  if (published === undefined) {
    throw new MillraceError("WRONG_STATE", "The order asks for traits that nobody has published.", {
      hint: "Only who knows them can accept: ask the buyer to publish them.",
    });
  }
  const { region, attributes, inspectors, allInspectors } = published.args.traits;
  return { region, attributes, inspectors: [...inspectors], allInspectors };
}
