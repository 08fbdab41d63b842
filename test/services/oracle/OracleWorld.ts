import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type HDNodeWallet, JsonRpcProvider, Mnemonic, randomBytes, type Signer, ZeroHash } from "ethers";
import hre from "hardhat";

import { fetchLeaf, PeerClient } from "@millrace/oracle";
import {
  connectContracts,
  deploymentPath,
  EpochClock,
  saveDeployment,
  type Contracts,
  type Deployment,
} from "@millrace/sdk";
import type { ProvenLeaf } from "@millrace/uptime-tree/format";

import { deployMillrace } from "../../../ignition/deployMillrace.js";
import { freePort } from "../../../scripts/local/freePort.js";
import { localAccount } from "../../../scripts/local/localAccount.js";
import { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { NODE_FLAGS } from "../../../scripts/local/nodeFlags.js";
import { startChain, type LocalChain } from "../../../scripts/local/startChain.js";
import { PATIENCE_MS, until } from "../until.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const SHIFT_CLOCK = new URL("faults/shiftClock.ts", import.meta.url).href;

const ANSWER_MS = 5_000;

export const SLOTS = 3;
export const MEMBERS = 4;
const STAKE = 100_000n * 10n ** 18n;
/** For whatever may be mined in another epoch than its gas was estimated in: the first change of an epoch costs more. */
export const ROOM = { gasLimit: 3_000_000 } as const;

/** Accounts of the local chain, by what the test uses them for. */
const ACCOUNTS = { provider: 1, attestors: 2, governor: 9, agents: 10 } as const;

/** How a world differs from four members and epochs of nine seconds. */
export interface WorldOptions {
  readonly members?: number;
  /** Members that may be enlisted later: with a port, known to the others from the beginning. */
  readonly spare?: number;
  readonly epochSeconds?: number;
  readonly slots?: number;
  /** Blocks after which one is `safe`, and twice as many after which it is `finalized`. */
  readonly safeBlocks?: number;
  /** Parameters of the deployment. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** A chain, a deployment and some members, each a process of its own. */
export class OracleWorld {
  private readonly processes = new Map<string, ManagedProcess>();

  private constructor(
    readonly folder: string,
    readonly chain: LocalChain,
    readonly provider: JsonRpcProvider,
    readonly deployment: Deployment,
    readonly contracts: Contracts,
    readonly clock: EpochClock,
    readonly ports: readonly number[],
    readonly members: number,
    private readonly phrase: string,
  ) {}

  static async start(options: WorldOptions = {}): Promise<OracleWorld> {
    const folder = mkdtempSync(join(tmpdir(), "millrace-attestors-"));
    const { safeBlocks } = options;
    // Keys of its own: a key attests once on a machine, and another world may run beside this one.
    const { phrase } = Mnemonic.fromEntropy(randomBytes(16));
    const extra = safeBlocks === undefined ? [] : ["--slots-in-an-epoch", String(safeBlocks)];
    const args = ["--mnemonic", phrase, ...extra];
    const chain = await startChain("anvil", await freePort(), join(folder, "chain.log"), args);
    try {
      return await OracleWorld.deploy(folder, chain, phrase, options);
    } catch (error) {
      await chain.process.stop();
      throw error;
    }
  }

  private static async deploy(
    folder: string,
    chain: LocalChain,
    phrase: string,
    { members = MEMBERS, spare = 0, epochSeconds = 9, slots = SLOTS, overrides = {} }: WorldOptions,
  ): Promise<OracleWorld> {
    const connection = await hre.network.create({ network: "localhost", override: { url: chain.url } });
    const governor = localAccount(ACCOUNTS.governor, phrase);
    const deployment = await deployMillrace(connection, {
      name: "attestors",
      holders: {
        governor: governor.address,
        guardian: governor.address,
        genesisReceiver: governor.address,
        ecosystemPayee: governor.address,
      },
      epochSeconds,
      slotsPerEpoch: slots,
      overrides,
    });
    saveDeployment(deployment, folder);
    await connection.close();
    const provider = new JsonRpcProvider(chain.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const contracts = connectContracts(deployment, governor.connect(provider));
    const clock = new EpochClock(await contracts.settlement.clock());
    const ports = await Promise.all(Array.from({ length: members + spare }, () => freePort()));
    return new OracleWorld(folder, chain, provider, deployment, contracts, clock, ports, members, phrase);
  }

  get urls(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  /** A node's leaf of the report that stands for an epoch, from any member that has it. */
  async leaf(epoch: number, nodeId: bigint): Promise<ProvenLeaf | undefined> {
    const { root } = await this.contracts.uptime.reportOf(epoch);
    const members = this.urls.map((url) => new PeerClient(url, ANSWER_MS));
    return (await fetchLeaf(members, { epoch, root }, nodeId)).proven;
  }

  attestorKey(member: number): HDNodeWallet {
    return localAccount(ACCOUNTS.attestors + member, this.phrase);
  }

  /**
   * Registers, stakes for and admits every member, and a provider with nodes of one unit and an agent each.
   * @param endpointOf where a node answers; nowhere unless given
   */
  async enlist(nodes: number, endpointOf: (node: number) => string = () => ""): Promise<void> {
    for (let member = 0; member < this.members; member++) {
      await this.stake(this.attestorKey(member).connect(this.provider));
      await this.admit(member);
    }
    // No capacity proofs here: the agents of this world send heartbeats only.
    await (await this.contracts.catalog.addClass(1, "unchallenged", 1, 1, 0)).wait();
    const provider = this.providerKey().connect(this.provider);
    await this.stake(provider);
    for (let node = 1; node <= nodes; node++) await this.addNode(node, endpointOf(node));
  }

  /** The contracts, as an account calls them. */
  as(account: HDNodeWallet): Contracts {
    return connectContracts(this.deployment, account.connect(this.provider));
  }

  /** Lets a member that has staked apply with its own key, and admits it from the next epoch on. */
  async admit(member: number): Promise<void> {
    const attestor = this.attestorKey(member);
    await (await this.as(attestor).uptime.applyAsAttestor(attestor.address, "0x", ROOM)).wait();
    await (await this.contracts.uptime.admitAttestor(attestor.address, ROOM)).wait();
  }

  providerKey(): HDNodeWallet {
    return localAccount(ACCOUNTS.provider, this.phrase);
  }

  agentKey(node: number): HDNodeWallet {
    return localAccount(ACCOUNTS.agents + node, this.phrase);
  }

  configOf(member: number, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      rpcUrl: this.chain.url,
      chainId: this.deployment.chainId,
      deployment: deploymentPath(this.deployment.chainId, this.folder),
      dataDir: join(this.folder, `attestor-${member}`),
      port: this.ports[member],
      peers: this.urls.filter((_, peer) => peer !== member),
      closeEpochs: true,
      logLevel: "debug",
      ...fields,
    };
  }

  /** Runs a member's program to its end, with other fields or another key, none if empty; what it says and its exit code. */
  async runMember(
    member: number,
    fields: Record<string, unknown>,
    flags: readonly string[],
    key = this.attestorKey(member).privateKey,
  ): Promise<{ code: number | null; output: string }> {
    const file = join(this.folder, `run-${member}.json`);
    writeFileSync(file, JSON.stringify(this.configOf(member, fields)));
    const args = [...NODE_FLAGS, "services/oracle/src/main.ts", "--config", file, ...flags];
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, MILLRACE_PRIVATE_KEY: key } });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, output };
  }

  /**
   * Starts a member, with other fields than usual in its config.
   * @param clockShift seconds by which its machine's clock is wrong
   */
  async startMember(member: number, fields: Readonly<Record<string, unknown>> = {}, clockShift = 0): Promise<void> {
    const file = join(this.folder, `attestor-${member}.json`);
    writeFileSync(file, JSON.stringify(this.configOf(member, fields)));
    const shift = clockShift === 0 ? [] : ["--import", `${SHIFT_CLOCK}?seconds=${clockShift}`];
    const args = [...shift, "services/oracle/src/main.ts", "--config", file];
    await this.spawn(`attestor-${member}`, args, /"msg":"ready"/, this.attestorKey(member));
  }

  async startAgent(node: number): Promise<void> {
    const { genesisAt, epochSeconds, slotsPerEpoch } = this.clock;
    const args = [
      this.chain.url,
      this.deployment.contracts.UptimeOracle,
      JSON.stringify({ genesisAt, epochSeconds, slotsPerEpoch }),
      this.agentKey(node).privateKey,
      String(node),
    ];
    await this.spawn(`agent-${node}`, ["test/services/oracle/heartbeatAgent.ts", ...args, ...this.urls], /beating/);
  }

  async kill(name: string): Promise<void> {
    const process = this.processes.get(name);
    process?.kill("SIGKILL");
    await process?.exited;
    this.processes.delete(name);
  }

  async stop(name: string): Promise<number | null | undefined> {
    const process = this.processes.get(name);
    await process?.stop();
    this.processes.delete(name);
    return await process?.exited;
  }

  /** A process by its name, undefined when it does not run. */
  processOf(name: string): ManagedProcess | undefined {
    return this.processes.get(name);
  }

  logOf(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  async until(what: string, condition: () => Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
    await until(`${what}; logs are in ${this.folder}`, condition, patienceMs);
  }

  /** Waits for the first second of an epoch, so that all of it is to come. @returns its number */
  async nextEpoch(): Promise<number> {
    const epoch = this.clock.epochAt(await this.now()) + 1;
    await this.until(`epoch ${epoch}`, async () => (await this.now()) >= this.clock.startOf(epoch));
    return epoch;
  }

  async now(): Promise<number> {
    return (await this.provider.getBlock("latest"))?.timestamp ?? 0;
  }

  async end(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.stop()));
    this.provider.destroy();
    await this.chain.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async spawn(name: string, args: readonly string[], ready: RegExp, wallet?: HDNodeWallet): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const started = new ManagedProcess({
      name,
      command: process.execPath,
      args: [...NODE_FLAGS, ...args],
      cwd: ROOT,
      ...(wallet && { env: { MILLRACE_PRIVATE_KEY: wallet.privateKey } }),
      logFile: this.logOf(name),
    });
    this.processes.set(name, started);
    await started.waitForLine(ready, PATIENCE_MS);
  }

  async stake(account: Signer): Promise<void> {
    const address = await account.getAddress();
    await (await this.contracts.token.transfer(address, STAKE)).wait();
    const { token, staking } = connectContracts(this.deployment, account);
    await (await token.approve(staking, STAKE)).wait();
    await (await staking.register("")).wait();
    await (await staking.stake(STAKE)).wait();
  }

  /** Adds the node with a number, the next that is free, with an agent's key of its own. */
  async addNode(node: number, endpoint = ""): Promise<void> {
    const [provider, agent] = [this.providerKey(), this.agentKey(node)];
    const { nodes, catalog } = this.as(provider);
    const digest = await nodes.consentDigest(provider.address, agent.address);
    const details = {
      region: ZeroHash,
      attributes: 0,
      source: ZeroHash,
      endpoint,
      metadata: "",
    };
    const ask = { ratePerUnit: 1, minSeconds: 1, maxSeconds: 3_600, kinds: 1, changedAt: 0 };
    const classId = await catalog.classCount();
    const consent = agent.signingKey.sign(digest).serialized;
    await (await nodes.addNode(classId, 1, agent.address, details, ask, consent, ROOM)).wait();
  }
}
