import { ZeroHash, type ContractTransaction } from "ethers";

import type { Contracts, TransactionSender } from "@millrace/sdk";
import type { BuiltReport, Leaf } from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ReportHistory } from "../member/ReportHistory.js";
import type { Store } from "../store/Store.js";
import type { Outcome } from "./Outcome.js";
import { findFalseLeaf } from "./falseLeaf.js";

/** What an auditor works with. */
export interface AuditorParts {
  readonly contracts: Contracts;
  readonly facts: ChainFacts;
  readonly history: ReportHistory;
  readonly sender: TransactionSender;
  readonly store: Store;
}

/** Order of `ReportStatus`. */
const POSTED = 1n;

/** Checks reports that this member has not signed against what it reads on chain itself, and proves what is false. */
export class Auditor {
  constructor(private readonly parts: AuditorParts) {}

  async audit(epoch: number): Promise<Outcome> {
    const { facts, history, store, contracts, sender } = this.parts;
    const posted = await facts.posted(epoch);
    if (posted === undefined || (await contracts.uptime.statusOf(epoch)) !== POSTED) return "over";
    const { report, reportHash } = posted;
    if (store.statement("report", epoch, report.previousReport)?.hash === reportHash) return "over";
    const built = await history.byHash(reportHash);
    const before = await history.rewardsAfter(report.previousReport);
    const found = findFalseLeaf(built, await facts.stateOf(epoch), before);
    if (found === undefined) return "over";
    const { index, rule } = found;
    const request =
      rule === "leaf"
        ? contracts.uptimeProofs.proveFalseLeaf.populateTransaction(report, ...proven(built, index))
        : await this.rewardProof(built, index);
    await sender.send(() => Promise.resolve(request), `proof that leaf ${index} of epoch ${epoch} is false`);
    return "done";
  }

  private async rewardProof(built: BuiltReport, index: number): Promise<ContractTransaction> {
    const { history, contracts } = this.parts;
    const { previousReport } = built.report;
    const previous = previousReport === ZeroHash ? built : await history.byHash(previousReport);
    // A node that the report before did not know, or no report before: the contract looks at no leaf of it.
    const [leaf, proof] = proven(previous, index < previous.leaves.count ? index : 0);
    return await contracts.uptimeProofs.proveFalseReward.populateTransaction(
      built.report,
      ...proven(built, index),
      previous.report,
      leaf,
      proof,
    );
  }
}

function proven({ leaves, tree }: BuiltReport, index: number): [Leaf, string[]] {
  return [leaves.leaf(index), tree.proof(index)];
}
