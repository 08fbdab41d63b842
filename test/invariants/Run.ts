import type { Connection } from "../support/deployMillrace.js";
import { ACTIONS, weightedActions } from "./actions.js";
import { checkInvariants } from "./checks.js";
import { Dice } from "./Dice.js";
import { hostileWorld } from "./hostileWorld.js";
import { leaveAll } from "./leave.js";
import { Play } from "./Play.js";
import { quickWorld } from "./quickWorld.js";

/** An action's name, and the seed of its choices. */
export type Step = readonly [name: string, seed: number];

/** A sequence that broke a promise. */
export class Broken extends Error {
  constructor(
    readonly steps: readonly Step[],
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** `Panic` and its like: an error that no contract chose. A refusal has a name. */
const UNNAMED = /panic|reverted without|out of gas|unrecognized custom error/i;
const MAX_STEP_SEED = 2 ** 31 - 1;

/** Steps of a run, drawn from its seed, which also says what the run is about. */
export function stepsOf(seed: number, count: number): Step[] {
  const dice = new Dice(seed);
  const names = weightedActions(seed);
  return Array.from({ length: count }, () => [dice.pick(names), dice.int(0, MAX_STEP_SEED)] as const);
}

/** How a run went. */
export interface Outcome {
  /** How often each action went through. */
  readonly done: ReadonlyMap<string, number>;
  readonly maxGas: bigint;
}

/**
 * Plays steps on a new deployment, then lets everybody leave.
 * @param checkEvery after how many actions that went through the promises are checked; what events alone can break is
 * seen whenever
 * @throws Broken with the steps so far, when a promise does not hold or a call fails without a named error
 */
export async function playRun(connection: Connection, steps: readonly Step[], checkEvery = 1): Promise<Outcome> {
  const deploy = async () => quickWorld(connection, await hostileWorld(connection));
  const world = await connection.networkHelpers.loadFixture(fixtureOf(connection, deploy));
  const play = new Play(connection, world, world.hostile);
  const done = new Map<string, number>();
  let unchecked = 0;
  await checkInvariants(play);
  for (const [index, [name, seed]] of steps.entries()) {
    try {
      if (!(await perform(play, name, seed))) continue;
      done.set(name, (done.get(name) ?? 0) + 1);
      unchecked += 1;
      if (unchecked < checkEvery) continue;
      unchecked = 0;
      await checkInvariants(play);
    } catch (error) {
      throw new Broken(steps.slice(0, index + 1), error);
    }
  }
  try {
    await checkInvariants(play);
    await leaveAll(play);
    await checkInvariants(play);
  } catch (error) {
    throw new Broken(steps, error);
  }
  return { done, maxGas: play.store.maxGas };
}

/** True if the action went through. A refusal is no fault, as long as it says why. */
async function perform(play: Play, name: string, seed: number): Promise<boolean> {
  const action = ACTIONS[name];
  // A saved sequence may name an action that is no more.
  if (action === undefined) return false;
  try {
    await action(play, new Dice(seed));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") throw error;
    if (UNNAMED.test(String(error)))
      throw new Error(`${name} failed without a reason: ${String(error)}`, { cause: error });
    return false;
  }
}

type Deploy = () => ReturnType<typeof hostileWorld>;
const fixtures = new WeakMap<Connection, Deploy>();

/** One fixture a chain: it is known by its function. */
function fixtureOf(connection: Connection, deploy: Deploy): Deploy {
  const known = fixtures.get(connection) ?? deploy;
  fixtures.set(connection, known);
  return known;
}
