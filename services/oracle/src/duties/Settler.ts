import { type Contracts, memberOf, type TransactionSender } from "@millrace/sdk";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { Schedule } from "../member/Schedule.js";
import type { Outcome } from "./Outcome.js";
import type { Duty } from "./DutyStore.js";
import type { Turns } from "./Turns.js";

/** What a settler works with. */
export interface SettlerParts {
  readonly contracts: Contracts;
  readonly facts: Pick<ChainFacts, "finalNumber">;
  readonly schedule: Schedule;
  readonly sender: TransactionSender;
  readonly turns: Turns;
}

const FINAL = memberOf("ReportStatus", "final");

/** Settles corrections of reports that are final: until then nodes wait for what was restored to them, or for all. */
export class Settler {
  constructor(private readonly parts: SettlerParts) {}

  async settle({ id, root, nodeId, epoch }: Duty & { kind: "correction" }, now: number): Promise<Outcome> {
    const { contracts, facts, schedule, sender, turns } = this.parts;
    const { isPending, openChallenges } = await contracts.challenges.correctionOf(root, nodeId);
    if (!isPending) {
      // It was settled in a block that may be replaced: then it waits again.
      const blockTag = await facts.finalNumber();
      return (await contracts.challenges.correctionOf(root, nodeId, { blockTag })).isPending ? "ended" : "over";
    }
    if (openChallenges !== 0n) return "waits";
    const record = await contracts.uptime.reportOf(epoch);
    // A report that fell has nothing to wait for.
    const stands = record.root === root;
    if (stands && (await contracts.uptime.statusOf(epoch)) !== FINAL) return "waits";
    const rank = await turns.rankIn(epoch, Number(BigInt(nodeId) % 1_000n));
    const dueAt = Number(stands ? record.finalAt : 0n) + (rank ?? 0) * schedule.roundSeconds;
    if (rank === undefined || now < dueAt) return "waits";
    await sender.send(
      () => contracts.challenges.settleCorrection.populateTransaction(root, nodeId),
      `correction ${id}`,
      { canWait: true },
    );
    return "done";
  }
}
