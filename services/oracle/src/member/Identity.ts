import type { Signer, TypedDataDomain } from "ethers";

/** Who a member is, and for which oracle it speaks. */
export interface Identity {
  /** Address of the signing key. */
  readonly attestor: string;
  readonly signer: Signer;
  readonly domain: TypedDataDomain;
  /** Rules of the oracle, `UptimeOracle.configDigest()`. */
  readonly configDigest: string;
}
