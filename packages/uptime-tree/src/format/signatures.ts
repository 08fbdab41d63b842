import {
  Signature,
  TypedDataEncoder,
  getBytes,
  hexlify,
  recoverAddress,
  verifyTypedData,
  type Signer,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";

import { SIGNATURE_BYTES } from "./constants.js";

/** Half the order of secp256k1: a signature with a larger s has a twin, and the chain refuses it. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

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
  // What counts for attestors and not on chain would be held against nobody.
  if (!hasLowS(getBytes(signature))) throw new BadSignatureError("the signature has a twin");
  try {
    return recoverAddress(TypedDataEncoder.hash(domain, { ...types }, value), signature);
  } catch (error) {
    throw new BadSignatureError("the signature belongs to nobody", { cause: error });
  }
}

/** The key behind a signature in whatever form, as wallets make it; undefined for what nobody signed. */
export function signerOf(domain: TypedDataDomain, types: Types, value: object, signature: string): string | undefined {
  try {
    return verifyTypedData(domain, { ...types }, value, signature);
  } catch {
    return undefined;
  }
}

/** Whether a signature of 64 bytes is the one form that the chain takes. */
export function hasLowS(signature: Uint8Array): boolean {
  // The highest bit is the parity of the point, the rest is s.
  const s = BigInt(hexlify(signature.subarray(32))) & ((1n << 255n) - 1n);
  return s <= HALF_ORDER;
}
