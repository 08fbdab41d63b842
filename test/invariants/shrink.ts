import { Broken, type Step } from "./Run.js";

/**
 * Leaves out parts of a sequence as long as it still breaks a promise: halves first, then smaller ones.
 * @param replay plays steps, and throws `Broken` when a promise does not hold
 * @param budget most replays
 */
export async function shrink(
  broken: Broken,
  replay: (steps: readonly Step[]) => Promise<unknown>,
  budget: number,
): Promise<Broken> {
  // The sequence as it was first: a replay that looks after each call names the guilty one, and ends with it.
  let best = (budget > 0 ? await attempt(replay, broken.steps) : undefined) ?? broken;
  let left = budget;
  for (let size = Math.ceil(best.steps.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.steps.length && left > 0; left--) {
      const fewer = [...best.steps.slice(0, from), ...best.steps.slice(from + size)];
      const again = await attempt(replay, fewer);
      if (again === undefined) from += size;
      else best = again;
    }
  }
  return best;
}

async function attempt(
  replay: (steps: readonly Step[]) => Promise<unknown>,
  steps: readonly Step[],
): Promise<Broken | undefined> {
  try {
    await replay(steps);
    return undefined;
  } catch (error) {
    if (error instanceof Broken) return error;
    throw error;
  }
}
