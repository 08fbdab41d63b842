import type { Provider } from "ethers";

import type { IClaimGame } from "../../../typechain-types/index.js";

const GWEI = 10n ** 9n;
/** Constants of the contracts, of the same names. */
const BOND_GAS = 450_000n;
const BOND_SLOPE = 32n;
const CHUNK_BONDS = 2n;
const CHUNK_GAS = 600_000n;

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/**
 * What to send along with a pointer: the bond, and a quarter more in case gas gets dearer or others point first. What is
 * too much comes back. Nodes answer calls as if gas cost nothing, so the price is the latest block's.
 */
export async function bondToSend(
  claims: Pick<IClaimGame, "claimOf">,
  provider: Provider,
  claimId: bigint,
): Promise<bigint> {
  const { bondGwei, pending, priceGwei } = await readClaim(claims, provider, claimId);
  return withMargin(ceilDiv(max(bondGwei, priceGwei(BOND_GAS)) * (BOND_SLOPE + pending), BOND_SLOPE));
}

/** What to send along with a demand for a chunk. */
export async function feeToSend(
  claims: Pick<IClaimGame, "claimOf">,
  provider: Provider,
  claimId: bigint,
): Promise<bigint> {
  const { bondGwei, priceGwei } = await readClaim(claims, provider, claimId);
  return withMargin(max(bondGwei * CHUNK_BONDS, priceGwei(CHUNK_GAS)));
}

async function readClaim(
  claims: Pick<IClaimGame, "claimOf">,
  provider: Provider,
  claimId: bigint,
): Promise<{ bondGwei: bigint; pending: bigint; priceGwei: (gas: bigint) => bigint }> {
  const [{ bondGwei, pending }, block] = await Promise.all([claims.claimOf(claimId), provider.getBlock("latest")]);
  const priceGwei = (gas: bigint): bigint => ceilDiv(gas * (block?.baseFeePerGas ?? 0n), GWEI);
  return { bondGwei, pending, priceGwei };
}

const withMargin = (gwei: bigint): bigint => ceilDiv(gwei * 5n, 4n) * GWEI;
