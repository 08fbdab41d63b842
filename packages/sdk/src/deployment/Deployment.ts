import { getAddress, isAddress } from "ethers";
import { z } from "zod";

const address = z
  .string()
  .refine((text) => isAddress(text), "is not an address")
  .transform((text) => getAddress(text));
const hash = z.string().regex(/^0x[0-9a-f]{64}$/i, "is not a hash of 32 bytes");

/** Contracts of every deployment. */
export const CONTRACT_NAMES = [
  "MillToken",
  "SettlementTerms",
  "BurnMintSettlement",
  "PriceOracle",
  "StakingRegistry",
  "HardwareCatalog",
  "NodeRegistry",
  "Inspections",
  "NodeTraits",
  "MaintenanceWindows",
  "LeaseMarket",
  "TaskMarket",
  "VoucherChannels",
  "LeaseOrders",
  "QuoteDesk",
  "ProofMarket",
  "ApprovalMarket",
  "MachineMarket",
  "ResultClaims",
  "RunClaims",
  "UptimeOracle",
  "UptimeProofs",
  "UptimeChallenges",
  "UptimeReceipts",
  "UptimeRewards",
  "BlockBeacon",
  "CheckSeats",
  "CheckPot",
  "ResultChecks",
  "RunChecks",
  "CapacityProofs",
  "KernelRegistry",
  "TensorVerifier",
  "Rv32Verifier",
  "AccessManager",
] as const;

export type ContractName = (typeof CONTRACT_NAMES)[number];

/** What `deployments/<chainId>/deployment.json` holds. */
export const deploymentSchema = z.looseObject({
  chainId: z.number().int().positive(),
  name: z.string(),
  deployedAtBlock: z.number().int().nonnegative(),
  governor: address,
  guardian: address,
  /** By name; contracts that only others call may stand here too. */
  contracts: z
    .object(Object.fromEntries(CONTRACT_NAMES.map((name) => [name, address])) as Record<ContractName, typeof address>)
    .catchall(address),
  /** Kernels by name: their address, and the code hash that programs name. */
  kernels: z.record(z.string(), z.object({ address, codeHash: hash })),
  /** Price feeds, in the order in which closes name their rounds. */
  feeds: z.array(address),
  /** Hardware classes: id by name. */
  classes: z.record(z.string(), z.number().int().positive()),
});

/** A deployment of the protocol on one chain. */
export type Deployment = z.infer<typeof deploymentSchema>;
