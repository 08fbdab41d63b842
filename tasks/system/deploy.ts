import { connectContracts, isLocalChain, MillraceError, parseDuration, saveDeployment } from "@millrace/sdk";

import { deployMillrace } from "../../ignition/deployMillrace.js";
import { counted } from "../lib/counted.js";
import { parseWhole } from "../lib/inputs.js";
import { httpNetwork } from "../lib/network.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly name: string;
  readonly epoch: string;
  readonly slots: string;
}

/** Deploys with the local parameters; another chain needs parameters of its own, chosen on purpose. */
export default async function deploy(session: Session, { name, epoch, slots }: Values): Promise<void> {
  const { chainId, provider } = await session.chain();
  if (!isLocalChain(chainId)) {
    throw new MillraceError(
      "WRONG_CHAIN",
      `These parameters are for local chains only, and this is chain ${chainId}.`,
      {
        hint: "Deploy there with npx hardhat ignition deploy and a parameter file of its own: see deployments/README.md.",
      },
    );
  }
  const [epochSeconds, slotsPerEpoch] = [parseDuration(epoch), parseWhole(slots, "--slots", 240, 1)];
  if (epochSeconds === 0 || epochSeconds % slotsPerEpoch !== 0) {
    throw new MillraceError(
      "BAD_INPUT",
      `An epoch of ${epochSeconds} s has no ${counted(slotsPerEpoch, "slot")} of whole seconds.`,
      {
        hint: "Give an --epoch that is a multiple of --slots, in seconds.",
      },
    );
  }
  if (name.trim() === "") {
    throw new MillraceError("BAD_INPUT", "--name is empty.", { hint: "Give the deployment a name, or leave it out." });
  }
  const [deployer, governor, guardian] = (await provider.send("eth_accounts", [])) as string[];
  if (deployer === undefined || governor === undefined || guardian === undefined) {
    throw new MillraceError("WRONG_KEY", "The node has fewer than three unlocked accounts.", {
      hint: "Start it with npx hardhat node.",
    });
  }
  const { sender } = await session.account();
  session.output.say(`Deploying to chain ${chainId}: epochs of ${epochSeconds} s, ${slotsPerEpoch} slots each …`);
  const connection = await session.hre.network.create(httpNetwork(session.hre).name);
  const deployment = await deployMillrace(connection, {
    name,
    holders: { governor, guardian, genesisReceiver: deployer, ecosystemPayee: governor },
    epochSeconds,
    slotsPerEpoch,
  });
  // Purchases need one half-life of price history, which begins with the first observation.
  const contracts = connectContracts(deployment, provider);
  await sender.send(await contracts.prices.observe.populateTransaction(), "observe");
  const path = saveDeployment(deployment, session.environment.deployments);
  session.output.result(
    { path, deployment },
    `Deployed and sealed. The record is ${path}. Account 0 has the genesis supply, 1 is the governor, 2 the guardian.`,
  );
}
