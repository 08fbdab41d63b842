import { MillraceError } from "@millrace/sdk";

/** What is said of a task that a market does not have: whoever asks may have the number of another market's. */
export function noTask(taskId: bigint): MillraceError {
  return new MillraceError("BAD_INPUT", `There is no task ${taskId} in this market.`, {
    hint: "Each market counts its own: npx hardhat job list shows all tasks, with their markets.",
  });
}
