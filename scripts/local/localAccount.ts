import { HDNodeWallet } from "ethers";

/** The phrase that Hardhat and anvil fund; worth nothing anywhere else. */
const PHRASE = "test test test test test test test test test test test junk";

/** An account of a local chain, by its number; of another phrase's if one is given. */
export function localAccount(index: number, phrase = PHRASE): HDNodeWallet {
  return HDNodeWallet.fromPhrase(phrase, undefined, `m/44'/60'/0'/0/${index}`);
}
