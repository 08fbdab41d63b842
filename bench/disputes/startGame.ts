import type { ITaskBook } from "../../typechain-types/index.js";
import type { Claim, ClaimsWorld } from "../../test/claims/support/claims.js";
import { Game } from "../../test/claims/support/game.js";
import type { World } from "../../test/market/marketFixture.js";
import { type Opened, TaskDriver } from "../../test/market/taskDriver.js";
import type { Connection } from "../../test/support/deployMillrace.js";
import { commit } from "../../test/verifiers/support/world.js";
import type { DeployedKernel } from "./deployKernel.js";
import type { TensorCase } from "./tensorCases.js";

/** A task of the market whose claim is the wrong run of a case, and the game about it. */
export async function startGame(
  connection: Connection,
  world: World,
  { program, honest, wrong, region, twin }: TensorCase,
  { codeHash, address }: DeployedKernel,
  terms: Partial<ITaskBook.TaskTermsStruct> = {},
): Promise<{ game: Game; claimId: bigint; opened: Opened }> {
  const knowledge = { twins: new Map([[codeHash, twin]]), kernels: new Map([[codeHash, address]]) };
  const known = commit(knowledge, program, honest);
  const committed = commit(knowledge, program, wrong);
  const driver = new TaskDriver(connection, world);
  const opened = await driver.open({ programHash: program.hash, inputRoot: known.trace.inputRoot, ...terms });
  await driver.accept(opened);
  const { header, bodyRoot, outputRoot } = committed.trace;
  await world.tasks.connect(world.alice).submit(opened.taskId, opened.order, header, bodyRoot, outputRoot);

  const [posted] = (await world.claims.queryFilter(world.claims.filters.ClaimPosted())).slice(-1);
  const { claimId, claim } = posted.args;
  const parties = {
    claims: world.claims,
    provider: world.alice,
    challenger: world.challenger,
  } as unknown as ClaimsWorld;
  // As the watcher does: what one game commits to never stands where another's does.
  const lane = claimId;
  const game = new Game(parties, claimId, toPlain(claim) as Claim, region, committed.trees[region], known, lane);
  return { game, claimId, opened };
}

/** An ethers result as nested plain arrays, as calls take tuples. */
function toPlain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, toPlain) : value;
}
