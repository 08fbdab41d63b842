import { type Signer, toUtf8Bytes, keccak256 } from "ethers";

import type { IClaimGame } from "../../../typechain-types/index.js";

/** What a player keeps to itself about one claim, and what it committed to last. */
export interface Hand {
  readonly account: string;
  /** Where its commitments about this claim are kept. */
  readonly lane: bigint;
  readonly salt: string;
  /** What the chain holds there, as `commitmentOf` gives it. */
  readonly stored: string;
}

/**
 * The hand of a key. The salt is a hash of a signature, which nobody else can make and the key makes again at any time:
 * a restart finds it, and nothing is kept in a file. A lane for each claim, so that no game disturbs another.
 */
export async function handOf(
  claims: Pick<IClaimGame, "commitmentOf" | "getAddress">,
  signer: Signer,
  claimId: bigint,
): Promise<Hand> {
  const [account, address] = await Promise.all([signer.getAddress(), claims.getAddress()]);
  const text = `Millrace: salt of commitments about claim ${claimId} of ${address}. Sign it nowhere else.`;
  const salt = keccak256(await signer.signMessage(toUtf8Bytes(text)));
  return { account, lane: claimId, salt, stored: await claims.commitmentOf(account, claimId) };
}
