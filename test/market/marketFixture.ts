import { agentConsentTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { HDNodeWallet } from "ethers";

import type { ITaskBook } from "../../typechain-types/index.js";
import { type Connection, CREDIT, deployMillrace, MILL, type Millrace } from "../support/deployMillrace.js";
import { domainOf } from "../support/typedData.js";

export { CREDIT, MILL };

export const KIND_LEASE = 1;
export const KIND_TASK = 2;
export const RATE = CREDIT / 1_000n;
export const ATTESTORS = 3;

/** Phrase of the accounts of Hardhat's chain: attestors sign digests, which accounts behind a provider do not. */
const PHRASE = "test test test test test test test test test test test junk";

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

/** The whole system with two providers of one node each (two units), a buyer with credits, and a quorum of attestors. */
export async function marketWorld(
  connection: Connection,
  changes?: Parameters<typeof deployMillrace>[1],
): Promise<World> {
  const { ethers } = connection;
  const millrace = await deployMillrace(connection, changes);
  const signers = (await ethers.getSigners()) as HardhatEthersSigner[];
  const [, buyer, otherBuyer, alice, bob, agent, challenger, stranger] = signers;
  const attestors = signers.slice(10, 10 + ATTESTORS);
  const attestorKeys = attestors.map((_, i) => ethers.HDNodeWallet.fromPhrase(PHRASE, "", `m/44'/60'/0'/0/${10 + i}`));
  await millrace.catalog.addClass(2, "test accelerator", 1_000n * MILL, 100, 0);

  for (const provider of [alice, bob]) await join(millrace, provider, 100_000n * MILL);
  for (const provider of [alice, bob]) await addNode(connection, millrace, provider, agent);
  for (const attestor of attestors) {
    await join(millrace, attestor, 10_000n * MILL);
    await millrace.uptime.connect(attestor).applyAsAttestor(attestor, "0x");
    await millrace.uptime.admitAttestor(attestor);
  }
  for (const account of [buyer, otherBuyer]) {
    await millrace.token.transfer(account, 1_000_000n * MILL);
    await millrace.token.connect(account).approve(millrace.settlement, ethers.MaxUint256);
    await millrace.settlement.connect(account).buy(100_000n * MILL, 0n, 0n);
  }
  // Attestors sit from the epoch after their admission.
  await connection.networkHelpers.time.increaseTo(millrace.clock.genesisAt + millrace.clock.epochSeconds);
  return { ...millrace, buyer, otherBuyer, alice, bob, agent, challenger, stranger, attestors, attestorKeys };
}

async function join(millrace: Millrace, provider: HardhatEthersSigner, mill: bigint): Promise<void> {
  await millrace.token.transfer(provider, mill);
  await millrace.token.connect(provider).approve(millrace.staking, mill);
  await millrace.staking.connect(provider).register("");
  await millrace.staking.connect(provider).stake(mill);
}

/** Adds a node of class 1 with two units that takes leases and tasks; ids count from 1 in order of calls. */
export async function addNode(
  { ethers }: Connection,
  { nodes }: Millrace,
  provider: HardhatEthersSigner,
  agent: HardhatEthersSigner,
): Promise<void> {
  const domain = await domainOf({ ethers }, "Millrace Nodes", nodes);
  const consent = await agent.signTypedData(domain, agentConsentTypes, {
    provider: provider.address,
    agent: agent.address,
  });
  const details = { region: ethers.ZeroHash, attributes: 0, source: ethers.ZeroHash, endpoint: "", metadata: "" };
  const ask = { ratePerUnit: RATE, minSeconds: 20, maxSeconds: 100_000, kinds: KIND_LEASE | KIND_TASK, changedAt: 0 };
  await nodes.connect(provider).addNode(1, 2, agent, details, ask, consent);
}
