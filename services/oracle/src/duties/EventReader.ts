import type { Log, Provider } from "ethers";

import type { DutyStore } from "./DutyStore.js";

/** Most blocks whose events are asked for at once: what public nodes allow. */
const BLOCKS_AT_ONCE = 2_000;

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
  private blocksAtOnce = BLOCKS_AT_ONCE;

  constructor(private readonly options: EventReaderOptions) {}

  /** Hands on all events up to a block; only those up to the final one are done with. */
  async read(latest: number, final: number, take: (log: Log) => void): Promise<void> {
    const { store, name, fromBlock } = this.options;
    for (;;) {
      const first = (store.cursor(name) ?? fromBlock - 1) + 1;
      if (first > latest) return;
      const last = Math.min(latest, first + this.blocksAtOnce - 1);
      const logs = await this.getLogs(first, last);
      const done = Math.min(last, final);
      store.advance(name, Math.max(first - 1, done), () => {
        for (const log of logs) if (!log.removed) take(log);
      });
      if (last > final || last === latest) return;
    }
  }

  /**
   * Nodes refuse answers that are too long. Whoever fills a few blocks with events must not keep all that come after
   * from everybody for ever: after each refusal half as many blocks are asked for.
   */
  private async getLogs(fromBlock: number, toBlock: number): Promise<Log[]> {
    const { provider, address, topics } = this.options;
    try {
      const logs = await provider.getLogs({ address, topics: [[...topics]], fromBlock, toBlock });
      this.blocksAtOnce = Math.min(BLOCKS_AT_ONCE, 2 * this.blocksAtOnce);
      return logs;
    } catch (error) {
      this.blocksAtOnce = Math.max(1, Math.floor((toBlock - fromBlock + 1) / 2));
      throw error;
    }
  }
}
