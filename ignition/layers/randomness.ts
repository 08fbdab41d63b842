import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Contracts } from "./Layer.js";

/** Where draws come from. */
export type Randomness = Contracts<"BlockBeacon">;

export function randomness(m: IgnitionModuleBuilder): Randomness {
  return { BlockBeacon: m.contract("BlockBeacon") };
}
