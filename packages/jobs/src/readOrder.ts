import type { BaseContract } from "ethers";

import type { ITaskBook } from "../../../typechain-types/index.js";
import { ITaskBook__factory } from "../../../typechain-types/index.js";
import { noTask } from "./noTask.js";

/** The order of a task of any market for results, as `TaskOpened` showed it: what every later call about the task must repeat. */
export async function readOrder(
  market: BaseContract,
  taskId: bigint,
  fromBlock: number,
): Promise<ITaskBook.TaskOrderStruct> {
  const book = ITaskBook__factory.connect(await market.getAddress(), market.runner);
  const [event] = await book.queryFilter(book.filters.TaskOpened(taskId), fromBlock);
  if (event === undefined) throw noTask(taskId);
  const { terms, snapshot } = event.args;
  const { buyer, openedAt, feePpm, bondRule } = snapshot;
  return {
    terms: {
      classId: terms.classId,
      units: terms.units,
      nodeIds: [...terms.nodeIds],
      traitsHash: terms.traitsHash,
      startPrice: terms.startPrice,
      maxPrice: terms.maxPrice,
      rampSeconds: terms.rampSeconds,
      expiresAt: terms.expiresAt,
      ackSeconds: terms.ackSeconds,
      workSeconds: terms.workSeconds,
      windowSeconds: terms.windowSeconds,
      responseSeconds: terms.responseSeconds,
      outsideValue: terms.outsideValue,
      programHash: terms.programHash,
      inputRoot: terms.inputRoot,
      bundleHash: terms.bundleHash,
      dataUri: terms.dataUri,
      isSmallJob: terms.isSmallJob,
      isPrivate: terms.isPrivate,
    },
    snapshot: {
      buyer,
      openedAt,
      feePpm,
      bondRule: { floor: bondRule.floor, detectionPpm: bondRule.detectionPpm },
    },
  };
}
