import type { Progress } from "./executeInWorker.ts";

/** A receiver of progress that passes on, at most once in so many seconds, how many percent of the words are computed. */
export function progressEvery(
  seconds: number,
  report: (percent: number) => void,
  now: () => number = () => performance.now(),
): (progress: Progress) => void {
  let next = now() + 1_000 * seconds;
  return ({ words, ofWords }) => {
    if (now() < next) return;
    next = now() + 1_000 * seconds;
    report(Math.floor((100 * words) / ofWords));
  };
}
