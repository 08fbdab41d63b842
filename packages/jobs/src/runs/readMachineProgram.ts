import type { IMachineMarket } from "../../../../typechain-types/index.js";
import { noTask } from "../noTask.js";
import type { ProgramValues } from "./encodings.js";

/** The program that a task of the machine market names. */
export async function readMachineProgram(
  market: IMachineMarket,
  taskId: bigint,
  fromBlock: number,
): Promise<ProgramValues> {
  const [named] = await market.queryFilter(market.filters.MachineProgramNamed(taskId), fromBlock);
  if (named === undefined) throw noTask(taskId);
  const { codeHash, imageRoot, maxSteps, entry, depth } = named.args.program;
  return { codeHash, imageRoot, maxSteps, entry, depth };
}
