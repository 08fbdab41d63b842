import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  type EncodedMachineBundle,
  machineProgramHash,
  programValues,
  serveBundles,
  writeMachineBundle,
} from "@millrace/jobs";
import { connectContracts, type Contracts, type Deployment, EpochClock, saveDeployment } from "@millrace/sdk";
import { type Bundle, encodeBundle, writeBundle } from "@millrace/tensor";
import { type HDNodeWallet, JsonRpcProvider, keccak256, parseEther, ZeroHash } from "ethers";
import hre from "hardhat";

import { deployMillrace } from "../../../ignition/deployMillrace.js";
import { freePort } from "../../../scripts/local/freePort.js";
import { localAccount } from "../../../scripts/local/localAccount.js";
import { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { NODE_FLAGS } from "../../../scripts/local/nodeFlags.js";
import { type LocalChain, startChain } from "../../../scripts/local/startChain.js";
import type { ITaskBook } from "../../../typechain-types/index.js";
import { PATIENCE_MS, until } from "../until.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const STAKE = parseEther("400000");
/** Leases and tasks. */
const KINDS = 3;
const READY = /"msg":"ready"/;

/** Accounts of the local chain by what they are here. */
const ACCOUNTS = { treasury: 0, buyer: 1, watcher: 2, challenger: 3, providers: 4, governor: 11, agents: 12 } as const;

/** A provider with one node and the agent that speaks for it. */
export interface Party {
  readonly name: string;
  readonly provider: HDNodeWallet;
  readonly agent: HDNodeWallet;
  readonly nodeId: bigint;
  readonly port: number;
}

/** How an agent is started. */
export interface AgentOptions {
  readonly cheat?: string;
  readonly policy?: Record<string, unknown>;
  readonly key?: string;
  readonly fields?: Record<string, unknown>;
}

/** A heartbeat as it is posted. */
interface Heard {
  readonly epoch: number;
  readonly slot: number;
  readonly nodeIds: readonly string[];
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly signature: string;
}

/** A chain that mines every second, a deployment, a buyer with its host, and an attestor's ear. */
export class AgentWorld {
  readonly heartbeats: Heard[] = [];
  readonly #processes: ManagedProcess[] = [];
  readonly #parties: Party[] = [];

  private constructor(
    readonly folder: string,
    readonly chain: LocalChain,
    readonly provider: JsonRpcProvider,
    readonly deployment: Deployment,
    readonly clock: EpochClock,
    readonly bundles: Awaited<ReturnType<typeof serveBundles>>,
    readonly ear: Server,
    readonly earUrl: string,
  ) {}

  static async start(): Promise<AgentWorld> {
    const folder = mkdtempSync(join(tmpdir(), "millrace-agents-"));
    const chain = await startChain("anvil", await freePort(), join(folder, "chain.log"));
    try {
      return await AgentWorld.#on(chain, folder);
    } catch (error) {
      await chain.process.stop();
      throw error;
    }
  }

  static async #on(chain: LocalChain, folder: string): Promise<AgentWorld> {
    const connection = await hre.network.create({ network: "localhost", override: { url: chain.url } });
    const governor = localAccount(ACCOUNTS.governor).address;
    const deployment = await deployMillrace(connection, {
      name: "agents",
      holders: {
        governor,
        guardian: governor,
        genesisReceiver: localAccount(ACCOUNTS.treasury).address,
        ecosystemPayee: governor,
      },
      epochSeconds: 40,
      slotsPerEpoch: 20,
    });
    await connection.close();
    saveDeployment(deployment, folder);
    const provider = new JsonRpcProvider(chain.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const { settlement } = connectContracts(deployment, provider);
    const clock = new EpochClock(await settlement.clock());
    const bundles = await serveBundles({ folder: join(folder, "bundles"), host: "127.0.0.1", port: 0 });
    const port = await freePort();
    const ear = createServer();
    const world = new AgentWorld(folder, chain, provider, deployment, clock, bundles, ear, `http://127.0.0.1:${port}`);
    ear.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (request.url === "/heartbeats") world.heartbeats.push(JSON.parse(Buffer.concat(chunks).toString()) as Heard);
        response.writeHead(request.method === "POST" ? 200 : 404).end("{}");
      });
    });
    await new Promise<void>((resolve) => ear.listen(port, "127.0.0.1", resolve));
    await world.#fund();
    return world;
  }

  /** From here on a block a second, as on a real chain; before, set-up is instant. */
  async mineEverySecond(): Promise<void> {
    await this.chain.mineEvery(1);
  }

  as(account: HDNodeWallet): Contracts {
    return connectContracts(this.deployment, account.connect(this.provider));
  }

  get contracts(): Contracts {
    return this.as(this.treasury);
  }

  get treasury(): HDNodeWallet {
    return localAccount(ACCOUNTS.treasury);
  }

  get buyer(): HDNodeWallet {
    return localAccount(ACCOUNTS.buyer);
  }

  get watcher(): HDNodeWallet {
    return localAccount(ACCOUNTS.watcher);
  }

  get challenger(): HDNodeWallet {
    return localAccount(ACCOUNTS.challenger);
  }

  async addParty(name: string, units = 1): Promise<Party> {
    const index = this.#parties.length;
    const provider = localAccount(ACCOUNTS.providers + index);
    const agent = localAccount(ACCOUNTS.agents + index);
    const port = await freePort();
    await this.stake(provider, name);
    const { nodes } = this.as(provider);
    const consent = agent.signingKey.sign(await nodes.consentDigest(provider.address, agent.address)).serialized;
    const endpoint = `http://127.0.0.1:${port}`;
    const details = { region: ZeroHash, attributes: 0, source: ZeroHash, endpoint, metadata: "" };
    const ask = { ratePerUnit: 1, minSeconds: 1, maxSeconds: 3_600, kinds: KINDS, changedAt: 0 };
    await (await nodes.addNode(1, units, agent.address, details, ask, consent)).wait();
    const party = { name, provider, agent, nodeId: await nodes.nodeCount(), port };
    this.#parties.push(party);
    return party;
  }

  /** Gives an account a stake. */
  async stake(account: HDNodeWallet, name: string): Promise<void> {
    await this.#give(account, STAKE);
    const { token, staking } = this.as(account);
    await (await token.approve(staking, STAKE)).wait();
    await (await staking.register(name)).wait();
    await (await staking.stake(STAKE)).wait();
  }

  async startAgent(party: Party, options: AgentOptions = {}): Promise<ManagedProcess> {
    const agent = this.spawnAgent(party, options);
    await agent.waitForLine(READY, PATIENCE_MS);
    return agent;
  }

  spawnAgent(party: Party, { cheat, policy = {}, key: privateKey, fields = {} }: AgentOptions = {}): ManagedProcess {
    const config = {
      port: party.port,
      publicUrl: `http://127.0.0.1:${party.port}`,
      nodes: [Number(party.nodeId)],
      attestors: [this.earUrl],
      // Jobs of tests are small, and their chain is local.
      policy: { minResponseSeconds: 5, spareSeconds: 0, ...policy },
      ...fields,
    };
    const entry = cheat === undefined ? "main.ts" : "adversary/main.ts";
    const extra = cheat === undefined ? [] : ["--cheat", cheat];
    return this.#spawn(
      party.name,
      `services/node-agent/src/${entry}`,
      privateKey ?? party.agent.privateKey,
      config,
      extra,
    );
  }

  async startWatcher(fields: Record<string, unknown> = {}): Promise<ManagedProcess> {
    return this.#startWatching("watcher", "services/watcher/src/main.ts", this.watcher, fields);
  }

  /** Starts a watcher that takes what the cheat `corrupt` claims for right. */
  async startColluder(account: HDNodeWallet, fields: Record<string, unknown> = {}): Promise<ManagedProcess> {
    return this.#startWatching("colluder", "test/services/watcher/colluder.ts", account, fields);
  }

  /** Puts a bundle on the buyer's host and opens a task for it. */
  async openTask(bundle: Bundle, changes: Partial<ITaskBook.TaskTermsStruct> = {}): Promise<bigint> {
    const { bundleHash, programHash, inputRoot } = encodeBundle(bundle);
    await writeBundle(join(this.folder, "bundles", bundleHash), bundle);
    const { tasks } = this.as(this.buyer);
    await (await tasks.open(await this.termsOf({ bundleHash, programHash, inputRoot, ...changes }))).wait();
    return tasks.taskCount();
  }

  /** Puts a program for a machine on the buyer's host and opens a task for it. */
  async openRun(bundle: EncodedMachineBundle, changes: Partial<ITaskBook.TaskTermsStruct> = {}): Promise<bigint> {
    const { bundleHash, inputRoot } = bundle;
    await writeMachineBundle(join(this.folder, "bundles", bundleHash), bundle);
    const code = await this.provider.getCode(this.deployment.contracts.Rv32Verifier);
    const program = programValues(bundle.program, keccak256(code));
    const { machines } = this.as(this.buyer);
    const programHash = machineProgramHash(program);
    const terms = await this.termsOf({ bundleHash, programHash, inputRoot, ...changes });
    await (await machines.open(terms, program)).wait();
    return machines.taskCount();
  }

  async termsOf(
    changes: Partial<ITaskBook.TaskTermsStruct> &
      Pick<ITaskBook.TaskTermsStruct, "bundleHash" | "inputRoot" | "programHash">,
  ): Promise<ITaskBook.TaskTermsStruct> {
    return {
      classId: 0,
      units: 1,
      nodeIds: [],
      traitsHash: ZeroHash,
      startPrice: parseEther("10"),
      maxPrice: parseEther("10"),
      rampSeconds: 0,
      expiresAt: (await this.now()) + 3_600,
      ackSeconds: 60,
      workSeconds: 60,
      windowSeconds: 8,
      responseSeconds: 6,
      outsideValue: 0,
      dataUri: `${this.bundles.url}/${String(changes.bundleHash)}`,
      isSmallJob: true,
      isPrivate: false,
      ...changes,
    };
  }

  /** Opens a task, and waits until an agent says why it leaves it. It says so once, maybe before the receipt is here. */
  async openLeft(agent: ManagedProcess, reason: RegExp, ...task: Parameters<AgentWorld["openTask"]>): Promise<bigint> {
    const isLeft = agent.waitForLine(reason, PATIENCE_MS, true);
    const [taskId] = await Promise.all([this.openTask(...task), isLeft]);
    return taskId;
  }

  /** Takes a bundle off the buyer's host. */
  hideBundle(bundleHash: string): void {
    rmSync(join(this.folder, "bundles", bundleHash), { recursive: true });
  }

  async now(): Promise<number> {
    return (await this.provider.getBlock("latest"))?.timestamp ?? 0;
  }

  /** Waits until the chain's last block is later than the one there is. */
  async laterBlock(): Promise<void> {
    const at = await this.now();
    await this.until("a later block", async () => (await this.now()) > at);
  }

  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    await until(`${what}; logs are in ${this.folder}`, condition);
  }

  /** Stops every service that still runs. */
  async stopServices(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
    this.#processes.length = 0;
  }

  async end(): Promise<void> {
    await this.stopServices();
    await this.bundles.server.close();
    this.ear.closeAllConnections();
    this.ear.close();
    this.provider.destroy();
    await this.chain.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #startWatching(
    name: string,
    entry: string,
    { privateKey }: HDNodeWallet,
    fields: Record<string, unknown>,
  ): Promise<ManagedProcess> {
    const watcher = this.#spawn(name, entry, privateKey, { port: await freePort(), ...fields }, []);
    await watcher.waitForLine(READY, PATIENCE_MS);
    return watcher;
  }

  #spawn(name: string, entry: string, privateKey: string, fields: object, extra: string[]): ManagedProcess {
    const file = join(this.folder, `${name}.json`);
    const common = {
      rpcUrl: this.chain.url,
      dataDir: join(this.folder, name),
      pollMs: 150,
      logLevel: "debug",
    };
    writeFileSync(file, JSON.stringify({ ...common, ...fields }));
    const process_ = new ManagedProcess({
      name,
      command: process.execPath,
      args: [...NODE_FLAGS, join(ROOT, entry), "--config", file, ...extra],
      cwd: ROOT,
      env: { MILLRACE_PRIVATE_KEY: privateKey, MILLRACE_DEPLOYMENTS: this.folder },
      logFile: join(this.folder, `${name}.log`),
    });
    this.#processes.push(process_);
    return process_;
  }

  async #fund(): Promise<void> {
    const { prices } = this.contracts;
    await (await prices.observe()).wait();
    await this.provider.send("evm_increaseTime", [5]);
    await this.#give(this.buyer, parseEther("1000"));
    const { token, settlement } = this.as(this.buyer);
    await (await token.approve(settlement, parseEther("1000"))).wait();
    await (await settlement.buy(parseEther("1000"), 0n, 0n)).wait();
  }

  async #give(account: HDNodeWallet, mill: bigint): Promise<void> {
    await (await this.contracts.token.transfer(account.address, mill)).wait();
  }
}
