import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Wallet, ZeroHash } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import { hashReport, NodeTable, signHeartbeat, uptimeDomain } from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import type { ChainWatch } from "../../../services/oracle/src/chain/ChainWatch.js";
import { HeartbeatIngest } from "../../../services/oracle/src/ingest/HeartbeatIngest.js";
import { RecoveryPool } from "../../../services/oracle/src/ingest/RecoveryPool.js";
import { KEPT_EPOCHS } from "../../../services/oracle/src/horizon.js";
import { Assembler } from "../../../services/oracle/src/member/Assembler.js";
import { Guard } from "../../../services/oracle/src/member/Guard.js";
import { Member } from "../../../services/oracle/src/member/Member.js";
import { Observer } from "../../../services/oracle/src/member/Observer.js";
import { Peers } from "../../../services/oracle/src/member/Peers.js";
import { ReportHistory } from "../../../services/oracle/src/member/ReportHistory.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";
import { SlotKeeper } from "../../../services/oracle/src/member/SlotKeeper.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import { proposalTypes } from "@millrace/uptime-tree/format";

const SLOTS = 3;
const NODES = 3;
const AGENT = new Wallet(`0x${"a1".repeat(32)}`);
const MEMBER = new Wallet(`0x${"b2".repeat(32)}`);
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
/** Epochs between two looks at the heap. */
const HEAP_EVERY = 50;
const HASH = `0x${"cd".repeat(32)}`;

/** What the chain of this process remembers: reports, in order. It is a file, so that it outlives the process. */
interface Chain {
  readonly reports: readonly { readonly epoch: number; readonly hash: string }[];
}

/**
 * A set of one member with its real database, made to work through epoch after epoch, over a chain that is a file. Every
 * signature that leaves it is a line on its output. It may be killed at any moment, and is started again with the same
 * folder. All that it hears is the same each time, so what it signs must be the same.
 */
