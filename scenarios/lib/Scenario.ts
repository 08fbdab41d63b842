import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import type { Story } from "./Story.js";

/** What a scenario found out, for the command's `--json`. */
export type Findings = Readonly<Record<string, unknown>>;

/** A course of events on a chain of its own. It throws if anything ends otherwise than it must. */
export interface Scenario {
  /** As in `npx hardhat scenario <name>`, and of the folder under `reports/`. */
  readonly name: string;
  readonly title: string;
  readonly run: (hre: HardhatRuntimeEnvironment, story: Story) => Promise<Findings>;
}
