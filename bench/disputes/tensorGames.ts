import hre from "hardhat";

import { BRANCH_BOND, State } from "../../test/claims/support/claims.js";
import { marketWorld, type World } from "../../test/market/marketFixture.js";
import type { Connection } from "../../test/support/deployMillrace.js";
import { deployKernel, type DeployedKernel } from "./deployKernel.js";
import { number, table } from "../markdown.js";
import type { Section } from "./Section.js";
import { startGame } from "./startGame.js";
import { matMulCase, type TensorCase, wordsCase } from "./tensorCases.js";

/** Plays whole disputes about withheld traces, both sides, from the first commitment to the slash. */
export const tensorGames: Section = {
  name: "games",
  title: "Whole disputes about tensor programs",
  measure: async (report) => {
    const connection = await hre.network.create();
    const world = await marketWorld(connection, { branchBondWei: BRANCH_BOND });
    const [small, product] = [await deployKernel(connection, "AddKernel"), await deployKernel(connection, "MatMul")];
    for (const { address } of [small, product]) await world.kernels.admit(address);
    // The first slash of a chain, and the first MILL of an account, write words that later ones change.
    const first = {
      id: "2e20words.first",
      what: "2^20 words, the first slash of its chain and first MILL of its challenger",
    };
    const cases = [
      { kernel: small, dispute: { ...wordsCase(20, small.codeHash, Infinity), ...first } },
      { kernel: small, dispute: wordsCase(20, small.codeHash, 900_000) },
      { kernel: small, dispute: wordsCase(32, small.codeHash, 1_300_000) },
      { kernel: small, dispute: wordsCase(40, small.codeHash, 1_500_000) },
      { kernel: product, dispute: matMulCase(product.codeHash, 1_800_000) },
    ];
    const rows = [];
    for (const { dispute, kernel } of cases) {
      const { id, what, limit } = dispute;
      const { gas, openings } = await play(connection, world, dispute, kernel);
      report.add({
        id: `disputes.gas.${id}`,
        value: gas,
        unit: "gas",
        what: `whole dispute over ${what}, both sides together, ${openings} openings`,
        source: "receipts of every transaction from the first commitment to the slash, on the deployed wiring",
      });
      if (gas > limit) throw new Error(`the dispute over ${what} costs ${gas} gas, more than ${limit}`);
      rows.push([what, number(openings), number(gas), limit === Infinity ? "–" : number(limit)]);
    }
    return [
      "The trace is withheld: the challenger knows its own, and what openings show. Memory is zero where nobody looks, so that a tree of 2^40 words can be had; what is read and what openings show is full of bits, and costs calldata as such. Each game has a place of its own for the challenger's commitments, as the watcher's have.",
      "",
      ...table(["dispute over", "openings", "gas, both sides", "bound"], rows),
    ];
  },
};

async function play(
  connection: Connection,
  world: World,
  dispute: TensorCase,
  kernel: DeployedKernel,
): Promise<{ gas: number; openings: number }> {
  const { game, claimId, opened } = await startGame(connection, world, dispute, kernel);
  const position = await game.toWords();
  await game.prove(position, dispute.lane);
  if ((await world.claims.stateOf(claimId)) !== BigInt(State.Slashed)) throw new Error("the claim is not slashed");
  await world.tasks.release(opened.taskId, opened.order);
  return { gas: Number(game.gasTotal()), openings: game.path.length };
}
