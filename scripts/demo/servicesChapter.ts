import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { serveBundles } from "@millrace/jobs";
import type { HDNodeWallet } from "ethers";

import type { ManagedProcess } from "../local/ManagedProcess.js";
import { NODE_FLAGS } from "../local/nodeFlags.js";
import type { ProviderRole } from "./cast.js";
import { PORTS, urlOf } from "./ports.js";
import type { Orders } from "./orders.js";
import type { Setup } from "./setupChapter.js";
import { ROOT, RUN_DIR, type World } from "./World.js";

/** The running services that the story acts on. */
export interface Services {
  readonly agents: ReadonlyMap<ProviderRole, ManagedProcess>;
  /** Where the buyer's bundles stand. */
  readonly bundleUrl: string;
}

export const BUNDLES_DIR = join(RUN_DIR, "bundles");

/** A story of two minutes orders small jobs, which an agent takes only where it is told to. */
const HURRIED = { minResponseSeconds: 5, spareSeconds: 10 };

const READY = /"msg":"ready"/;
const READY_TIMEOUT_MS = 60_000;

/** Starts every service as a process of its own, and the buyer's host of bundles. */
export async function servicesChapter(world: World, { nodes }: Setup, orders: Orders): Promise<Services> {
  const { cast, narrator } = world;
  narrator.chapter("Processes");
  const attestorUrls = cast.attestors.map((_, index) => urlOf(PORTS.attestor(index)));
  const waiting: Promise<unknown>[] = [];
  const launch = (name: string, entry: string, account: HDNodeWallet, fields: object, extra: string[] = []) => {
    const file = join(RUN_DIR, `${name}.json`);
    const common = { rpcUrl: world.chain.url, dataDir: join(RUN_DIR, name), pollMs: 250 };
    writeFileSync(file, JSON.stringify({ ...common, ...fields }, null, 2));
    const args = [...NODE_FLAGS, join(ROOT, entry), "--config", file, ...extra];
    const child = world.start(name, process.execPath, args, { MILLRACE_PRIVATE_KEY: account.privateKey });
    waiting.push(child.waitForLine(READY, READY_TIMEOUT_MS));
    return child;
  };

  cast.attestors.forEach((account, index) => {
    const peers = attestorUrls.filter((_, other) => other !== index);
    // Anyone may close an epoch; here one attestor does.
    const fields = { port: PORTS.attestor(index), peers, closeEpochs: index === 0 };
    launch(`attestor-${index + 1}`, "services/oracle/src/main.ts", account, fields);
  });
  const agents = new Map<ProviderRole, ManagedProcess>();
  cast.providers.forEach((role, index) => {
    const { agent, cheat, acceptTasks, minPriceCredits } = role;
    const port = PORTS.agent(index);
    const fields = {
      port,
      publicUrl: urlOf(port),
      nodes: nodes.get(role)?.map(Number),
      attestors: attestorUrls,
      policy: { ...HURRIED, acceptTasks, minPriceCredits, maxConcurrentTasks: 2, ...target(cheat, orders) },
    };
    const entry = cheat === undefined ? "main.ts" : "adversary/main.ts";
    const extra = cheat === undefined ? [] : ["--cheat", cheat];
    agents.set(role, launch(`agent-${index + 1}`, `services/node-agent/src/${entry}`, agent, fields, extra));
  });
  launch("watcher", "services/watcher/src/main.ts", cast.watcher, {
    ...{ port: PORTS.watcher, maxParallel: 2, check: true },
  });
  const host = await serveBundles({ folder: BUNDLES_DIR, host: "127.0.0.1", port: PORTS.bundles });
  await Promise.all(waiting);
  const { length } = world.processes;
  narrator.say(
    `${length} processes run: ${cast.attestors.length} attestors, ${cast.providers.length} agents, a watcher`,
  );
  return { agents, bundleUrl: host.url };
}

/** The job that a cheat is in the story for: it leaves the others alone. */
function target(cheat: ProviderRole["cheat"], { training, rendering }: Orders): { programs?: string[] } {
  if (cheat === "corrupt") return { programs: [training.program.hash] };
  return cheat === "hide" ? { programs: [rendering.program.hash] } : {};
}
