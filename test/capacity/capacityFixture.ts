import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { toBeHex, ZeroAddress, ZeroHash } from "ethers";

import { type Challenge, computeRoots, entryAt, openEntries, ResultTree } from "../../packages/capacity/src/index.js";
import { findBeaconBlock } from "../../packages/sdk/src/index.js";
import type { Hex } from "../../packages/tensor/src/index.js";
import type { BlockBeacon, CapacityProofs, ICapacityProofs, MatMul } from "../../typechain-types/index.js";
import {
  ask,
  details,
  GPU_STAKE,
  type HardwareContext,
  hardwareFixture,
  JAIL,
  Kind,
} from "../hardware/hardwareFixture.js";
import { type Connection, DAY, EPOCH_SECONDS, SLASH } from "../staking/stakingFixture.js";

/** `ICapacityProofs.RoundPhase`. */
export const Phase = {
  None: 0n,
  Waiting: 1n,
  Committing: 2n,
  Opening: 3n,
  Reporting: 4n,
  Final: 5n,
  Void: 6n,
} as const;

/** `ICapacityProofs.AnswerState`. */
export const State = { None: 0n, Committed: 1n, Passed: 2n, Wrong: 3n, Silent: 4n, Struck: 5n } as const;

export const RULES = {
  drawDelaySeconds: 60,
  leadSeconds: 600,
  windowSeconds: 600,
  openSeconds: 900,
  reportSeconds: 1_200,
  jailSeconds: 10 * DAY,
  pickPpm: 250_000,
  entryCount: 4,
  rowsLog2: 3,
  rowWordsLog2: 1,
  recheckEpochs: 2,
  validEpochs: 4,
  strikes: 3,
};

/** Class of the challenged nodes, and its products for a unit. */
export const CLASS = 2;
export const SIZE = 3;

/** Results of a node, as its agent keeps them. */
export interface Results {
  readonly challenge: Challenge;
  readonly roots: Uint8Array;
  readonly root: string;
}

export interface CapacityContext extends HardwareContext {
  readonly beacon: BlockBeacon;
  readonly kernel: MatMul;
  readonly capacity: CapacityProofs;
  readonly deployCapacity: (
    changes?: Partial<typeof RULES>,
    parts?: Partial<Record<"beacon" | "sequencerFeed", string>>,
  ) => Promise<CapacityProofs>;
  /** Adds a node of the challenged class whose provider is its own agent. */
  readonly addChallenged: (provider: HardhatEthersSigner, units?: number) => Promise<bigint>;
  /** Goes to the draw of an epoch's round and records it. */
  readonly draw: (epoch: number) => Promise<ICapacityProofs.RoundTimesStructOutput>;
  /** Records the value of a second that has passed. */
  readonly record: (second: bigint) => Promise<void>;
  /** Goes to a second, and records its value. `randao` is what the block has. */
  readonly recordAt: (second: bigint, randao?: bigint) => Promise<void>;
  /** From the draw to the open window. */
  readonly begin: (epoch: number, randao?: bigint) => Promise<ICapacityProofs.RoundTimesStructOutput>;
  /** What a node computes in the window; a part of it skipped if told so. */
  readonly compute: (nodeId: bigint, epoch: number, skippedPercent?: number) => Promise<Results>;
  readonly openings: (nodeId: bigint, epoch: number, results: Results) => Promise<ICapacityProofs.OpeningStruct[]>;
  /** A whole round of some nodes, if they are picked: commit and open. */
  readonly round: (epoch: number, nodes: readonly RoundNode[], randao?: bigint) => Promise<void>;
}

export interface RoundNode {
  readonly nodeId: bigint;
  readonly agent: HardhatEthersSigner;
  /** All of its work is left out. */
  readonly lazy?: boolean;
}

