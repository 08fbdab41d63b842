import { getBytes, id, toBeHex, Wallet } from "ethers";

import { NodeTable, signObservation, uptimeDomain, type EpochFile } from "@millrace/uptime-tree/format";

export const SLOTS = 240;
export const ATTESTORS = 4;
const CHAIN_ID = 31_337n;
const ORACLE = toBeHex(0xaan, 20);

/** An epoch of many nodes as four attestors saw and signed it: every node is missed by somebody now and then. */
export async function madeUpEpoch(count: number): Promise<EpochFile> {
  const nodes = new NodeTable(count);
  const provider = getBytes(toBeHex(0xabcdefn, 20));
  for (let index = 0; index < count; index++) {
    nodes.providers.set(provider, 20 * index);
    nodes.providers[20 * index] = index & 0xff;
    nodes.units[index] = 1 + (index % 8);
    nodes.weights[index] = 1_000 + (index % 7);
    nodes.active[index] = index % 50 === 0 ? 0 : 1;
    nodes.capacityPassed[index] = 1;
    nodes.rewardsBefore[index] = BigInt(index) * 10n ** 15n;
  }
  const wallets = Array.from({ length: ATTESTORS }, (_, i) => new Wallet(toBeHex(i + 1, 32)));
  // Ascending, as in a data file.
  wallets.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const configDigest = id("config");
  const observations = await Promise.all(
    wallets.map((wallet, i) => {
      const batchRoots = new Uint8Array(32 * SLOTS).fill(0x11);
      const content = { epoch: 5, attestor: wallet.address, batchRoots, sightings: sightingsOf(count, 12_345 + i) };
      return signObservation(wallet, uptimeDomain(CHAIN_ID, ORACLE), configDigest, content);
    }),
  );
  return {
    chainId: CHAIN_ID,
    oracle: ORACLE,
    epoch: 5,
    slotsPerEpoch: SLOTS,
    threshold: 2,
    pot: 10n ** 24n,
    previousReport: id("previous"),
    registryDigest: id("registry"),
    configDigest,
    nodes,
    observations,
  };
}

function sightingsOf(count: number, seed: number): Uint8Array {
  const sightings = new Uint8Array(32 * count);
  const words = new Uint32Array(sightings.buffer);
  let state = seed;
  for (let word = 0; word < words.length; word++) {
    // xorshift: slots are missed at random, the 16 bits above the last slot are never set.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[word] = word % 8 === 0 ? (state | 0x7fff0000) & 0xffff0000 : state | 0x6db6db6d;
  }
  return sightings;
}
