/** Roles of the access manager. Whatever is restricted and not listed here is the governor's, who is its admin. */
export const ROLES = {
  /** The access manager's own admin role. */
  governor: 0n,
  /** May pause entries, for at most seven days; nothing else. */
  guardian: 1n,
} as const;

/** Functions that the guardian may call. */
export const GUARDIAN_FUNCTIONS = ["pauseEntries"] as const;

/** Contracts whose parameters are governed, and whether they have entries that a guardian can pause. */
export const GOVERNED: readonly { readonly contract: string; readonly pausable: boolean }[] = [
  { contract: "PriceOracle", pausable: false },
  { contract: "SettlementTerms", pausable: false },
  { contract: "BurnMintSettlement", pausable: true },
  { contract: "StakingRegistry", pausable: true },
  { contract: "HardwareCatalog", pausable: false },
  { contract: "NodeRegistry", pausable: true },
  { contract: "UptimeOracle", pausable: true },
  { contract: "ResultClaims", pausable: false },
  { contract: "TaskMarket", pausable: true },
  { contract: "LeaseMarket", pausable: true },
  { contract: "VoucherChannels", pausable: true },
  { contract: "LeaseOrders", pausable: true },
  { contract: "QuoteDesk", pausable: true },
  { contract: "ProofMarket", pausable: true },
  { contract: "ApprovalMarket", pausable: true },
  { contract: "RunClaims", pausable: false },
  { contract: "CheckSeats", pausable: true },
  { contract: "ResultChecks", pausable: false },
  { contract: "RunChecks", pausable: false },
  { contract: "MachineMarket", pausable: true },
];
