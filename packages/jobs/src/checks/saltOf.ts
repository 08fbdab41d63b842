import { AbiCoder, getBytes, keccak256 } from "ethers";

/** What a checker of a claim hashes each word with: twin of `ICheckGame.leafOf`. */
export function saltOf(claimId: bigint, account: string): Uint8Array {
  return getBytes(keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "address"], [claimId, account])));
}
