import fc from "fast-check";
import hre from "hardhat";

// A quick run takes the same cases every time, so that it never fails by chance; a long one looks for new ones.
fc.configureGlobal(hre.globalOptions.long ? { numRuns: 1_000 } : { numRuns: 100, seed: 1 });
