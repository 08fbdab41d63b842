import { ZeroHash } from "ethers";

/** Slots of a contract's own variables that are searched. */
const SLOTS = 256;

/** What of a chain of the tests is needed. */
interface Chain {
  getStorage(address: string, slot: number): Promise<string>;
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** Puts zero where a contract keeps a word: the state of long afterwards, without all that leads to it. */
export async function forgetWord(chain: Chain, address: string, word: string): Promise<void> {
  for (let slot = 0; slot < SLOTS; slot++) {
    if ((await chain.getStorage(address, slot)) !== word) continue;
    await chain.send("hardhat_setStorageAt", [address, `0x${slot.toString(16)}`, ZeroHash]);
    return;
  }
  throw new Error(`${address} does not keep ${word}`);
}
