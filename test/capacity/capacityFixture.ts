import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { toBeHex, ZeroAddress } from "ethers";

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
import { type Connection, DAY, SLASH } from "../staking/stakingFixture.js";
import { CapacityRounds, computeFor, openingsFor, type Results, type RoundNode } from "./CapacityRounds.js";

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

/** Capacity proofs on the real registry and staking, and a class whose challenge takes a moment. */
export function capacityFixture(connection: Connection): () => Promise<CapacityContext> {
  const { ethers } = connection;
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
    const rounds = new CapacityRounds(connection, { beacon, capacity });

    const addChallenged: CapacityContext["addChallenged"] = async (provider, units = 1) => {
      await registry.connect(provider).addNode(CLASS, units, provider, details, ask, "0x");
      return registry.nodeCount();
    };
    return {
      ...context,
      beacon,
      kernel,
      capacity,
      deployCapacity,
      addChallenged,
      draw: async (...args) => rounds.draw(...args),
      record: async (...args) => rounds.record(...args),
      recordAt: async (...args) => rounds.recordAt(...args),
      begin: async (...args) => rounds.begin(...args),
      compute: async (...args) => computeFor(capacity, ...args),
      openings: async (...args) => openingsFor(capacity, ...args),
      round: async (...args) => rounds.round(...args),
    };
  };
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
