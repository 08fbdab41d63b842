import hre from "hardhat";

import { WorstVouch } from "../../test/checks/WorstVouch.js";
import { number, table } from "../markdown.js";
import type { Section } from "./Section.js";

/** What the deployment's rules ask for, and the most that rules can. */
const OPENINGS = [8, 16];

/** Vouches of checkers, as dear as they can be. */
export const vouches: Section = {
  name: "vouches",
  title: "Vouches of checkers, the dearest",
  measure: async (report) => {
    const rows: string[][] = [];
    for (const openings of OPENINGS) {
      const worst = await WorstVouch.deploy(await hre.network.create(), openings);
      for (const [kind, what, { gas, calldataBytes }] of [
        ["result", "a result of 2^40 words", await worst.ofResult()],
        ["run", "a run of 256 checkpoints over 2 GiB of memory", await worst.ofRun()],
      ] as const) {
        report.add({
          id: `disputes.vouch.gas.${kind}.${openings}`,
          value: gas,
          unit: "gas",
          what: `vouching for ${what} with ${openings} openings`,
          source: "receipt of `vouch`",
        });
        rows.push([what, number(openings), number(calldataBytes), number(gas)]);
      }
    }
    return [
      "Trees as deep as they can be, each step of a run a store, the caller an operator. All that costs is calldata: each transaction pays the floor of its bytes.",
      "",
      ...table(["vouch for", "openings", "bytes of calldata", "gas"], rows),
    ];
  },
};
