import { readFileSync } from "node:fs";

import { expect } from "chai";

import { LABELS, type LabelSet, memberOf } from "@millrace/sdk";

/** Where each enum stands, and its name there if that is another one. */
const SOURCES: Readonly<Record<LabelSet, readonly [file: string, name?: string]>> = {
  NodeStatus: ["hardware/INodeRegistry.sol", "Status"],
  Eligibility: ["hardware/INodeRegistry.sol"],
  LeaseStatus: ["market/ILeaseMarket.sol"],
  ChunkStatus: ["market/IApprovalMarket.sol"],
  OrderStatus: ["market/ILeaseOrders.sol"],
  SeatStatus: ["market/ILeaseOrders.sol"],
  ChannelStatus: ["market/IVoucherChannels.sol"],
  TaskStatus: ["market/ITaskBook.sol"],
  ClaimState: ["claims/ClaimTypes.sol"],
  BranchStatus: ["claims/ClaimTypes.sol"],
  RoundPhase: ["capacity/ICapacityProofs.sol"],
  AnswerState: ["capacity/ICapacityProofs.sol"],
  ReportStatus: ["uptime/IUptimeOracle.sol"],
  ChallengeStatus: ["uptime/IUptimeChallenges.sol"],
  Region: ["verifiers/TensorTypes.sol"],
};

/** What people are told in other words than the sources'; `None` is told by what is missing. */
const OTHERWISE: Readonly<Record<string, string>> = { Struck: "silent, and counted" };

function membersOf(set: LabelSet): string[] {
  const [file, name = set] = SOURCES[set];
  const source = readFileSync(new URL(`../../../contracts/${file}`, import.meta.url), "utf8");
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? "";
  return body.replaceAll(/\/\/.*/g, "").match(/\w+/g) ?? [];
}

describe("Labels", () => {
  for (const set of Object.keys(SOURCES) as LabelSet[]) {
    it(`of ${set} should be those of the contracts, in their order`, () => {
      const members = membersOf(set);
      expect(LABELS[set]).to.have.length(members.length);
      // Reasons are sentences: only their number can be compared.
      if (set === "Eligibility") return;
      for (const [i, member] of members.entries()) {
        if (member !== "None") expect(LABELS[set][i]).to.equal(OTHERWISE[member] ?? member.toLowerCase());
      }
    });
  }

  it("should give an enum's member by its name", () => {
    expect(memberOf("ClaimState", "slashed")).to.equal(3n);
    expect(memberOf("SeatStatus", "open")).to.equal(0n);
  });
});
