import { rmSync } from "node:fs";
import { dirname } from "node:path";

import { connectContracts, deploymentPath, EpochClock, openChain, saveDeployment } from "@millrace/sdk";
import hre from "hardhat";

import { deployMillrace } from "../../ignition/deployMillrace.js";
import { startChain } from "../local/startChain.js";
import type { Report } from "../report/Report.js";
import { castOf } from "./cast.js";
import type { Narrator } from "./Narrator.js";
import type { DemoOptions } from "./options.js";
import { RUN_DIR, World } from "./World.js";

/** Slots of two seconds, twenty an epoch. */
const EPOCH_SECONDS = 40;
const SLOTS_PER_EPOCH = 20;

/** Starts the chain as a process and deploys, wires and seals the protocol on it. */
export async function deployChapter(
  options: DemoOptions,
  narrator: Narrator,
  report: Report,
  signal: AbortSignal,
): Promise<World> {
  narrator.chapter("A chain, and the protocol on it");
  const chain = await startChain(options.chain, options.port, `${RUN_DIR}/chain.log`);
  narrator.say(`${options.chain} runs at ${chain.url}`);
  const cast = castOf(options.cheat === "silence");
  const connection = await hre.network.create({ network: "localhost", override: { url: chain.url } });
  const deployment = await deployMillrace(connection, {
    name: "demo",
    holders: {
      governor: cast.governor.address,
      guardian: cast.guardian.address,
      genesisReceiver: cast.treasury.address,
      ecosystemPayee: cast.governor.address,
    },
    epochSeconds: EPOCH_SECONDS,
    slotsPerEpoch: SLOTS_PER_EPOCH,
  });
  await connection.close();
  rmSync(dirname(deploymentPath(deployment.chainId)), { recursive: true, force: true });
  saveDeployment(deployment);
  const provider = await openChain({ rpcUrl: chain.url, chainId: deployment.chainId, pollMs: 100 });
  const { settlement } = connectContracts(deployment, provider);
  const epochs = new EpochClock(await settlement.clock());
  const count = Object.keys(deployment.contracts).length + Object.keys(deployment.kernels).length;
  narrator.say(`${count} contracts deployed, wired and sealed; the deployer holds nothing`);
  return new World(chain, provider, deployment, epochs, cast, narrator, report, signal);
}
