import { toBeHex } from "ethers";

import type { INodeRegistry } from "../../typechain-types/index.js";
import type { Connection } from "../../test/support/deployMillrace.js";

/** Slots of the registry's own variables that are searched. */
const SLOTS = 256;
/** Words of an entry of the registry's history: the digest, then the epoch in 32 bits with the count above it. */
const ENTRY_WORDS = 2n;

/** Makes the registry count so many nodes, of which only its history is kept: nobody can register a million in a test. */
export async function pretendNodes(
  { ethers }: Connection,
  nodes: Pick<INodeRegistry, "registryAt" | "getAddress">,
  epoch: number,
  count: number,
): Promise<void> {
  const { provider } = ethers;
  const address = await nodes.getAddress();
  const { digest } = await nodes.registryAt(epoch);
  for (let slot = 0; slot < SLOTS; slot++) {
    const length = BigInt(await provider.getStorage(address, slot));
    const last = BigInt(ethers.keccak256(toBeHex(slot, 32))) + (length - 1n) * ENTRY_WORDS;
    if (length === 0n || (await provider.getStorage(address, BigInt.asUintN(256, last))) !== digest) continue;
    const changedIn = BigInt.asUintN(32, BigInt(await provider.getStorage(address, last + 1n)));
    const word = toBeHex((BigInt(count) << 32n) | changedIn, 32);
    await provider.send("hardhat_setStorageAt", [address, ethers.toQuantity(last + 1n), word]);
    return;
  }
  throw new Error("the registry's history was not found");
}