/** Capacity proofs on the real registry and staking, and a class whose challenge takes a moment. */
export function capacityFixture(connection: Connection): () => Promise<CapacityContext> {
  const { ethers, networkHelpers } = connection;
  const { time } = networkHelpers;
  const deployHardware = hardwareFixture(connection);

  return async function deployCapacityProofs(): Promise<CapacityContext> {
    const context = await deployHardware();
    const { settlement, staking, catalog, registry } = context;
    const beacon = await ethers.deployContract("BlockBeacon");
    const kernel = await ethers.deployContract("MatMul");
    await catalog.addClass(Kind.CPU, "CPU", GPU_STAKE, 10, SIZE);
    const deployCapacity: CapacityContext["deployCapacity"] = async (changes = {}, parts = {}) =>
      ethers.deployContract("CapacityProofs", [
        { beacon, nodes: registry, catalog, staking, settlement, kernel, sequencerFeed: ZeroAddress, ...parts },
        { ...RULES, ...changes },
      ]);
    const capacity = await deployCapacity();
    await registry.wire(capacity, JAIL);
    await staking.wire(capacity, SLASH);
    const { genesisAt } = await settlement.clock();

    const addChallenged: CapacityContext["addChallenged"] = async (provider, units = 1) => {
      await registry.connect(provider).addNode(CLASS, units, provider, details, ask, "0x");
      return registry.nodeCount();
    };
    const record: CapacityContext["record"] = async (second) => {
      const block = await findBeaconBlock(ethers.provider, Number(second));
      if (block === undefined) throw new Error(`no block at ${second} yet`);
      await beacon.record(second, block.blockNumber, block.header, block.parentHeader);
    };
    const recordAt: CapacityContext["recordAt"] = async (second, randao) => {
      await time.setNextBlockTimestamp(second);
      if (randao !== undefined) await networkHelpers.setPrevRandao(randao);
      await ethers.provider.send("evm_mine", []);
      await record(second);
    };
    const draw: CapacityContext["draw"] = async (epoch) => {
      const second = genesisAt + BigInt(epoch * EPOCH_SECONDS + RULES.drawDelaySeconds);
      if ((await beacon.valueAt(second)) === ZeroHash) await recordAt(second);
      return capacity.timesOf(epoch);
    };
    const begin: CapacityContext["begin"] = async (epoch, randao) => {
      const times = await draw(epoch);
      await recordAt(times.startsAt, randao);
      return times;
    };
    const round: CapacityContext["round"] = async (epoch, nodes, randao) => {
      const times = await begin(epoch, randao);
      const results = new Map<bigint, Results>();
      for (const { nodeId, agent, lazy = false } of nodes) {
        if (!(await capacity.isPicked(nodeId, epoch))) continue;
        const own = await computeFor(capacity, nodeId, epoch, lazy ? 100 : 0);
        results.set(nodeId, own);
        await capacity.connect(agent).commit(nodeId, own.root);
      }
      await recordAt(times.closesAt);
      for (const [nodeId, own] of results) await capacity.open(nodeId, await openingsFor(capacity, nodeId, epoch, own));
    };
    return {
      ...context,
      beacon,
      kernel,
      capacity,
      deployCapacity,
      addChallenged,
      draw,
      record,
      recordAt,
      begin,
      compute: async (...args) => computeFor(capacity, ...args),
      openings: async (...args) => openingsFor(capacity, ...args),
      round,
    };
  };
}

/** What a node computes in the window; a part of it skipped if told so. */
export async function computeFor(
  capacity: CapacityProofs,
  nodeId: bigint,
  epoch: number,
  skippedPercent = 0,
): Promise<Results> {
  const { rowsLog2, rowWordsLog2 } = await capacity.rules();
  const challenge: Challenge = {
    seed: (await capacity.seedOf(nodeId, epoch)) as Hex,
    products: Number(await capacity.productsOf(nodeId, epoch)),
    rowsLog2: Number(rowsLog2),
    rowWordsLog2: Number(rowWordsLog2),
    skippedPercent,
  };
  const roots = await computeRoots(challenge);
  return { challenge, roots, root: new ResultTree(challenge, roots).root };
}

/** Openings of the entries that were drawn. */
export async function openingsFor(
  capacity: CapacityProofs,
  nodeId: bigint,
  epoch: number,
  { challenge, roots }: Results,
): Promise<ICapacityProofs.OpeningStruct[]> {
  const { entryCount, rowsLog2 } = await capacity.rules();
  const drawn = await Promise.all(
    Array.from({ length: Number(entryCount) }, async (_, i) => {
      const { product, row, column } = await capacity.entryOf(nodeId, epoch, i);
      return entryAt(challenge, (product << (2n * rowsLog2)) | (row << rowsLog2) | column);
    }),
  );
  return openEntries(challenge, roots, drawn);
}

/** The start's randomness under which a node that is not due is picked, or is not. */
export async function luckOf(
  { capacity }: Pick<CapacityContext, "capacity">,
  connection: Connection,
  wanted: { nodeId: bigint; epoch: number; picked: boolean },
): Promise<bigint> {
  const { startsAt } = await capacity.timesOf(wanted.epoch);
  const { ethers } = connection;
  const coder = ethers.AbiCoder.defaultAbiCoder();
  for (let randao = 1n; ; randao++) {
    const start = ethers.keccak256(coder.encode(["bytes32", "uint48"], [toBeHex(randao, 32), startsAt]));
    const luck = ethers.keccak256(coder.encode(["bytes32", "uint64", "string"], [start, wanted.nodeId, "pick"]));
    if (BigInt(luck) % 1_000_000n < BigInt(RULES.pickPpm) === wanted.picked) return randao;
  }
}
