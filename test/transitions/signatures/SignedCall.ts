import type { BaseContract, ContractTransactionResponse, TypedDataDomain, TypedDataField } from "ethers";

/** A named error with its values: those that must be in it, `undefined` where any will do. */
export interface Refusal {
  readonly contract: BaseContract;
  readonly error: string;
  readonly values: readonly unknown[];
}

/** Whoever can sign typed data. */
export interface Signatory {
  readonly address: string;
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    message: Record<string, unknown>,
  ): Promise<string>;
}

/** A call that goes through with the signature that it asks for, and with no other. */
export interface SignedCall {
  readonly signer: Signatory;
  readonly domain: TypedDataDomain & { readonly chainId: bigint; readonly verifyingContract: string };
  /** Of the message alone. */
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Record<string, unknown>;
  /** Bytes as wallets make them, the short form of ERC-2098, or `v`, `r` and `s`. */
  readonly form: "long" | "short" | "parts";
  /** Makes the call with a signature as a wallet makes it; it is brought into its form before. */
  readonly send: (signature: string) => Promise<ContractTransactionResponse>;
  /** What answers every other signature. "no word of the signer": see `touched`. */
  readonly refusal: Refusal;
  /** True if a refusal is the event of a batch's item. */
  readonly isItem?: boolean;
  /**
   * For contracts that take whoever the signature belongs to: what the signer's own word would change. Another's word,
   * or nobody's, goes through and leaves it as it is.
   */
  readonly touched?: () => Promise<unknown>;
  /** The same call once more. "as before": it is allowed, and changes nothing. */
  readonly again: Refusal | { readonly asBefore: () => Promise<unknown> };
  /** What becomes of it with time, or why nothing does. */
  readonly late: { readonly pass: () => Promise<unknown>; readonly refusal: Refusal } | { readonly never: string };
}

/** Where a signature goes in: the function, and the path of its parameter. */
export type SignaturePlace = `${string}.${string} ${string}`;
