import type { Provider } from "ethers";

import type { IClaimGame } from "../../../typechain-types/index.js";

const GWEI = 10n ** 9n;
/** `BOND_GAS`, `BOND_SLOPE` and `CHUNK_BONDS` of the contracts. */
const BOND_GAS = 300_000n;
const BOND_SLOPE = 32n;
const CHUNK_BONDS = 2n;

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
  const { base, pending } = await baseOf(claims, provider, claimId);
  return withMargin(ceilDiv(base * (BOND_SLOPE + pending), BOND_SLOPE));
}

/** What to send along with a demand for a chunk. */
export async function feeToSend(
  claims: Pick<IClaimGame, "claimOf">,
  provider: Provider,
  claimId: bigint,
): Promise<bigint> {
  const { base } = await baseOf(claims, provider, claimId);
  return withMargin(base * CHUNK_BONDS);
}

async function baseOf(
  claims: Pick<IClaimGame, "claimOf">,
  provider: Provider,
  claimId: bigint,
): Promise<{ base: bigint; pending: bigint }> {
  const [{ bondGwei, pending }, block] = await Promise.all([claims.claimOf(claimId), provider.getBlock("latest")]);
  const price = ceilDiv(BOND_GAS * (block?.baseFeePerGas ?? 0n), GWEI);
  return { base: bondGwei > price ? bondGwei : price, pending };
}

const withMargin = (gwei: bigint): bigint => ceilDiv(gwei * 5n, 4n) * GWEI;
