import type { Log, Provider } from "ethers";

import { BlockRanges } from "@millrace/sdk";

import type { DutyStore } from "./DutyStore.js";

/** What a reader of events works with. */
export interface EventReaderOptions {
  readonly provider: Pick<Provider, "getLogs">;
  readonly store: DutyStore;
  /** Name of its cursor in the store. */
  readonly name: string;
  readonly address: string;
  /** Topics of which an event has one. */
  readonly topics: readonly string[];
  readonly fromBlock: number;
}

/**
 * Reads events once each, whatever happens in between. Those of blocks that may still be replaced are read again, so
 * whoever takes them must not mind to see one twice.
 */
export class EventReader {
  private readonly ranges = new BlockRanges();

  constructor(private readonly options: EventReaderOptions) {}

  /** Hands on all events up to a block; only those up to the final one are done with. */
  async read(latest: number, final: number, take: (log: Log) => void): Promise<void> {
    const { store, name, fromBlock } = this.options;
    const through = store.cursor(name) ?? fromBlock - 1;
    const logsOf = (first: number, last: number): Promise<Log[]> => this.logsOf(first, last);
    for await (const { last, found } of this.ranges.read(through + 1, latest, logsOf)) {
      store.advance(name, Math.max(through, Math.min(last, final)), () => {
        for (const log of found) if (!log.removed) take(log);
      });
    }
  }

  private async logsOf(fromBlock: number, toBlock: number): Promise<Log[]> {
    const { provider, address, topics } = this.options;
    return await provider.getLogs({ address, topics: [[...topics]], fromBlock, toBlock });
  }
}
