/** Chains that live on one machine and are thrown away: Hardhat's and anvil's, and Ganache's. */
const LOCAL_CHAIN_IDS: readonly number[] = [31_337, 1_337];

/** Whether a chain is somebody's own: there faucets work, blocks are final at once, and one node may be trusted. */
export function isLocalChain(chainId: bigint | number): boolean {
  return LOCAL_CHAIN_IDS.includes(Number(chainId));
}
