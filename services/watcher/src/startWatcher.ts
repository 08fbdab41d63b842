import {
  fetchBundle,
  fetchMachineBundle,
  honestComputation,
  loadKernels,
  readClaim,
  readMachineProgram,
  readOrder,
  readRun,
} from "@millrace/jobs";
import {
  BeaconRecorder,
  BlockClock,
  BlockRanges,
  chainIdentity,
  connectContracts,
  EpochClock,
  listen,
  MillraceError,
  Semaphore,
  type ServiceContext,
  sleep,
  TransactionSender,
  UNSETTLED_BLOCKS,
} from "@millrace/sdk";
import { parseEther } from "ethers";
import { fastify } from "fastify";

import { Case } from "./Case.js";
import { SilenceReporter } from "./capacity/SilenceReporter.js";
import { Checker } from "./checks/Checker.js";
import type { WatcherConfig } from "./config.js";
import type { Desk } from "./Desk.js";
import { Docket } from "./Docket.js";
import { Executor, KEPT } from "./Executor.js";
import { Purse } from "./Purse.js";
import { ResultSuit } from "./ResultSuit.js";
import { RunSuit } from "./RunSuit.js";
import type { GameName } from "./Suit.js";
import { keyOf, type PostedName, WatcherStore } from "./WatcherStore.js";

/** `TaskStatus` of the contracts. */
const WORKING = 5n;
const SUITS = { results: ResultSuit, runs: RunSuit } as const;

