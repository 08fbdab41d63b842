import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { EpochClock } from "@millrace/sdk";
import { BlockClock, connectContracts, type Contracts, type Deployment, sleep } from "@millrace/sdk";
import {
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type HDNodeWallet,
  type JsonRpcProvider,
} from "ethers";

import { ManagedProcess } from "../local/ManagedProcess.js";
import type { LocalChain } from "../local/startChain.js";
import type { Report } from "../report/Report.js";
import type { Cast } from "./cast.js";
import type { Narrator } from "./Narrator.js";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where the story keeps what its processes write. */
export const RUN_DIR = join(ROOT, "reports", "demo");

/** A block takes a second at most. */
const MINED_SECONDS = 60;

/** Thrown when something that the story waits for does not come. */
export class StoryStuckError extends Error {
  readonly code = "STORY_STUCK";
  constructor(what: string, seconds: number) {
    super(`Waited ${seconds} s for this, and it did not come: ${what}. Logs are in ${RUN_DIR}.`);
    this.name = "StoryStuckError";
  }
}

/** What every chapter acts on. */
export class World {
  readonly clock: BlockClock;
  readonly contracts: Contracts;
  readonly processes: ManagedProcess[] = [];

  constructor(
    readonly chain: LocalChain,
    readonly provider: JsonRpcProvider,
    readonly deployment: Deployment,
    readonly epochs: EpochClock,
    readonly cast: Cast,
    readonly narrator: Narrator,
    readonly report: Report,
    readonly signal: AbortSignal,
  ) {
    this.clock = new BlockClock(provider, 100);
    this.contracts = connectContracts(deployment, provider);
  }

  /** The contracts, as an account calls them. */
  as(account: HDNodeWallet): Contracts {
    return connectContracts(this.deployment, account.connect(this.provider));
  }

  /**
   * Waits for a transaction and gives its receipt. The library's own waiting looks again only when a block comes, so on a
   * chain that mines on demand it may never end.
   */
  async mined(call: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
    const sent = await call;
    await this.until(`transaction ${sent.hash} in a block`, MINED_SECONDS, async () =>
      (await this.provider.getTransactionReceipt(sent.hash)) === null ? undefined : true,
    );
    const receipt = await sent.wait();
    if (receipt === null) throw new Error("a transaction was not mined");
    return receipt;
  }

  /** Starts one of the services. */
  start(name: string, command: string, args: readonly string[], env: Readonly<Record<string, string>>): ManagedProcess {
    const logFile = join(RUN_DIR, `${name}.log`);
    const child = new ManagedProcess({ name, command, args, cwd: ROOT, env, logFile });
    this.processes.push(child);
    return child;
  }

  /** Polls until something is there. @throws {StoryStuckError} */
  async until<Value>(what: string, seconds: number, look: () => Promise<Value | undefined>): Promise<Value> {
    const giveUpAt = performance.now() + seconds * 1_000;
    for (;;) {
      this.signal.throwIfAborted();
      const value = await look();
      if (value !== undefined) return value;
      if (performance.now() > giveUpAt) throw new StoryStuckError(what, seconds);
      await sleep(200, this.signal);
    }
  }
}

/** An empty folder for a new run. */
export function freshRunDir(): void {
  rmSync(RUN_DIR, { recursive: true, force: true });
  mkdirSync(RUN_DIR, { recursive: true });
}
