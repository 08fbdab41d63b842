import { secp256k1 } from "@noble/curves/secp256k1.js";
import { getBytes, hexlify, Signature, type BaseWallet } from "ethers";

/** A signature of a digest in the short form. Other than wallets', it is another one with every salt. */
export function signatureOf({ privateKey }: Pick<BaseWallet, "privateKey">, digest: string, salt: string): string {
  const bytes = secp256k1.sign(getBytes(digest), getBytes(privateKey), {
    prehash: false,
    lowS: true,
    format: "recovered",
    extraEntropy: getBytes(salt),
  });
  const recovery = bytes[0] ?? 0;
  const [r, s] = [bytes.slice(1, 33), bytes.slice(33)];
  return Signature.from({ r: hexlify(r), s: hexlify(s), v: 27 + recovery }).compactSerialized;
}
