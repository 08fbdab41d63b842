import { globalFlag, globalOption } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { definePlugin } from "hardhat/plugins";

declare module "hardhat/types/global-options" {
  interface GlobalOptions {
    /** More random cases, from new seeds. */
    long: boolean;
    /** Calls that the invariants make; zero takes the profile's number. */
    calls: number;
    /** Seed of the invariants and games; zero takes the profile's. */
    seed: number;
  }
}

/** Adds `--long`, `--calls` and `--seed`; tests read them from `hre.globalOptions`. */
export const longTests = definePlugin({
  id: "millrace:long-tests",
  globalOptions: [
    globalFlag({ name: "long", description: "Runs tests on more random cases, from new seeds" }),
    globalOption({
      name: "calls",
      description: "How many calls the invariants make, instead of what the profile says",
      type: ArgumentType.INT,
      defaultValue: 0,
    }),
    globalOption({
      name: "seed",
      description: "What invariants and games draw their calls from, instead of what the profile says",
      type: ArgumentType.INT,
      defaultValue: 0,
    }),
  ],
});
