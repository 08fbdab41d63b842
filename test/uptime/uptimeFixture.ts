import { Signature, type HDNodeWallet, Wallet, hexlify, id, randomBytes } from "ethers";
import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";

import {
  encodeWords,
  hashReport,
  leafValues,
  reportTypes,
  treeOf,
  uptimeDomain,
  type Leaf,
  type Report,
  type StandardTree,
} from "@millrace/uptime-tree/format";

import { fairLeaves, type NodeFacts } from "./fairLeaves.js";
import type {
  UptimeChallenges,
  UptimeOracle,
  UptimeProofs,
  UptimeReceipts,
  UptimeRewards,
  UptimeWorld,
} from "../../typechain-types/index.js";

export const EPOCH_SECONDS = 40;
export const SLOTS = 20;
export const CHALLENGE_SECONDS = 60;
export const BOND = 1_000n;
export const BOND_WEI = 10n ** 16n;
const JUDGE = 1n << 11n;
/** Speaks for all nodes. */
export const agent = Wallet.createRandom();
export const REGISTRY_DIGEST = "0x" + "d1".repeat(32);
export const POT = { availability: 1_000_000n, attestors: 1_001n };

/** Order of `ReportStatus`. */
export const Status = { None: 0n, Posted: 1n, Final: 2n, Void: 3n } as const;

export type Attestor = HDNodeWallet;

/** Signatures of a report by seats, as `submitReport` takes them. */
export interface Signed {
  readonly signers: number;
  readonly signatures: string;
}

/** A deployed oracle whose surroundings the test states, and what is needed to report to it. */
export class UptimeFixture {
  /** Cumulative rewards by node, after the report with a hash: a restored chain finds those of its own past. */
  private readonly rewardsAfter = new Map<string, ReadonlyMap<bigint, bigint>>();

  constructor(
    readonly ethers: HardhatEthers,
    readonly networkHelpers: NetworkHelpers,
    readonly world: UptimeWorld,
    readonly oracle: UptimeOracle,
    readonly proofs: UptimeProofs,
    readonly challenges: UptimeChallenges,
    readonly rewards: UptimeRewards,
    readonly receipts: UptimeReceipts,
    readonly genesisAt: number,
    readonly chainId: bigint,
    /** Keys by seat; each is also its account. */
    readonly attestors: readonly Attestor[],
    readonly providers: readonly string[],
    readonly configDigest: string,
  ) {}

  get nodes(): NodeFacts[] {
    return this.providers.map((provider, i) => ({
      nodeId: BigInt(i + 1),
      provider,
      units: i + 1,
      weight: 100,
    }));
  }

  /** Time travel to a number of seconds after the end of an epoch. */
  async after(epoch: number, seconds = 0): Promise<void> {
    await this.networkHelpers.time.increaseTo(this.genesisAt + (epoch + 1) * EPOCH_SECONDS + seconds);
  }

  /** Ends and closes all epochs up to and with one. */
  async close(epoch: number, pot = POT): Promise<void> {
    const now = await this.networkHelpers.time.latest();
    if (now < this.genesisAt + (epoch + 1) * EPOCH_SECONDS) await this.after(epoch);
    while ((await this.world.nextEpochToClose()) <= BigInt(epoch)) {
      await this.world.close(pot.availability, pot.attestors, this.rewards);
    }
  }

