import { join } from "node:path";

import { type Bundle, encodeBundle, writeBundle } from "@millrace/tensor";
import { parseEther, ZeroHash } from "ethers";

import { BUNDLES_DIR, type Services } from "./servicesChapter.js";
import type { World } from "./World.js";

/** What differs from task to task. */
export interface TaskWish {
  readonly bundle: Bundle;
  readonly classId: number;
  readonly windowSeconds: number;
  readonly responseSeconds: number;
  /** Price at which the order begins to climb, credits. */
  readonly startPrice: bigint;
}

const MAX_PRICE = parseEther("20");
/** Half a credit a second: cheats take it after two seconds, the honest provider waits for what its work costs. */
const RAMP_SECONDS = 30;

/** The buyer puts a bundle on its host and opens an order for it: the price climbs until a provider accepts. */
export async function openTask(world: World, { bundleUrl }: Services, wish: TaskWish): Promise<bigint> {
  const { bundle, classId, windowSeconds, responseSeconds, startPrice } = wish;
  const { bundleHash, programHash, inputRoot } = encodeBundle(bundle);
  await writeBundle(join(BUNDLES_DIR, bundleHash), bundle);
  const now = await world.clock.now();
  const { tasks } = world.as(world.cast.buyer);
  const receipt = await world.mined(
    tasks.open({
      classId,
      units: 1,
      nodeIds: [],
      traitsHash: ZeroHash,
      startPrice,
      maxPrice: MAX_PRICE,
      rampSeconds: RAMP_SECONDS,
      expiresAt: now + 3_600,
      ackSeconds: 60,
      workSeconds: 180,
      windowSeconds,
      responseSeconds,
      outsideValue: 0,
      programHash,
      inputRoot,
      bundleHash,
      dataUri: `${bundleUrl}/${bundleHash}`,
      // A story of two minutes cannot wait for forced inclusion.
      isSmallJob: true,
      isPrivate: false,
    }),
  );
  const [opened] = await tasks.queryFilter(tasks.filters.TaskOpened(), receipt.blockNumber, receipt.blockNumber);
  const event = opened?.transactionHash === receipt.hash ? opened : undefined;
  if (event === undefined) throw new Error("the task was not opened");
  return event.args.taskId;
}
