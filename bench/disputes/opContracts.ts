import { createRequire } from "node:module";

import {
  Contract,
  ContractFactory,
  type ContractTransactionResponse,
  id,
  Interface,
  type JsonFragment,
  type Signer,
  toBeHex,
} from "ethers";

import type { Connection } from "../../test/support/deployMillrace.js";

/** What a game is deployed with. */
export interface GameSettings {
  readonly maxDepth: bigint;
  readonly splitDepth: bigint;
  readonly clockExtension: bigint;
  readonly maxClock: bigint;
}

const GAME_TYPE = 0;
const CHAIN = 10n;
const WETH_DELAY = 604_800n;
const ORACLE = [126_000n, 86_400n];
const L2_BLOCK = 100;
/** The Proxy leaves its own functions to its admin, so somebody else is that. */
const ADMIN = 9;

/** What a call of a view returns. */
export async function read<Result>(contract: Contract, name: string, ...args: unknown[]): Promise<Result> {
  return (await contract.getFunction(name)(...args)) as Result;
}

/** Sends a transaction, and returns the gas that it used. */
export async function send(contract: Contract, name: string, ...args: unknown[]): Promise<bigint> {
  const sent = (await contract.getFunction(name)(...args)) as ContractTransactionResponse;
  const receipt = await sent.wait();
  if (receipt === null) throw new Error(`${name} was not mined`);
  return receipt.gasUsed;
}

/** The OP Stack's fault disputes, as far as one game needs them, and a game that was just opened. */
export async function deployOpGame(
  { ethers }: Connection,
  { maxDepth, splitDepth, clockExtension, maxClock }: GameSettings,
  prestate: string,
): Promise<{ gameOf: (signer: Signer) => Contract; createGas: bigint; initBond: bigint }> {
  const signers = await ethers.getSigners();
  const [owner] = signers;
  const admin = signers[ADMIN];
  const deploy = async (name: string, ...args: unknown[]): Promise<string> => {
    const { abi, bytecode } = artifact(name);
    const contract = await new ContractFactory(abi, bytecode.object, owner).deploy(...args);
    await contract.waitForDeployment();
    return contract.getAddress();
  };
  const behindProxy = async (name: string, implementation: string, ...args: unknown[]): Promise<Contract> => {
    const { abi } = artifact(name);
    const proxy = await deploy("Proxy", admin.address);
    const data = new Interface(abi).encodeFunctionData("initialize", args);
    await send(new Contract(proxy, artifact("Proxy").abi, admin), "upgradeToAndCall", implementation, data);
    return new Contract(proxy, abi, owner);
  };

  const factory = await behindProxy("DisputeGameFactory", await deploy("DisputeGameFactory"), owner.address);
  const anchors = await behindProxy(
    "AnchorStateRegistry",
    await deploy("AnchorStateRegistry", await factory.getAddress()),
    ...anchorArguments(owner.address),
  );
  const weth = await behindProxy("DelayedWETH", await deploy("DelayedWETH", WETH_DELAY), owner.address, owner.address);
  const machine = await deploy("MIPS", await deploy("PreimageOracle", ...ORACLE));
  const clocks = [maxDepth, splitDepth, clockExtension, maxClock];
  const around = [machine, await weth.getAddress(), await anchors.getAddress(), CHAIN];
  const implementation = await deploy("FaultDisputeGame", GAME_TYPE, prestate, ...clocks, ...around);
  const gameAt = (address: string) => (signer: Signer) =>
    new Contract(address, artifact("FaultDisputeGame").abi, signer);
  const initBond = await read<bigint>(gameAt(implementation)(owner), "getRequiredBond", 1n);
  await send(factory, "setImplementation", GAME_TYPE, implementation);
  await send(factory, "setInitBond", GAME_TYPE, initBond);

  const opening = [GAME_TYPE, id("root claim"), toBeHex(L2_BLOCK, 32)];
  const createGas = await send(factory, "create", ...opening, { value: initBond });
  const { proxy_: address } = await read<{ proxy_: string }>(factory, "games", ...opening);
  return { gameOf: gameAt(address), createGas, initBond };
}

/** `initialize` of the registry takes the anchors, and in some versions who can pause. */
function anchorArguments(pauser: string): unknown[] {
  const anchors = [{ gameType: GAME_TYPE, outputRoot: { root: id("anchor"), l2BlockNumber: 1 } }];
  const initialize = artifact("AnchorStateRegistry").abi.find(({ name }) => name === "initialize");
  return initialize?.inputs?.length === 1 ? [anchors] : [anchors, pauser];
}

interface Artifact {
  readonly abi: JsonFragment[];
  readonly bytecode: { readonly object: string };
}

const require = createRequire(import.meta.url);

/** A contract as the package ships it. */
function artifact(name: string): Artifact {
  return require(`@eth-optimism/contracts-bedrock/forge-artifacts/${name}.sol/${name}.json`) as Artifact;
}
