import { Signature, ZeroHash } from "ethers";

import { decodeError, permitTypes } from "@millrace/sdk";

import type { ICreditPurchase } from "../../typechain-types/index.js";
import type { Session } from "./Session.js";

const NO_PERMIT = { value: 0n, deadline: 0n, v: 27, r: ZeroHash, s: ZeroHash };
const PERMIT_SECONDS = 3_600;

interface Permitted {
  readonly permit: ICreditPurchase.PermitStruct;
  /** False if the settlement may burn that much already. */
  readonly isSigned: boolean;
}

/** The sender's permit for the settlement to burn exactly so much MILL. */
export async function permitFor(session: Session, mill: bigint): Promise<Permitted> {
  const { contracts, chainId, provider } = await session.protocol();
  const { address, signer } = await session.account();
  const { token, settlement } = contracts;
  const spender = await settlement.getAddress();
  if ((await token.allowance(address, spender)) >= mill) return { permit: NO_PERMIT, isSigned: false };
  const latest = (await provider.getBlock("latest"))?.timestamp ?? 0;
  const deadline = BigInt(latest + PERMIT_SECONDS);
  const domain = { name: "Millrace", version: "1", chainId, verifyingContract: await token.getAddress() };
  const message = { owner: address, spender, value: mill, nonce: await token.nonces(address), deadline };
  const signed = await signer.signTypedData(domain, permitTypes, message).catch((error: unknown) => {
    throw decodeError(error);
  });
  const { v, r, s } = Signature.from(signed);
  return { permit: { value: mill, deadline, v, r, s }, isSigned: true };
}
