/** What one module may do to another; the bits of `contracts/common/Permissions.sol`. */
export const PERMISSIONS = {
  MINT: 1n << 0n,
  CREDIT: 1n << 1n,
  COMPENSATE: 1n << 2n,
  BOND: 1n << 3n,
  SLASH: 1n << 4n,
  RESERVE: 1n << 5n,
  JAIL: 1n << 6n,
  REQUIRE: 1n << 7n,
  POST: 1n << 8n,
  HIRE: 1n << 9n,
  REWARD: 1n << 10n,
  JUDGE: 1n << 11n,
  BUY_FOR: 1n << 12n,
} as const;

/** Name of a permission. */
export type Permission = keyof typeof PERMISSIONS;

/** One line of the wiring: `caller` may use `permissions` at `callee`. */
export interface Wire {
  readonly callee: string;
  readonly caller: string;
  readonly permissions: readonly Permission[];
}

/**
 * The whole wiring. The deployment fills the maps from it, `system status --wiring` and a test compare it with what
 * is deployed, and the table of the audit guide repeats it.
 */
export const WIRING: readonly Wire[] = [
  { callee: "MillToken", caller: "BurnMintSettlement", permissions: ["MINT"] },
  { callee: "BurnMintSettlement", caller: "StakingRegistry", permissions: ["COMPENSATE"] },
  { callee: "BurnMintSettlement", caller: "TaskMarket", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "LeaseMarket", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "LeaseOrders", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "QuoteDesk", permissions: ["BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "VoucherChannels", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "ProofMarket", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "ApprovalMarket", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "BurnMintSettlement", caller: "MachineMarket", permissions: ["CREDIT", "BUY_FOR"] },
  { callee: "StakingRegistry", caller: "NodeRegistry", permissions: ["REQUIRE"] },
  { callee: "StakingRegistry", caller: "UptimeOracle", permissions: ["BOND", "SLASH"] },
  { callee: "StakingRegistry", caller: "UptimeRewards", permissions: ["REWARD"] },
  { callee: "StakingRegistry", caller: "ResultClaims", permissions: ["SLASH"] },
  { callee: "StakingRegistry", caller: "TaskMarket", permissions: ["BOND", "SLASH"] },
  { callee: "StakingRegistry", caller: "LeaseMarket", permissions: ["BOND", "SLASH"] },
  { callee: "StakingRegistry", caller: "ProofMarket", permissions: ["BOND", "SLASH"] },
  { callee: "StakingRegistry", caller: "ApprovalMarket", permissions: ["BOND", "SLASH"] },
  { callee: "StakingRegistry", caller: "MachineMarket", permissions: ["BOND", "SLASH"] },
  { callee: "StakingRegistry", caller: "RunClaims", permissions: ["SLASH"] },
  { callee: "StakingRegistry", caller: "LeaseOrders", permissions: ["BOND"] },
  { callee: "StakingRegistry", caller: "CapacityProofs", permissions: ["SLASH"] },
  { callee: "StakingRegistry", caller: "CheckSeats", permissions: ["BOND", "SLASH"] },
  { callee: "NodeRegistry", caller: "TaskMarket", permissions: ["RESERVE"] },
  { callee: "NodeRegistry", caller: "ProofMarket", permissions: ["RESERVE"] },
  { callee: "NodeRegistry", caller: "ApprovalMarket", permissions: ["RESERVE"] },
  { callee: "NodeRegistry", caller: "MachineMarket", permissions: ["RESERVE"] },
  { callee: "NodeRegistry", caller: "LeaseMarket", permissions: ["RESERVE"] },
  { callee: "NodeRegistry", caller: "LeaseOrders", permissions: ["RESERVE"] },
  { callee: "NodeRegistry", caller: "CapacityProofs", permissions: ["JAIL"] },
  { callee: "UptimeOracle", caller: "UptimeProofs", permissions: ["JUDGE"] },
  { callee: "UptimeOracle", caller: "UptimeChallenges", permissions: ["JUDGE"] },
  { callee: "ResultClaims", caller: "TaskMarket", permissions: ["POST"] },
  { callee: "RunClaims", caller: "MachineMarket", permissions: ["POST"] },
  { callee: "CheckSeats", caller: "ResultChecks", permissions: ["JUDGE"] },
  { callee: "CheckSeats", caller: "RunChecks", permissions: ["JUDGE"] },
  { callee: "CheckPot", caller: "ResultChecks", permissions: ["REWARD"] },
  { callee: "CheckPot", caller: "RunChecks", permissions: ["REWARD"] },
  { callee: "LeaseMarket", caller: "LeaseOrders", permissions: ["HIRE"] },
  { callee: "LeaseMarket", caller: "QuoteDesk", permissions: ["HIRE"] },
];

/** The bits of a wire. */
export function permissionBits(permissions: readonly Permission[]): bigint {
  return permissions.reduce((bits, permission) => bits | PERMISSIONS[permission], 0n);
}
