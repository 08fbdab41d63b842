import { globalFlag } from "hardhat/config";
import { definePlugin } from "hardhat/plugins";

declare module "hardhat/types/global-options" {
  interface GlobalOptions {
    /** More random cases, from new seeds. */
    long: boolean;
  }
}

/** Adds the flag `--long`; tests read it as `hre.globalOptions.long`. */
export const longTests = definePlugin({
  id: "millrace:long-tests",
  globalOptions: [globalFlag({ name: "long", description: "Runs tests on more random cases, from new seeds" })],
});
