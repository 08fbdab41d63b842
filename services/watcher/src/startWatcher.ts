import { honestComputation, loadKernels } from "@millrace/jobs";
import {
  BeaconRecorder,
  BlockClock,
  BlockRanges,
  chainIdentity,
  connectContracts,
  decodeError,
  EpochClock,
  listen,
  type Logger,
  Semaphore,
  type ServiceContext,
  sleep,
  TransactionSender,
  Trouble,
} from "@millrace/sdk";
import { parseEther } from "ethers";
import { fastify } from "fastify";

import { BondBudget } from "./BondBudget.js";
import { Case } from "./Case.js";
import { SilenceReporter } from "./capacity/SilenceReporter.js";
import { Checker } from "./checks/Checker.js";
import { servedSeats } from "./checks/servedSeats.js";
import type { WatcherConfig } from "./config.js";
import type { Desk } from "./Desk.js";
import { Docket } from "./Docket.js";
import { Executor } from "./Executor.js";
import { Forerunner } from "./Forerunner.js";
import { OpenClaims } from "./OpenClaims.js";
import { Purse } from "./Purse.js";
import { readNews } from "./readNews.js";
import { ResultSuit } from "./ResultSuit.js";
import { RunSuit } from "./RunSuit.js";
import { type OpenClaim, WatcherStore } from "./WatcherStore.js";

type Context = ServiceContext<WatcherConfig>;

const SUITS = { results: ResultSuit, runs: RunSuit } as const;

/** Starts to watch; resolves once it serves `/health` and has read the first blocks. */
export async function startWatcher(context: Context, computation = honestComputation): Promise<void> {
  const { config, logger, provider, deployment, shutdown } = context;
  const { signal } = shutdown;
  const store = new WatcherStore(config.dataDir);
  shutdown.add("database", () => {
    store.close();
  });
  store.bindTo({ chain: await chainIdentity(provider, deployment) });
  const desk = await openDesk(context, store, computation);
  const cases = new OpenClaims({
    store,
    follow: (claim) => followCase(desk, store, claim, logger.child({ game: claim.game })),
    logger,
    signal,
  });
  if (config.check && (await servedSeats(desk.contracts, context.wallet.address)).length === 0) {
    logger.warn(
      { address: context.wallet.address },
      "the key serves no checkers' seat: nothing is checked until it does",
    );
  }
  const checker = config.check ? new Checker(desk, logger, config.dataDir) : undefined;
  const forerunner = new Forerunner(desk, logger);
  const silence = config.reportSilence ? await silenceReporter(desk, logger) : undefined;
  /** Each silence is a transaction: claims do not wait for them. */
  let silenceRound: Promise<void> | undefined;
  const unreported = new Trouble({ logger, message: "silence not reported" });

  const oldest = config.fromBlock ?? deployment.deployedAtBlock;
  const ranges = new BlockRanges();
  const round = async (): Promise<void> => {
    const { number, timestamp } = await desk.clock.latest();
    desk.docket.tick(timestamp);
    const news = ranges.read(store.nextBlock(oldest), number, (first, last) =>
      readNews(desk.contracts, oldest, first, last),
    );
    for await (const { last, found } of news) {
      if (signal.aborted) break;
      for (const { game, taskId } of found.accepted) void forerunner.execute(game, taskId);
      store.addClaims(found.posted, last + 1);
      checker?.watch(found.posted, last + 1);
    }
    cases.advance();
    silenceRound ??= silence
      ?.round(timestamp)
      .then(() => {
        unreported.over();
      })
      .catch((error: unknown) => {
        if (!signal.aborted) unreported.failed({ reason: decodeError(error).sentence });
      })
      .finally(() => (silenceRound = undefined));
  };

  await serveHealth(context, store, () => ({ running: cases.size, waiting: desk.docket.waiting }));
  await round();
  const loop = repeat(context, round);
  shutdown.add("cases", async () => {
    await loop;
    await Promise.all([cases.idle(), silenceRound, checker?.end()]);
  });
}

/** What all cases share. */
async function openDesk(
  { config, logger, provider, deployment, wallet, shutdown: { signal } }: Context,
  store: WatcherStore,
  computation: typeof honestComputation,
): Promise<Desk> {
  const kernels = await loadKernels(config.kernels);
  return {
    account: wallet.address,
    signer: wallet,
    provider,
    deployment,
    contracts: connectContracts(deployment, provider),
    kernels,
    clock: new BlockClock(provider, config.pollMs),
    // The chain takes each of its calls once.
    sender: new TransactionSender(wallet, { logger, signal, unstick: true }),
    docket: new Docket({ lanes: config.maxParallel, logger, signal }),
    executor: new Executor(kernels, signal, computation, config.maxParallel),
    looks: new Semaphore(config.maxParallel),
    signal,
    pollMs: config.pollMs,
    bonds: new BondBudget(parseEther(config.bondBudgetEther)),
    purse: new Purse(store, parseEther(config.demandBudgetEther)),
  };
}

/** Follows a claim to its end, or to that of the watcher, and writes down how it ended. */
async function followCase(desk: Desk, store: WatcherStore, claim: OpenClaim, logger: Logger): Promise<void> {
  const suit = await SUITS[claim.game].of(desk, claim.claimId, claim.block);
  // A chain that was taken back has other claims.
  const outcome =
    suit === undefined
      ? "unavailable"
      : await new Case(desk, suit, logger).follow(claim.status === "watching", () => {
          store.setStatus(claim, "watching");
        });
  if (outcome !== undefined) store.setStatus(claim, outcome === "right" ? "right" : "closed", outcome);
}

async function silenceReporter({ contracts, provider, sender }: Desk, logger: Logger): Promise<SilenceReporter> {
  const clock = new EpochClock(await contracts.settlement.clock());
  const recorder = new BeaconRecorder({ contracts, provider, sender });
  return new SilenceReporter({ contracts, clock, recorder, sender, logger });
}

/** Goes round with each poll, until the shutdown; survives a chain that is away. */
async function repeat({ config, logger, shutdown: { signal } }: Context, round: () => Promise<void>): Promise<void> {
  const trouble = new Trouble({ logger, message: "round failed, trying again" });
  for (;;) {
    await sleep(config.pollMs, signal);
    if (signal.aborted) return;
    try {
      await round();
      trouble.over();
    } catch (error) {
      trouble.failed({ reason: decodeError(error).sentence });
    }
  }
}

async function serveHealth(
  { config, shutdown }: Context,
  store: WatcherStore,
  counts: () => Record<string, number>,
): Promise<void> {
  const server = fastify();
  server.get("/health", () => ({ status: "ok", ...counts(), claims: store.counts() }));
  await listen(server, config);
  shutdown.add("server", () => server.close());
}
