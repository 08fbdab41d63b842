import { agentConsentTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { HDNodeWallet } from "ethers";

import { localAccount } from "../../scripts/local/localAccount.js";
import type { INodeRegistry, ITaskBook } from "../../typechain-types/index.js";
import { type Connection, CREDIT, deployMillrace, MILL, type Millrace } from "../support/deployMillrace.js";
import { domainOf } from "../support/typedData.js";

export { CREDIT, MILL };

export const KIND_LEASE = 1;
const KIND_TASK = 2;
export const RATE = CREDIT / 1_000n;
const ATTESTORS = 3;

/** Phrase of the accounts of Hardhat's chain: attestors sign digests, which accounts behind a provider do not. */

/** In the order of `ITaskBook.TaskStatus`. */
export const TASK_STATUSES = [
  "None",
  "Listed",
  "Expired",
  "Accepted",
  "Unacknowledged",
  "Working",
  "Overdue",
  "Submitted",
  "Rejected",
  "Confirmed",
  "Finalized",
  "Cancelled",
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** In the order of `ILeaseMarket.LeaseStatus`. */
export const LEASE_STATUSES = ["None", "Running", "Closing", "Paused", "Ended", "Settled"] as const;
export type LeaseStatus = (typeof LEASE_STATUSES)[number];

/** The smallest program there is: one input block, no body, one output block. Nothing is recomputed in these tests. */
export const HEADER = {
  sumRoot: `0x${"5a".repeat(32)}`,
  opDepth: 0,
  inWords: 32n,
  bodyWords: 0n,
  outWords: 32n,
};
export const BODY_ROOT = `0x${"00".repeat(32)}`;
export const OUTPUT_ROOT = `0x${"0b".repeat(32)}`;

/** Terms that any node can take, with what a test changes. */
export function taskTerms(changes: Partial<ITaskBook.TaskTermsStruct> = {}): ITaskBook.TaskTermsStruct {
  return {
    classId: 0,
    units: 1,
    nodeIds: [],
    traitsHash: `0x${"00".repeat(32)}`,
    startPrice: 100n * CREDIT,
    maxPrice: 200n * CREDIT,
    rampSeconds: 100,
    expiresAt: 2n ** 47n,
    ackSeconds: 30,
    workSeconds: 120,
    windowSeconds: 60,
    responseSeconds: 20,
    outsideValue: 0n,
    programHash: `0x${"00".repeat(32)}`,
    inputRoot: `0x${"1a".repeat(32)}`,
    bundleHash: `0x${"1b".repeat(32)}`,
    dataUri: "http://localhost:1/tasks/1",
    isSmallJob: true,
    isPrivate: false,
    ...changes,
  };
}

export type Order = ITaskBook.TaskOrderStruct;

/** A deployment with its parties. */
export interface World extends Millrace {
  buyer: HardhatEthersSigner;
  otherBuyer: HardhatEthersSigner;
  /** Provider of node 1. */
  alice: HardhatEthersSigner;
  /** Provider of node 2. */
  bob: HardhatEthersSigner;
  /** Agent of both nodes. */
  agent: HardhatEthersSigner;
  challenger: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
  attestors: HardhatEthersSigner[];
  attestorKeys: HDNodeWallet[];
}

/**
 * The whole system with two providers of one node each (two units), a buyer with credits, and a quorum of attestors.
 * @param changes - parameters and epochs, as `deployMillrace` takes them
 */
export async function marketWorld(
  connection: Connection,
  ...changes: DropFirst<Parameters<typeof deployMillrace>>
): Promise<World> {
  const { ethers } = connection;
  const millrace = await deployMillrace(connection, ...changes);
  const signers = (await ethers.getSigners()) as HardhatEthersSigner[];
  const [, buyer, otherBuyer, alice, bob, agent, challenger, stranger] = signers;
  await millrace.catalog.addClass(2, "test accelerator", 1_000n * MILL, 100, 0);

  for (const provider of [alice, bob]) await join(millrace, provider, 100_000n * MILL);
  for (const provider of [alice, bob]) await addNode(connection, millrace, provider, agent);
  const seats = { attestors: [], attestorKeys: [] };
  for (let i = 0; i < ATTESTORS; i++) await addAttestor(connection, { ...millrace, ...seats }, 10 + i);
  for (const account of [buyer, otherBuyer]) {
    await millrace.token.transfer(account, 1_000_000n * MILL);
    await millrace.token.connect(account).approve(millrace.settlement, ethers.MaxUint256);
    await millrace.settlement.connect(account).buy(100_000n * MILL, 0n, 0n);
  }
  // Attestors sit from the epoch after their admission.
  await connection.networkHelpers.time.increaseTo(millrace.clock.genesisAt + millrace.clock.epochSeconds);
  return { ...millrace, buyer, otherBuyer, alice, bob, agent, challenger, stranger, ...seats };
}

/** Registers a provider with so much stake. */
export async function join(
  millrace: Pick<Millrace, "token" | "staking">,
  provider: HardhatEthersSigner,
  mill: bigint,
): Promise<void> {
  await millrace.token.transfer(provider, mill);
  await millrace.token.connect(provider).approve(millrace.staking, mill);
  await millrace.staking.connect(provider).register("");
  await millrace.staking.connect(provider).stake(mill);
}

/**
 * Makes an account of Hardhat's chain an attestor, who sits from the next epoch on.
 * @param index - number of the account
 */
export async function addAttestor(
  { ethers }: Connection,
  world: Pick<World, "token" | "staking" | "uptime" | "attestors" | "attestorKeys">,
  index: number,
): Promise<void> {
  const attestor = (await ethers.getSigners())[index];
  await join(world, attestor, 10_000n * MILL);
  await world.uptime.connect(attestor).applyAsAttestor(attestor, "0x");
  await world.uptime.admitAttestor(attestor);
  world.attestors.push(attestor);
  world.attestorKeys.push(localAccount(index));
}

/** What a node is, where it differs from the nodes of `marketWorld`. */
export interface NodeChanges {
  readonly classId?: number;
  readonly units?: number;
  readonly details?: Partial<INodeRegistry.NodeDetailsStruct>;
}

/** Adds a node that takes leases and tasks, of class 1 with two units if not told else; ids count from 1. */
export async function addNode(
  { ethers }: Connection,
  { nodes }: Millrace,
  provider: HardhatEthersSigner,
  agent: HardhatEthersSigner,
  { classId = 1, units = 2, details = {} }: NodeChanges = {},
): Promise<void> {
  const domain = await domainOf({ ethers }, "Millrace Nodes", nodes);
  const consent = await agent.signTypedData(domain, agentConsentTypes, {
    provider: provider.address,
    agent: agent.address,
  });
  const none = { region: ethers.ZeroHash, attributes: 0, source: ethers.ZeroHash, endpoint: "", metadata: "" };
  const ask = { ratePerUnit: RATE, minSeconds: 20, maxSeconds: 100_000, kinds: KIND_LEASE | KIND_TASK, changedAt: 0 };
  await nodes.connect(provider).addNode(classId, units, agent, { ...none, ...details }, ask, consent);
}

type DropFirst<Values extends unknown[]> = Values extends [unknown, ...infer Rest] ? Rest : never;
