import type { Contracts } from "../deployment/connectContracts.js";

/** A report that can be proven against. */
export interface FinalReport {
  readonly epoch: number;
  readonly root: string;
}

/**
 * The newest final report, of an epoch or a later one. The newest report of all may not be it for long: where challenge
 * windows are longer than epochs, it never is, and others before it are.
 */
export async function newestFinalReport(
  uptime: Pick<Contracts["uptime"], "isFinal" | "newestReport" | "reportOf">,
  fromEpoch = 0,
): Promise<FinalReport | undefined> {
  const { epoch: newest } = await uptime.newestReport();
  let epoch = Number(newest);
  while (epoch >= fromEpoch) {
    const { root, previousEpoch } = await uptime.reportOf(epoch);
    if (await uptime.isFinal(epoch)) return { epoch, root };
    // The first report of all, or none.
    if (Number(previousEpoch) >= epoch) return undefined;
    epoch = Number(previousEpoch);
  }
  return undefined;
}
