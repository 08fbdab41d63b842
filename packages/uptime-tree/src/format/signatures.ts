import {
  Signature,
  TypedDataEncoder,
  recoverAddress,
  type Signer,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";

import { SIGNATURE_BYTES } from "./constants.js";

type Types = Readonly<Record<string, TypedDataField[]>>;

/** Thrown when a signature has another form than the one that counts, or belongs to nobody. */
export class BadSignatureError extends Error {
  readonly code = "BAD_SIGNATURE";
}

/** Signs typed data in the short form (ERC-2098), which has no second form of the same signature. */
export async function signCompact(
  signer: Signer,
  domain: TypedDataDomain,
  types: Types,
  value: Record<string, unknown>,
): Promise<string> {
  return Signature.from(await signer.signTypedData(domain, { ...types }, value)).compactSerialized;
}

/** The key behind a signature in the short form. @throws {BadSignatureError} */
export function recoverCompact(
  domain: TypedDataDomain,
  types: Types,
  value: Record<string, unknown>,
  signature: string,
): string {
  if (signature.length !== 2 + 2 * SIGNATURE_BYTES) {
    throw new BadSignatureError(`a signature is ${SIGNATURE_BYTES} bytes`);
  }
  try {
    return recoverAddress(TypedDataEncoder.hash(domain, { ...types }, value), signature);
  } catch (error) {
    throw new BadSignatureError("the signature belongs to nobody", { cause: error });
  }
}
