import type { AsyncFunc, Func, Suite } from "mocha";
import hre from "hardhat";

// Mocha gives each file a `describe` and `it` of its own, so they are looked up when they are called.

/** A test that takes minutes: it runs with `--long` only. */
export function deepIt(title: string, test: Func | AsyncFunc): void {
  (hre.globalOptions.long ? it : it.skip)(title, test);
}

/** Tests that take minutes: they run with `--long` only. */
export function deepDescribe(title: string, tests: (this: Suite) => void): void {
  (hre.globalOptions.long ? describe : describe.skip)(title, tests);
}