/** Starts to watch; resolves once it serves `/health` and has read the first blocks. */
export async function startWatcher(
  context: ServiceContext<WatcherConfig>,
  computation = honestComputation,
): Promise<void> {
  const { config, logger, provider, deployment, wallet, shutdown } = context;
  const { signal } = shutdown;
  const isStopping = (): boolean => signal.aborted;
  const contracts = connectContracts(deployment, provider);
  const kernels = await loadKernels(config.kernels);
  const clock = new BlockClock(provider, config.pollMs);
  const store = new WatcherStore(config.dataDir);
  shutdown.add("database", () => {
    store.close();
  });
  store.bindTo({ chain: await chainIdentity(provider, deployment) });
  // The chain takes each of its calls once.
  const sender = new TransactionSender(wallet, { logger, signal, unstick: true });
  const docket = new Docket({ lanes: config.maxParallel, logger, signal });
  const executor = new Executor(kernels, signal, computation, config.maxParallel);
  const desk: Desk = {
    account: wallet.address,
    signer: wallet,
    provider,
    deployment,
    contracts,
    kernels,
    clock,
    sender,
    docket,
    executor,
    looks: new Semaphore(config.maxParallel),
    signal,
    pollMs: config.pollMs,
    ...bondBudget(parseEther(config.bondBudgetEther)),
    purse: new Purse(store, parseEther(config.demandBudgetEther)),
  };
  const running = new Map<string, Promise<void>>();
  const silence = config.reportSilence ? await silenceReporter(context, sender) : undefined;
  /** Each silence is a transaction: claims do not wait for them. */
  let silenceRound: Promise<void> | undefined;
  const checker = config.check ? new Checker(desk, logger, config.dataDir) : undefined;

  const follow = async (name: PostedName, isWrong: boolean): Promise<void> => {
    const { game, claimId, block } = name;
    try {
      const suit = await SUITS[game].of(desk, claimId, block);
      // A chain that was taken back has other claims.
      const outcome =
        suit === undefined
          ? "unavailable"
          : await new Case(desk, suit, logger.child({ game })).follow(isWrong, () => {
              store.setStatus(name, "watching");
            });
      if (outcome !== undefined) store.setStatus(name, outcome === "right" ? "right" : "closed", outcome);
    } catch (error) {
      // It stays open in the store: the next round takes it up again.
      if (!signal.aborted) logger.warn({ game, claimId, reason: reasonOf(error) }, "case interrupted");
    } finally {
      running.delete(keyOf(name));
    }
  };

  const markets = { results: contracts.tasks, runs: contracts.machines } as const;
  const execute = {
    results: async (taskId: bigint, signal: AbortSignal): Promise<void> => {
      const { terms } = await readOrder(contracts.tasks, taskId, deployment.deployedAtBlock);
      const bundle = await fetchBundle(terms, { signal });
      await executor.execute(bundle, String(terms.inputRoot), logger.child({ taskId: taskId.toString() }), signal);
    },
    runs: async (taskId: bigint, signal: AbortSignal): Promise<void> => {
      const { machines } = contracts;
      const { terms } = await readOrder(machines, taskId, deployment.deployedAtBlock);
      const { codeHash } = await readMachineProgram(machines, taskId, deployment.deployedAtBlock);
      const bundle = await fetchMachineBundle(terms, codeHash, { signal });
      await executor.run(bundle, String(terms.bundleHash), signal);
    },
  };
  let ahead = 0;
  /**
   * The honest result does not depend on the provider's: with it at hand, a claim is judged as soon as it is posted. Any
   * claim goes first, and of more than are kept at hand there is nothing to be had.
   */
  const executeAhead = async (game: GameName, taskId: bigint): Promise<void> => {
    if (ahead >= KEPT) return;
    ahead += 1;
    try {
      await docket.run({ of: { game, taskId }, until: Infinity, stake: 0n, seconds: Infinity }, async (signal) => {
        if ((await markets[game].statusOf(taskId)) === WORKING) await execute[game](taskId, signal);
      });
    } catch (error) {
      logger.debug({ game, taskId, reason: reasonOf(error) }, "not executed ahead");
    } finally {
      ahead -= 1;
    }
  };

  const ranges = new BlockRanges();
  const round = async (): Promise<void> => {
    const { number, timestamp } = await clock.latest();
    docket.tick(timestamp);
    const oldest = config.fromBlock ?? deployment.deployedAtBlock;
    const unread = store.nextBlock(oldest);
    const newsOf = async (fromBlock: number, toBlock: number) => {
      // A block that was replaced, or a node that lagged, must not hide a claim.
      const range = { fromBlock: Math.max(oldest, fromBlock - UNSETTLED_BLOCKS), toBlock };
      const { tasks, machines } = contracts;
      const [results, runs] = await Promise.all([readClaim(contracts.claims, range), readRun(contracts.runs, range)]);
      return {
        results,
        runs,
        accepted: {
          results: await tasks.queryFilter(tasks.filters.TaskAccepted(), fromBlock, toBlock),
          runs: await machines.queryFilter(machines.filters.TaskAccepted(), fromBlock, toBlock),
        },
      };
    };
    for await (const { last: toBlock, found } of ranges.read(unread, number, newsOf)) {
      if (signal.aborted) break;
      const { results, runs, accepted } = found;
      for (const game of ["results", "runs"] as const) {
        for (const { args } of accepted[game]) void executeAhead(game, args.taskId);
      }
      const posted = [...named("results", results), ...named("runs", runs)];
      store.addClaims(posted, toBlock + 1);
      checker?.watch(posted, toBlock + 1);
    }
    for (const { game, claimId, block, status } of store.open()) {
      const name = { game, claimId, block };
      if (!running.has(keyOf(name))) running.set(keyOf(name), follow(name, status === "watching"));
    }
    silenceRound ??= silence
      ?.round(timestamp)
      .catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ reason: reasonOf(error) }, "silence not reported");
      })
      .finally(() => (silenceRound = undefined));
  };

  await serveHealth(context, store, () => ({ running: running.size, waiting: docket.waiting }));
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
    await Promise.all([...running.values(), silenceRound, checker?.end()]);
  });
}

function named(game: GameName, claims: readonly { readonly claimId: bigint; readonly block: number }[]) {
  return claims.map(({ claimId, block }) => ({ game, claimId, block }));
}

async function silenceReporter(
  { deployment, provider, logger }: ServiceContext<WatcherConfig>,
  sender: TransactionSender,
): Promise<SilenceReporter> {
  const contracts = connectContracts(deployment, provider);
  const clock = new EpochClock(await contracts.settlement.clock());
  const recorder = new BeaconRecorder({ contracts, provider, sender });
  return new SilenceReporter({ contracts, clock, recorder, sender, logger });
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
  counts: () => Record<string, number>,
): Promise<void> {
  const server = fastify();
  server.get("/health", () => ({ status: "ok", ...counts(), claims: store.counts() }));
  await listen(server, config);
  shutdown.add("server", () => server.close());
}