  /** The report that follows from one bitmap for every node. */
  async build(
    epoch: number,
    options: { bitmap?: bigint; pot?: bigint; overrides?: Partial<Report> } = {},
  ): Promise<{ report: Report; leaves: Leaf[]; tree: StandardTree }> {
    const { bitmap = 0b1111n, pot = POT.availability, overrides = {} } = options;
    const [previousReport] = await this.oracle.newestReport();
    const rewards = this.rewardsAfter.get(previousReport);
    const { leaves, totalPoints } = fairLeaves({
      ...{ epoch, bitmap, pot, nodes: this.nodes },
      rewardBefore: (nodeId) => rewards?.get(nodeId) ?? 0n,
    });
    const tree = treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index]!)));
    const report: Report = {
      epoch,
      root: tree.root,
      evidenceRoot: id("evidence"),
      nodeCount: leaves.length,
      totalPoints,
      dataHash: hexlify(randomBytes(32)),
      previousReport,
      registryDigest: REGISTRY_DIGEST,
      configDigest: this.configDigest,
      consensusVersion: 2,
      ...overrides,
    };
    return { report, leaves, tree };
  }

  /** Signs a report with the keys in some seats. */
  async sign(report: Report, seats: readonly number[], keys: readonly Attestor[] = this.attestors): Promise<Signed> {
    const domain = uptimeDomain(this.chainId, await this.oracle.getAddress());
    let signers = 0;
    let signatures = "0x";
    for (const seat of [...seats].sort((a, b) => a - b)) {
      signers += 2 ** seat;
      const signature = await keys[seat]!.signTypedData(domain, reportTypes, report);
      signatures += Signature.from(signature).compactSerialized.slice(2);
    }
    return { signers, signatures };
  }

  async signOne(report: Report, seat: number): Promise<string> {
    return (await this.sign(report, [seat])).signatures;
  }

  /** Closes an epoch and posts its report, signed by a quorum or by given seats. */
  async post(
    epoch: number,
    options: Parameters<UptimeFixture["build"]>[1] & { seats?: readonly number[] } = {},
  ): Promise<Awaited<ReturnType<UptimeFixture["build"]>>> {
    await this.close(epoch);
    const built = await this.build(epoch, options);
    const { signers, signatures } = await this.sign(built.report, options.seats ?? [0, 1, 2]);
    await this.oracle.submitReport(built.report, signers, signatures);
    const rewards = built.leaves.map(({ nodeId, rawCumulativeReward }) => [nodeId, rawCumulativeReward] as const);
    this.rewardsAfter.set(hashReport(built.report), new Map(rewards));
    return built;
  }

  /** Waits until the report of an epoch is final. */
  async finalise(epoch: number): Promise<void> {
    const { finalAt } = await this.oracle.reportOf(epoch);
    if (BigInt(await this.networkHelpers.time.latest()) < finalAt) await this.networkHelpers.time.increaseTo(finalAt);
  }

  hash(report: Report): string {
    return hashReport(report);
  }
}

/** Deploys the oracle one epoch before genesis, with some attestors whose set acts from epoch 0. */
export async function deployUptime(
  ethers: HardhatEthers,
  networkHelpers: NetworkHelpers,
  count = 4,
): Promise<UptimeFixture> {
  const genesisAt = (await networkHelpers.time.latest()) + 10 * EPOCH_SECONDS;
  const [admin, ...others] = await ethers.getSigners();
  const world = await ethers.deployContract("UptimeWorld", [genesisAt, EPOCH_SECONDS, SLOTS]);
  const authority = await ethers.deployContract("AccessManager", [admin!.address]);
  const oracle = await ethers.deployContract("UptimeOracle", [
    admin!.address,
    authority,
    world,
    world,
    world,
    CHALLENGE_SECONDS,
    BOND,
  ]);
  const proofs = await ethers.deployContract("UptimeProofs", [oracle, world, world, world]);
  const challenges = await ethers.deployContract("UptimeChallenges", [oracle, world, world, world, world, BOND_WEI]);
  const rewards = await ethers.deployContract("UptimeRewards", [world, world, world, oracle, challenges]);
  const receipts = await ethers.deployContract("UptimeReceipts", [oracle]);
  for (const judge of [proofs, challenges]) await oracle.wire(judge, JUDGE);
  const attestors = Array.from({ length: count }, () => Wallet.createRandom().connect(ethers.provider));
  for (const attestor of attestors) await join({ world, oracle, networkHelpers }, attestor);
  const providers = others.slice(10, 13).map(({ address }) => address);
  await world.setNodes(REGISTRY_DIGEST, providers.length);
  for (const [i, provider] of providers.entries()) await world.setNode(i + 1, provider, i + 1, agent.address);
  const { chainId } = await ethers.provider.getNetwork();
  const configDigest = await oracle.configDigest();
  return new UptimeFixture(
    ethers,
    networkHelpers,
    world,
    oracle,
    proofs,
    challenges,
    rewards,
    receipts,
    genesisAt,
    chainId,
    attestors,
    providers,
    configDigest,
  );
}

/** Gives an account gas and stake, lets it apply with its own key, and admits it. */
export async function join(
  on: { world: UptimeWorld; oracle: UptimeOracle; networkHelpers: NetworkHelpers },
  account: Attestor,
): Promise<void> {
  await on.networkHelpers.setBalance(account.address, 10n ** 20n);
  await on.world.setActive(account.address, BOND);
  await on.oracle.connect(account).applyAsAttestor(account.address, "0x");
  await on.oracle.admitAttestor(account.address);
}
