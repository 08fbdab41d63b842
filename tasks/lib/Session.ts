import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import type { Contracts, Deployment } from "@millrace/sdk";
import { connectContracts, EpochClock, isLocalChain, loadDeployment, MillraceError, openChain } from "@millrace/sdk";

import type { Account } from "./account.js";
import { resolveAccount } from "./account.js";
import type { Chain } from "./Chain.js";
import type { TaskEnvironment } from "./environment.js";
import { taskEnvironment } from "./environment.js";
import { lookAhead } from "./localChain.js";
import { httpNetwork } from "./network.js";
import type { Output } from "./Output.js";
import type { Plan, Sent } from "./plan.js";
import { assertAnswerable, executePlan } from "./plan.js";
import { simulate } from "./simulate.js";

interface SessionOptions {
  readonly hre: HardhatRuntimeEnvironment;
  readonly output: Output;
  readonly from: string | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** The protocol as it is deployed on that chain. */
export interface Protocol extends Chain {
  readonly deployment: Deployment;
  readonly contracts: Contracts;
  readonly epochs: EpochClock;
}

/** Everything a verb works with. Nothing is connected before a verb asks for it. */
export class Session {
  readonly hre: HardhatRuntimeEnvironment;
  readonly output: Output;
  readonly environment: TaskEnvironment;
  readonly #options: SessionOptions;
  #chain: Promise<Chain> | undefined;
  #protocol: Promise<Protocol> | undefined;
  #account: Promise<Account> | undefined;

  constructor(options: SessionOptions) {
    this.hre = options.hre;
    this.output = options.output;
    this.environment = taskEnvironment();
    this.#options = options;
  }

  /** Connects to the chain of `--network`, the local node by default. */
  chain(): Promise<Chain> {
    return (this.#chain ??= this.#openChain());
  }

  /** Loads the deployment of the chain and makes sure that it is there. */
  protocol(): Promise<Protocol> {
    return (this.#protocol ??= this.#openProtocol());
  }

  /** Who sends: `--from`, else MILLRACE_PRIVATE_KEY, else the first account of the node or the network's config. */
  account(): Promise<Account> {
    return (this.#account ??= this.#resolveAccount());
  }

  /** Shows what a plan does and costs, asks, and sends it. Undefined for a dry run. */
  async execute(plan: Plan): Promise<Sent | undefined> {
    const { yes, dryRun } = this.#options;
    return executePlan(plan, {
      chain: await this.chain(),
      account: await this.account(),
      output: this.output,
      yes,
      dryRun,
    });
  }

  /** Before long work that ends in a plan: throws what would stop it at its end, whatever comes of the work. */
  async prepare(): Promise<void> {
    assertAnswerable(this.#options);
    await this.account();
  }

  /** Throws what a step would fail with, without showing or sending anything. */
  async check(steps: Plan["steps"]): Promise<void> {
    const [{ provider }, { address }] = await Promise.all([this.chain(), this.account()]);
    await simulate(steps, address, provider);
  }

  async #openChain(): Promise<Chain> {
    const { name, config } = httpNetwork(this.hre);
    const url = await config.url.getUrl().catch((cause: unknown) => {
      throw new MillraceError("BAD_CONFIG", `The URL of network ${name} is missing or malformed.`, {
        hint: "Set RPC_URL in the environment, in .env, or with npx hardhat keystore set RPC_URL.",
        cause,
      });
    });
    const provider = await openChain({
      rpcUrl: url,
      chainId: config.chainId,
      onProgress: ({ from, last, to }) => {
        this.output.progress(`Reading events: ${last - from + 1} of ${to - from + 1} blocks.`);
      },
    });
    const chainId = Number((await provider.getNetwork()).chainId);
    const blockTag = isLocalChain(chainId) ? "pending" : "latest";
    if (isLocalChain(chainId)) lookAhead(provider);
    // Asked for directly, as ethers does not read the block that a node has not mined yet.
    const now = async (): Promise<number> => {
      const block = (await provider.send("eth_getBlockByNumber", [blockTag, false])) as { timestamp: string };
      return Number(block.timestamp);
    };
    return { provider, chainId, url, now };
  }

  async #openProtocol(): Promise<Protocol> {
    const chain = await this.chain();
    const deployment = loadDeployment(chain.chainId, this.environment.deployments);
    const contracts = connectContracts(deployment, chain.provider);
    if ((await chain.provider.getCode(contracts.settlement)) === "0x") {
      throw new MillraceError(
        "NO_CONTRACT",
        `The deployment record of chain ${chain.chainId} names contracts that are not there.`,
        {
          hint: "A local chain forgets everything when it stops: deploy again (npx hardhat system deploy).",
        },
      );
    }
    return { ...chain, deployment, contracts, epochs: new EpochClock(await contracts.settlement.clock()) };
  }

  async #resolveAccount(): Promise<Account> {
    const { provider } = await this.chain();
    const { config } = httpNetwork(this.hre);
    return resolveAccount({
      provider,
      accounts: config.accounts,
      from: this.#options.from,
      privateKey: this.environment.privateKey,
    });
  }
}
