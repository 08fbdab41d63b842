import hre from "hardhat";

import { BRANCH_BOND, type Claim, type ClaimsWorld, State } from "../../test/claims/support/claims.js";
import { Game } from "../../test/claims/support/game.js";
import { marketWorld, type World } from "../../test/market/marketFixture.js";
import { TaskDriver } from "../../test/market/taskDriver.js";
import type { Connection } from "../../test/support/deployMillrace.js";
import { commit } from "../../test/verifiers/support/world.js";
import { number, table } from "./markdown.js";
import type { Section } from "./Section.js";
import { matMulCase, type TensorCase, wordsCase } from "./tensorCases.js";

/** Plays whole disputes about withheld traces, both sides, from the first pointer to the slash. */
export const tensorGames: Section = {
  name: "games",
  title: "Whole disputes about tensor programs",
  measure: async (report) => {
    const connection = await hre.network.create();
    const world = await marketWorld(connection, { branchBondWei: BRANCH_BOND });
    const [small, product] = [await deployKernel(connection, "AddKernel"), await deployKernel(connection, "MatMul")];
    for (const { address } of [small, product]) await world.kernels.admit(address);
    const cases = [
      { ...small, dispute: wordsCase(20, small.codeHash, 900_000) },
      { ...small, dispute: wordsCase(32, small.codeHash, 1_300_000) },
      { ...small, dispute: wordsCase(40, small.codeHash, 1_500_000) },
      { ...product, dispute: matMulCase(product.codeHash, 1_800_000) },
    ];
    const rows = [];
    for (const { dispute, ...kernel } of cases) {
      const { id, what, limit } = dispute;
      const { gas, openings } = await play(connection, world, dispute, kernel);
      report.add({
        id: `disputes.gas.${id}`,
        value: gas,
        unit: "gas",
        what: `whole dispute over ${what}, both sides together, ${openings} openings`,
        source: "receipts of every transaction from the first pointer to the slash, on the deployed wiring",
      });
      if (gas > limit) throw new Error(`the dispute over ${what} costs ${gas} gas, more than ${limit}`);
      rows.push([what, number(openings), number(gas), number(limit)]);
    }
    return [
      "The trace is withheld: the challenger knows its own, and what openings show. Memory is zero but where the wrong word needs it, so that a tree of 2^40 words can be had; hashes are as long as ever.",
      "",
      ...table(["dispute over", "openings", "gas, both sides", "bound"], rows),
    ];
  },
};

interface Kernel {
  readonly codeHash: string;
  readonly address: string;
}

async function deployKernel({ ethers }: Connection, name: string): Promise<Kernel> {
  const address = await (await ethers.deployContract(name)).getAddress();
  return { address, codeHash: ethers.keccak256(await ethers.provider.getCode(address)) };
}

async function play(
  connection: Connection,
  world: World,
  { program, honest, wrong, region, lane, twin }: TensorCase,
  { codeHash, address }: Kernel,
): Promise<{ gas: number; openings: number }> {
  const knowledge = { twins: new Map([[codeHash, twin]]), kernels: new Map([[codeHash, address]]) };
  const known = commit(knowledge, program, honest);
  const committed = commit(knowledge, program, wrong);

  const driver = new TaskDriver(connection, world);
  const provider = world.alice;
  const opened = await driver.open({ programHash: program.hash, inputRoot: known.trace.inputRoot });
  await driver.accept(opened);
  const { header, bodyRoot, outputRoot } = committed.trace;
  await world.tasks.connect(provider).submit(opened.taskId, opened.order, header, bodyRoot, outputRoot);

  const posted = (await world.claims.queryFilter(world.claims.filters.ClaimPosted())).slice(-1);
  const { claimId, claim } = posted[0].args;
  const parties = { claims: world.claims, provider, challenger: world.challenger } as unknown as ClaimsWorld;
  const tree = committed.trees[region];
  const game = new Game(parties, claimId, toPlain(claim) as Claim, region, tree, known);
  const position = await game.toWords();
  await game.prove(position, lane);
  if ((await world.claims.stateOf(claimId)) !== BigInt(State.Slashed)) throw new Error("the claim is not slashed");
  await world.tasks.release(opened.taskId, opened.order);
  return { gas: Number(game.gasTotal()), openings: game.path.length };
}

/** An ethers result as nested plain arrays, as calls take tuples. */
function toPlain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, toPlain) : value;
}
