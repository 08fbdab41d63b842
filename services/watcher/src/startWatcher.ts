import { fetchBundle, readClaim, readOrder } from "@millrace/jobs";
import {
  BlockClock,
  connectContracts,
  listen,
  MillraceError,
  type ServiceContext,
  sleep,
  TransactionSender,
} from "@millrace/sdk";
import { parseEther } from "ethers";
import { fastify } from "fastify";

import { Case, type Desk } from "./Case.js";
import { Checker } from "./checks/Checker.js";
import type { WatcherConfig } from "./config.js";
import { Executor } from "./Executor.js";
import { Semaphore } from "./Semaphore.js";
import { TraceCache } from "./TraceCache.js";
import { WatcherStore } from "./WatcherStore.js";

const CACHED_TRACES = 3;
/** Blocks asked for at once: nodes refuse more. */
const BLOCKS_PER_QUERY = 5_000;

/** Starts to watch; resolves once it serves `/health` and has read the first blocks. */
export async function startWatcher(context: ServiceContext<WatcherConfig>): Promise<void> {
  const { config, logger, provider, deployment, wallet, shutdown } = context;
  const { signal } = shutdown;
  const isStopping = (): boolean => signal.aborted;
  const { claims, tasks } = connectContracts(deployment, provider);
  const clock = new BlockClock(provider, config.pollMs);
  const store = new WatcherStore(config.dataDir);
  shutdown.add("database", () => {
    store.close();
  });
  const sender = new TransactionSender(wallet, { logger });
  const executor = new Executor(new Semaphore(config.maxParallel), new TraceCache(CACHED_TRACES), signal);
  const desk: Desk = {
    account: wallet.address,
    signer: wallet,
    provider,
    deployment,
    clock,
    sender,
    executor,
    signal,
    pollMs: config.pollMs,
    ...bondBudget(parseEther(config.bondBudgetEther)),
  };
  const running = new Map<bigint, Promise<void>>();
  const checker = config.check ? new Checker(desk, logger, config.dataDir) : undefined;

  const follow = async (claimId: bigint, block: number): Promise<void> => {
    try {
      const outcome = await new Case(desk, claimId, block, logger).follow(() => {
        store.setStatus(claimId, "watching");
      });
      if (outcome !== undefined) store.setStatus(claimId, outcome === "right" ? "right" : "closed", outcome);
    } catch (error) {
      // It stays open in the store: the next round takes it up again.
      if (!signal.aborted) logger.warn({ claimId, reason: reasonOf(error) }, "case interrupted");
    } finally {
      running.delete(claimId);
    }
  };

  /** The honest result does not depend on the provider's: with it at hand, a claim is judged as soon as it is posted. */
  const executeAhead = async (taskId: bigint): Promise<void> => {
    const { terms } = await readOrder(tasks, taskId, deployment.deployedAtBlock);
    const bundle = await fetchBundle(terms, { signal });
    await executor.execute(bundle, String(terms.inputRoot), logger.child({ taskId: taskId.toString() }));
  };

  const round = async (): Promise<void> => {
    const { number } = await clock.latest();
    let next = store.nextBlock(config.fromBlock ?? deployment.deployedAtBlock);
    while (next <= number && !signal.aborted) {
      const toBlock = Math.min(number, next + BLOCKS_PER_QUERY - 1);
      for (const { args } of await tasks.queryFilter(tasks.filters.TaskAccepted(), next, toBlock)) {
        executeAhead(args.taskId).catch((error: unknown) => {
          logger.debug({ taskId: args.taskId, reason: reasonOf(error) }, "not executed ahead");
        });
      }
      const posted = await readClaim(claims, { fromBlock: next, toBlock });
      store.addClaims(posted, toBlock + 1);
      checker?.watch(posted, toBlock + 1);
      next = toBlock + 1;
    }
    for (const { claimId, block } of store.open()) {
      if (!running.has(claimId)) running.set(claimId, follow(claimId, block));
    }
  };

  await serveHealth(context, store, () => running.size);
  await round();
  const loop = (async () => {
    for (;;) {
      await sleep(config.pollMs, signal);
      if (isStopping()) return;
      await round().catch((error: unknown) => {
        logger.warn({ reason: reasonOf(error) }, "round failed, trying again");
      });
    }
  })();
  shutdown.add("cases", async () => {
    await loop;
    await Promise.all([...running.values(), checker?.end()]);
  });
}

function reasonOf(error: unknown): string {
  return error instanceof MillraceError ? error.sentence : String(error);
}

function bondBudget(budget: bigint): Pick<Desk, "returnBond" | "takeBond"> {
  let left = budget;
  return {
    takeBond: (wei, isSpent = false) => {
      if (wei > left && !isSpent) return false;
      left -= wei;
      return true;
    },
    returnBond: (wei) => {
      left = left + wei > budget ? budget : left + wei;
    },
  };
}

async function serveHealth(
  { config, shutdown }: ServiceContext<WatcherConfig>,
  store: WatcherStore,
  running: () => number,
): Promise<void> {
  const server = fastify();
  server.get("/health", () => ({ status: "ok", running: running(), claims: store.counts() }));
  await listen(server, config);
  shutdown.add("server", () => server.close());
}
