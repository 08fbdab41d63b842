import { toBeHex } from "ethers";

import { type Claim, type ClaimsWorld } from "../test/claims/support/claims.js";
import { Game } from "../test/claims/support/game.js";
import { TaskDriver } from "../test/market/taskDriver.js";
import type { Connection } from "../test/support/deployMillrace.js";
import { execute } from "../test/verifiers/support/execute.js";
import { addParams, addTwin } from "../test/verifiers/support/kernels.js";
import { Mode, type Operator, Program, Region } from "../test/verifiers/support/program.js";
import { commit } from "../test/verifiers/support/world.js";
import type { BenchWorld } from "./benchWorld.js";
import type { Meter } from "./Meter.js";

/** Words of the output; its tree has three levels of openings, the first and the last of 32 branches. */
const WORDS = 2 ** 11;
const WRONG = WORDS - 25;

/** Plays disputes over a wrong output word to their end, each against a task of the market. */
export async function measureDisputes(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const { ethers } = connection;
  const kernel = await ethers.deployContract("AddKernel");
  await world.kernels.admit(kernel);
  const address = await kernel.getAddress();
  const codeHash = ethers.keccak256(await ethers.provider.getCode(address));
  const knowledge = { twins: new Map([[codeHash, addTwin]]), kernels: new Map([[codeHash, address]]) };

  const operator: Operator = {
    kernelCodeHash: codeHash,
    words: WORDS,
    usedWords: WORDS,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 32,
    params: addParams(0, 0),
  };
  const program = new Program([operator], WORDS, WORDS);
  const input = new Map([[9, toBeHex(3, 32)]]);
  const honest = commit(knowledge, program, execute(program, knowledge.twins, input));
  const memory = execute(program, knowledge.twins, input);
  memory.words.set(WORDS + WRONG, toBeHex(4, 32));
  const committed = commit(knowledge, program, memory);

  const driver = new TaskDriver(connection, world);
  for (const [index, provider] of world.newcomers.slice(0, 3).entries()) {
    const opened = await driver.open({ programHash: program.hash, inputRoot: honest.trace.inputRoot });
    await driver.accept(opened, true, world.nodesBefore + BigInt(index) + 1n, provider);
    const { header, bodyRoot, outputRoot } = committed.trace;
    await world.tasks.connect(provider).submit(opened.taskId, opened.order, header, bodyRoot, outputRoot);
    const { claimId, claim } = await newestClaim(world);
    const parties = { claims: world.claims, provider, challenger: world.challenger } as unknown as ClaimsWorld;
    const game = new Game(parties, claimId, claim, Region.Output, committed.trees[Region.Output], honest);

    await meter.measure("open-dispute", () => game.pointTop());
    await meter.measure("dispute-move", () => game.open());
    while (game.last.height > 5) {
      await meter.measure("dispute-move", () => game.point());
      await meter.measure("dispute-move", () => game.open());
    }
    const word = game.last.position * 32 + game.firstWrongChild();
    await meter.measure("dispute-final", () => game.prove(word, 7));
    await world.tasks.release(opened.taskId, opened.order);
  }
}

async function newestClaim({ claims }: BenchWorld): Promise<{ claimId: bigint; claim: Claim }> {
  const posted = await claims.queryFilter(claims.filters.ClaimPosted());
  const { claimId, claim } = posted[posted.length - 1].args;
  return { claimId, claim: toPlain(claim) as Claim };
}

/** An ethers result as nested plain arrays, as calls take tuples. */
function toPlain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, toPlain) : value;
}
