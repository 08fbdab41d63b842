import { expect } from "chai";

import type { Play } from "../Play.js";

/** I10: maintenance that was announced stays within the budget that the deployment fixed, whichever period is looked at. */
export async function checkHardware({ world, reads, providers }: Play): Promise<void> {
  const { maintenance } = world;
  const nodeIds = providers.map((_, index) => index + 1);
  const [rules, counts] = await Promise.all([
    reads.of(maintenance, "rules"),
    Promise.all(nodeIds.map(async (nodeId) => reads.of(maintenance, "windowCount", nodeId))),
  ]);
  const windows = nodeIds.flatMap((nodeId, index) =>
    Array.from({ length: Number(counts[index]) }, (_, place) => [nodeId, place] as const),
  );
  const spans = await Promise.all(
    windows.map(async ([nodeId, place]) => reads.of(maintenance, "windowOf", nodeId, place)),
  );
  const used = await Promise.all(
    spans.map(async ({ endAt }, index) => reads.of(maintenance, "usedBudget", windows[index][0], endAt)),
  );
  for (const seconds of used) expect(seconds, "I10").to.be.at.most(rules.budgetSeconds);
}