async function main([folder, lastEpoch]: readonly string[]): Promise<void> {
  const chainFile = join(folder!, "chain.json");
  const readChain = (): Chain => {
    return existsSync(chainFile) ? (JSON.parse(readFileSync(chainFile, "utf8")) as Chain) : { reports: [] };
  };
  const say = (...words: readonly (number | string)[]): void => {
    process.stdout.write(`${words.join(" ")}\n`);
  };

  const store = new Store(join(folder!, "oracle.sqlite"));
  const clock = new EpochClock({ genesisAt: 0, epochSeconds: 10 * SLOTS, slotsPerEpoch: SLOTS });
  const metrics = new Metrics();
  const logger = pino({ level: "silent" });
  const open = { epoch: -1, slot: -1 };
  const watch = {
    block: () => ({ number: 1, hash: HASH, timestamp: open.epoch * 10 * SLOTS + open.slot * 10, seenMs: 0 }),
    isOpen: (epoch: number, slot: number) => epoch === open.epoch && slot === open.slot,
    poll: () => Promise.resolve(),
    get latest() {
      return { number: 1, hash: HASH, timestamp: (open.epoch + 1) * 10 * SLOTS, seenMs: 0 };
    },
  } as unknown as ChainWatch;
  const nodes = NodeTable.from(Array.from({ length: NODES }, () => PROVIDER));
  const state = { pot: 10n ** 20n, registryDigest: HASH, nodes };
  const facts = {
    agentAt: () => Promise.resolve(AGENT.address),
    setOf: () => Promise.resolve({ seats: [MEMBER.address], quorum: 1, threshold: 1 }),
    registryOf: () => Promise.resolve({ count: NODES, digest: HASH }),
    closedAt: (epoch: number) => Promise.resolve((epoch + 1) * 10 * SLOTS),
    statusOf: (epoch: number) => {
      return Promise.resolve(readChain().reports.some((report) => report.epoch === epoch) ? "posted" : "none");
    },
    newestReport: () => {
      const newest = readChain().reports.at(-1);
      return Promise.resolve({ reportHash: newest?.hash ?? ZeroHash, epoch: newest?.epoch ?? 0 });
    },
    reportDeadline: () => Promise.resolve(Number.MAX_SAFE_INTEGER),
    stateOf: () => Promise.resolve(state),
  } as unknown as ChainFacts;

  const identity = { attestor: MEMBER.address, signer: MEMBER, domain: DOMAIN, configDigest: HASH };
  const peers = new Peers([], metrics, logger);
  const pool = new RecoveryPool(1);
  const ingest = new HeartbeatIngest({ watch, clock, facts, store, domain: DOMAIN, pool, flushMs: 1 });
  const guard = new Guard({ attestor: MEMBER.address, store, metrics, logger });
  const base = { identity, store, watch, clock, facts, ingest, guard, peers, metrics, logger };
  const slots = new SlotKeeper(base);
  const observer = new Observer({ ...base, slots });
  const history = new ReportHistory(store, facts, peers);
  const oracle = String(DOMAIN.verifyingContract);
  const protocol = { chainId: 31_337n, oracle, slotsPerEpoch: SLOTS, configDigest: HASH };
  const assembler = new Assembler(protocol, facts, observer, history);
  const member = new Member({ ...base, schedule: new Schedule(clock), observer, assembler, history });

  for (let epoch = (readChain().reports.at(-1)?.epoch ?? -1) + 1; epoch <= Number(lastEpoch); epoch++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      Object.assign(open, { epoch, slot });
      if (!store.slots.isSlotClosed(epoch, slot)) {
        const nodeIds = [1n, 2n, 3n].slice(0, 1 + ((epoch + slot) % NODES));
        const heartbeat = { epoch, slot, nodeIds, blockNumber: 1n, blockHash: HASH };
        await ingest.accept(await signHeartbeat(AGENT, DOMAIN, heartbeat));
      }
      open.slot = slot + 1;
      await slots.closeSlots(epoch);
      const batch = store.statements.made("batch", epoch, String(slot));
      if (batch !== undefined && batch.signature !== "") say("batch", epoch, slot, batch.hash, batch.signature);
    }
    const observation = await observer.make(epoch);
    say("observation", epoch, 0, observation.root, observation.signature);
    const { reportHash, built } = await assembler.assemble(epoch, [observation]);
    const content = { epoch, round: 0, reportHash };
    const observations = [{ attestor: observation.attestor, root: observation.root, signature: observation.signature }];
    const signature = await MEMBER.signTypedData(DOMAIN, proposalTypes, content);
    const vote = await member.vote({ ...content, observations, signature });
    say("vote", epoch, 0, reportHash, vote.signature);
    const lock = await member.lock({ ...content, votes: [vote] });
    say("lock", epoch, 0, reportHash, lock.signature);
    const signed = await member.commit({ ...content, locks: [lock] });
    say("report", epoch, 0, hashReport(built.report), signed.signature);
    const reports = [...readChain().reports, { epoch, hash: reportHash }];
    writeFileSync(`${chainFile}.new`, JSON.stringify({ reports }));
    renameSync(`${chainFile}.new`, chainFile);
    say("mined", epoch, 0, built.report.root, "-");
    store.prune(epoch - KEPT_EPOCHS, epoch);
    if (epoch % HEAP_EVERY === 0) await sayHeap(epoch, say);
  }
  await pool.stop();
  store.close();
}

/** What is used of the heap when nothing is left to collect; with `--expose-gc` only. */
async function sayHeap(epoch: number, say: (...words: readonly (number | string)[]) => void): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined) return;
  // What was finalised in one round is free in the next.
  for (let round = 0; round < 3; round++) {
    await gc({ type: "major", execution: "async" });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  say("heap", epoch, 0, heapUsed, external + arrayBuffers);
}

const PROVIDER = {
  provider: "0x00000000000000000000000000000000000000Cc",
  units: 2,
  weight: 1_000,
  active: true,
  capacityPassed: true,
  rewardBefore: 0n,
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
