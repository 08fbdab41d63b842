import { readFileSync } from "node:fs";

import { expect } from "chai";

/** Which enum, in which source, the n-th diagram shows; the others show no enum. */
const ENUMS: readonly (readonly [number, string, string])[] = [
  [0, "contracts/market/ITaskBook.sol", "TaskStatus"],
  [1, "contracts/market/ILeaseMarket.sol", "LeaseStatus"],
  [2, "contracts/market/IVoucherChannels.sol", "ChannelStatus"],
  [5, "contracts/market/IApprovalMarket.sol", "ChunkStatus"],
  [6, "contracts/claims/ClaimTypes.sol", "ClaimState"],
  [7, "contracts/claims/ClaimTypes.sol", "BranchStatus"],
  [9, "contracts/hardware/INodeRegistry.sol", "Status"],
  [11, "contracts/uptime/IUptimeOracle.sol", "ReportStatus"],
  [15, "contracts/market/ILeaseOrders.sol", "OrderStatus"],
  [16, "contracts/market/ILeaseOrders.sol", "SeatStatus"],
  [17, "contracts/capacity/ICapacityProofs.sol", "RoundPhase"],
  [18, "contracts/capacity/ICapacityProofs.sol", "AnswerState"],
];

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

describe("docs/state-machines.md", function () {
  const diagrams = [...read("docs/state-machines.md").matchAll(/```mermaid\n([^`]*)```/g)].map(([, text]) => text);

  for (const [index, file, name] of ENUMS) {
    it(`shows every value of ${name} and no other`, function () {
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(read(file));
      const values = (body?.[1] ?? "").replaceAll(/\/\/.*/g, "").match(/\w+/g) ?? [];
      const shown = new Set(diagrams[index].match(/^ *(\w+) -->|--> (\w+)/gm)?.map((edge) => /\w+/.exec(edge)?.[0]));
      expect([...shown].sort()).to.deep.equal([...values].sort());
    });
  }
});
