import type { Signer, TypedDataDomain, TypedDataField } from "ethers";

import { recoverCompact, signCompact } from "./signatures.js";

/** What an agent signs when an attestor asks whether it is there. It says nothing else, and is evidence of nothing. */
export const probeTypes: Readonly<Record<string, TypedDataField[]>> = {
  Probe: [{ name: "nonce", type: "bytes32" }],
};

/** An agent's answer to a probe. */
export async function signProbe(signer: Signer, domain: TypedDataDomain, nonce: string): Promise<string> {
  return await signCompact(signer, domain, probeTypes, { nonce });
}

/** Address whose key answered a probe. @throws BadSignatureError */
export function probeSigner(domain: TypedDataDomain, nonce: string, signature: string): string {
  return recoverCompact(domain, probeTypes, { nonce }, signature);
}
