import { ZeroHash, type ContractTransaction } from "ethers";

import { BlockRanges, type Contracts, decodeError, memberOf, type TransactionSender } from "@millrace/sdk";
import type { BuiltReport, Leaf } from "@millrace/uptime-tree/format";

import type { ChainFacts, PostedReport } from "../chain/ChainFacts.js";
import type { ReportHistory } from "../member/ReportHistory.js";
import { OracleError } from "../OracleError.js";
import type { Store } from "../store/Store.js";
import type { Outcome } from "./Outcome.js";
import { findFalseLeaf } from "./falseLeaf.js";
import { findFalsePair } from "./findFalsePair.js";
import { shownLeaves } from "./shownLeaves.js";

/** What an auditor works with. */
export interface AuditorParts {
  readonly contracts: Contracts;
  readonly facts: ChainFacts;
  readonly history: ReportHistory;
  readonly sender: TransactionSender;
  readonly store: Store;
}

const POSTED = memberOf("ReportStatus", "posted");

/** Checks reports that this member has not signed against what it reads on chain itself, and proves what is false. */
export class Auditor {
  private readonly ranges = new BlockRanges();

  constructor(private readonly parts: AuditorParts) {}

  async audit(epoch: number): Promise<Outcome> {
    const { facts, history, store, contracts, sender } = this.parts;
    const posted = await facts.posted(epoch);
    if (posted === undefined || (await contracts.uptime.statusOf(epoch)) !== POSTED) return "over";
    const { report, reportHash } = posted;
    if (store.statements.made("report", epoch, report.previousReport)?.hash === reportHash) return "over";
    let built: BuiltReport;
    try {
      built = await history.byHash(reportHash);
    } catch (error) {
      if (error instanceof OracleError && error.code === "NOT_FOUND" && (await this.auditShown(posted))) return "done";
      throw error;
    }
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

  /**
   * A report is voided for what its signers showed of it, if its data file is nowhere. Of one whose file gives its root
   * no leaf is broken against its neighbour, and none is there twice: the file says no sums.
   */
  private async auditShown(posted: PostedReport): Promise<boolean> {
    const { contracts, facts, sender } = this.parts;
    const { uptimeProofs } = contracts;
    const { report } = posted;
    const { epoch } = report;
    const shown = await shownLeaves(contracts, posted, await facts.finalNumber(), this.ranges);
    const [first, second] = findFalsePair(shown) ?? [];
    if (first !== undefined && second !== undefined) {
      const pair = [first.leaf, first.proof, second.leaf, second.proof] as const;
      await sender.send(
        () => uptimeProofs.proveFalsePair.populateTransaction(report, ...pair),
        `proof that leaves ${first.leaf.index} and ${second.leaf.index} of epoch ${epoch} exclude each other`,
      );
      return true;
    }
    for (const { leaf, proof } of shown) {
      if (!(await this.isTakenAsFalse(posted, leaf, proof))) continue;
      await sender.send(
        () => uptimeProofs.proveFalseLeaf.populateTransaction(report, leaf, proof),
        `proof that leaf ${leaf.index} of epoch ${epoch} is false`,
      );
      return true;
    }
    return false;
  }

  /** Leaves that were shown are few, and may be false in more ways than those that follow from a file: the chain knows. */
  private async isTakenAsFalse({ report }: PostedReport, leaf: Leaf, proof: string[]): Promise<boolean> {
    try {
      await this.parts.contracts.uptimeProofs.proveFalseLeaf.staticCall(report, leaf, proof);
      return true;
    } catch (error) {
      if (decodeError(error).code === "REVERTED") return false;
      throw error;
    }
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
