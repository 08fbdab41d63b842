import { fetchLeaf } from "@millrace/oracle";
import { batchesOf, BlockRanges, dueEarnings, dueReward, newestFinalReport, setAsideEpochs } from "@millrace/sdk";
import type { ProvenLeaf } from "@millrace/uptime-tree/format";

import type { Desk } from "../Desk.js";
import { type Head, Keeper } from "../Keeper.js";

type Parts = Pick<
  Desk,
  "attestors" | "contracts" | "deployedAtBlock" | "logger" | "nodeIds" | "sender" | "signal" | "store"
>;

/** Collects what this agent's providers have earned: rewards of their nodes, and pay for work. */
export class EarningsKeeper extends Keeper<Parts> {
  readonly #ranges = new BlockRanges();

  protected override async takeRound(head: Head): Promise<void> {
    await this.attempt("rewards", () => this.#collectRewards());
    await this.attempt("earnings", () => this.#collectEarnings(head.number));
  }

  /** Of the newest final report, once. */
  async #collectRewards(): Promise<void> {
    const { contracts, store, nodeIds, attestors } = this.parts;
    const final = await newestFinalReport(contracts.uptime, store.next("rewards", 0));
    if (final === undefined) return;
    const { epoch } = final;
    const items: ProvenLeaf[] = [];
    // One after the other: attestors limit the requests of a second.
    for (const nodeId of nodeIds) {
      const { proven } = await fetchLeaf(attestors, final, nodeId);
      if (proven !== undefined) items.push(proven);
    }
    const due: ProvenLeaf[] = [];
    for (const item of items) {
      // What one node cannot collect now, for a correction that is not settled, comes with a later report.
      const { mill, isHeld } = await dueReward(contracts, item.leaf);
      if (mill > 0n && !isHeld) due.push(item);
    }
    for (const [provider, mine] of Map.groupBy(due, ({ leaf }) => leaf.provider)) {
      for (const batch of batchesOf(mine)) await this.#collectBatch(provider, epoch, batch);
      await this.#claimRewards(provider);
    }
    if (items.length === nodeIds.length) store.setNext("rewards", epoch + 1);
  }

  async #collectBatch(provider: string, epoch: number, items: ProvenLeaf[]): Promise<void> {
    const { contracts, sender, logger } = this.parts;
    const { rewards } = contracts;
    const mill = await rewards.collectMany.staticCall(provider, epoch, items);
    if (mill === 0n) return;
    await sender.send(
      () => rewards.collectMany.populateTransaction(provider, epoch, items),
      `collect rewards of ${items.length} nodes`,
    );
    logger.info({ provider, epoch, nodes: items.length, mill }, "rewards collected");
  }

  /** As soon as anybody delegates to a provider, asked for or not, its rewards lie in the staking registry first. */
  async #claimRewards(provider: string): Promise<void> {
    const { contracts, sender, logger } = this.parts;
    const { staking } = contracts;
    const mill = await staking.rewardsOf(provider, provider);
    if (mill === 0n) return;
    await sender.send(() => staking.claimRewards.populateTransaction(provider, provider), "claim rewards");
    logger.info({ provider, mill }, "rewards claimed");
  }

  async #collectEarnings(block: number): Promise<void> {
    const { contracts, store, nodeIds, sender, logger } = this.parts;
    const { settlement, nodes } = contracts;
    const providers = new Set(await Promise.all(nodeIds.map(async (id) => (await nodes.nodeOf(id)).provider)));
    await this.#findAsides(providers, block);
    const followed = store.open("aside");
    const waiting = new Set<number>();
    for (const provider of providers) {
      const epochs = await setAsideEpochs(settlement, provider, followed.map(Number));
      for (const epoch of epochs) waiting.add(epoch);
      const due = await dueEarnings(settlement, provider, epochs);
      if (due === undefined) continue;
      await sender.send(due.collect, "collect earnings");
      logger.info({ provider, mill: due.mill }, "earnings collected");
    }
    for (const epoch of followed.filter((each) => !waiting.has(Number(each)))) store.closeJob("aside", epoch);
  }

  /** Follows epochs of which something was set aside, as their close came late. */
  async #findAsides(providers: Iterable<string>, block: number): Promise<void> {
    const { contracts, store, deployedAtBlock } = this.parts;
    const { settlement } = contracts;
    const read = this.#ranges.read(store.nextBlock("asides", deployedAtBlock), block, (first, last) =>
      Promise.all(
        [...providers].map((provider) => settlement.queryFilter(settlement.filters.SetAside(provider), first, last)),
      ),
    );
    for await (const { last, found } of read) {
      store.followAgain(
        "aside",
        found.flat().map(({ args }) => args.epoch),
      );
      store.setNext("asides", last + 1);
    }
  }
}
