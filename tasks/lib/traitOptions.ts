import type { Options } from "./Verb.js";

/** What an order can ask of a node beyond its class. */
export const TRAIT_OPTIONS = {
  region: { description: "Where nodes must be, such as DE or DE-BE" },
  attributes: { description: "Numbers of attributes that nodes must have, such as 0,2" },
  inspectors: {
    description: "Addresses of inspectors who must confirm these, with commas; the node's word if left out",
  },
  allInspectors: { description: "Each of them must, where any one would do", flag: true },
} as const satisfies Options;
