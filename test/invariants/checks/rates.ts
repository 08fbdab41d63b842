import type { BurnMintSettlement } from "../../../typechain-types/index.js";
import type { Reads } from "../Reads.js";

/** What each epoch's credits are worth in MILL, 27 decimals; zero before they have a price. */
export async function ratesOf(
  reads: Reads,
  settlement: BurnMintSettlement,
  epochs: readonly bigint[],
): Promise<Map<bigint, bigint>> {
  const each = [...new Set(epochs)];
  const rates = await Promise.all(each.map(async (epoch) => reads.of(settlement, "rateOf", epoch)));
  return new Map(each.map((epoch, index) => [epoch, rates[index]]));
}
