import { rmSync, mkdtempSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import { hexlify, Wallet } from "ethers";

import { EpochClock } from "@millrace/sdk";
import { uptimeDomain, type SignedHeartbeat } from "@millrace/uptime-tree/format";

import { HeartbeatDigester } from "../../services/oracle/src/ingest/HeartbeatDigester.js";
import { HeartbeatIngest } from "../../services/oracle/src/ingest/HeartbeatIngest.js";
import { RecoveryPool } from "../../services/oracle/src/ingest/RecoveryPool.js";
import type { ChainWatch } from "../../services/oracle/src/chain/ChainWatch.js";
import { SlotTree } from "../../services/oracle/src/member/SlotTree.js";
import { Store } from "../../services/oracle/src/store/Store.js";
import type { Report } from "../../scripts/report/Report.js";
import { seconds } from "./seconds.js";

const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const HASH = `0x${"ab".repeat(32)}`;
/** Heartbeats that are under way at the same time, as from many agents. */
const AT_ONCE = 512;

/** Heartbeats of different hosts, one node each. */
async function madeUpHeartbeats(count: number, wallet: Wallet): Promise<SignedHeartbeat[]> {
  const { sign } = await import("tiny-secp256k1");
  const digester = new HeartbeatDigester(DOMAIN);
  const key = Buffer.from(wallet.privateKey.slice(2), "hex");
  return Array.from({ length: count }, (_, i) => {
    const heartbeat = { epoch: 1, slot: 2, nodeIds: [BigInt(i + 1)], blockNumber: 7n, blockHash: HASH };
    // Whose key it is does not matter to what is measured: either parity costs the same.
    return { ...heartbeat, signature: hexlify(sign(digester.digest(heartbeat), key)) };
  });
}

/** How many heartbeats a process takes in a second: checked, on the disk, and in a signed batch with a path each. */
export async function measureIngest(report: Report, count: number): Promise<void> {
  const wallet = Wallet.createRandom();
  const heartbeats = await madeUpHeartbeats(count, new Wallet(wallet.privateKey));
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const store = new Store(join(folder, "oracle.sqlite"));
  const pool = new RecoveryPool();
  // Who speaks for a node is whoever signed: a stranger's heartbeat ends before it is written.
  const signers = new Map<bigint, string>();
  const ingest = new HeartbeatIngest({
    watch: {
      block: () => ({ number: 7, hash: HASH, timestamp: 1_057, seenMs: 0 }),
      isOpen: () => true,
      poll: () => Promise.resolve(),
    } as unknown as ChainWatch,
    clock: new EpochClock({ genesisAt: 1_000, epochSeconds: 40, slotsPerEpoch: 5 }),
    facts: { agentAt: (nodeId) => Promise.resolve(signers.get(nodeId) ?? wallet.address) },
    store,
    domain: DOMAIN,
    pool,
  });
  const digester = new HeartbeatDigester(DOMAIN);
  for (const { signature, ...heartbeat } of heartbeats) {
    const signer = await pool.recover(digester.digest(heartbeat), Buffer.from(signature.slice(2), "hex"));
    signers.set(heartbeat.nodeIds[0] ?? 0n, signer ?? "");
  }
  const startedMs = performance.now();
  const [, cpu] = await seconds(async () => {
    for (let start = 0; start < count; start += AT_ONCE)
      await Promise.all(heartbeats.slice(start, start + AT_ONCE).map((each) => ingest.accept(each)));
    const heard = store.slots.heard(1, 2);
    const tree = new SlotTree(BigUint64Array.from(heard.nodeIds()), heard);
    const batch = { epoch: 1, slot: 2, root: tree.root, attestor: wallet.address, signature: "0x" };
    for (const { nodeIds } of heartbeats) tree.receipt(batch, nodeIds[0] ?? 0n);
  });
  const wall = (performance.now() - startedMs) / 1_000;
  await pool.stop();
  store.close();
  rmSync(folder, { recursive: true });
  const add = (id: string, value: number, unit: string, what: string, source: string): void => {
    report.add({ id, value, unit, what, source });
  };
  const processors = availableParallelism();
  const what = "signed heartbeats a second in one process: checked, on the disk, in a batch, with a receipt each";
  const rate = Math.round((processors * count) / cpu);
  add(
    "oracle.ingest.per-second",
    rate,
    "1/s",
    what,
    `${processors} processors over the CPU time of ${count} heartbeats`,
  );
  add(
    "oracle.ingest.wall-per-second",
    Math.round(count / wall),
    "1/s",
    "the same by the clock, beside all else that ran",
    "",
  );
  add(
    "oracle.ingest.cpu-per-heartbeat",
    Math.round((cpu / count) * 1e6),
    "µs",
    "CPU time of a heartbeat",
    "all threads",
  );
}

/** What bounds it: one recovery of a key from a signature, by library. */
export async function measureRecovery(report: Report, count: number): Promise<void> {
  const { recover, signRecoverable } = await import("tiny-secp256k1");
  const { recoverAddress } = await import("ethers");
  const wallet = Wallet.createRandom();
  const key = Buffer.from(wallet.privateKey.slice(2), "hex");
  const items = Array.from({ length: count }, (_, i) => {
    const digest = Buffer.from((i + 1).toString(16).padStart(64, "0"), "hex");
    return { digest, ...signRecoverable(digest, key) };
  });
  const [, wasm] = await seconds(() => {
    for (const { digest, signature, recoveryId } of items) recover(digest, signature, recoveryId, false);
  });
  const some = items.slice(0, Math.ceil(count / 10));
  const [, javascript] = await seconds(() => {
    for (const { digest, signature, recoveryId } of some) {
      const bytes = hexlify(signature);
      recoverAddress(digest, { r: bytes.slice(0, 66), s: `0x${bytes.slice(66)}`, v: 27 + recoveryId });
    }
  });
  const add = (id: string, value: number, what: string): void => {
    report.add({ id, value, unit: "1/s", what, source: "CPU time of one thread" });
  };
  add("oracle.recoveries.wasm", Math.round(count / wasm), "keys recovered a second by one thread, WebAssembly");
  add("oracle.recoveries.javascript", Math.round(some.length / javascript), "the same in JavaScript");
}
