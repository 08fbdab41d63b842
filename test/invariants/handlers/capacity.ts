import { ZeroHash } from "ethers";

import { findBeaconBlock } from "../../../packages/sdk/src/index.js";
import { computeFor, openingsFor, type Results } from "../../capacity/CapacityRounds.js";
import { MILL } from "../../market/marketFixture.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";

/** What a node does in a round: shows its work, shows none, says nothing, or begins and never opens. */
const CONDUCTS = ["right", "wrong", "silent", "late"] as const;
type Conduct = (typeof CONDUCTS)[number];

/** Of `ICapacityProofs.RoundPhase`. */
const FINAL = 5;
/** Least that a provider of two units may have of its own: the rest of 2,000 is delegated, four to one. */
const LEAST_OWN = 400n * MILL;
/** Rounds after which a node that shows nothing has cost its provider more than that. */
const RUINOUS_ROUNDS = 4;

/** Rounds of capacity proofs: nodes that show what they have, that skip the work, or that say nothing. */
export const capacityActions: Readonly<Record<string, Action>> = {
  capacityRound: async (play, dice) => playRound(play, dice, () => dice.pick(CONDUCTS)),

  /** A provider that has little of its own loses it, and then what others delegated to it. */
  ruin: async (play, dice) => {
    const { staking } = play.world;
    const ruined = dice.int(1, play.providers.length);
    const provider = play.providers[ruined - 1];
    await staking.connect(dice.pick(play.delegators)).delegate(provider, 4n * LEAST_OWN + dice.amount(MILL));
    const { active } = await staking.accountOf(provider);
    await staking.connect(provider).unstake(active - LEAST_OWN - dice.amount(MILL));
    for (let round = 0; round < RUINOUS_ROUNDS; round++) {
      await playRound(play, dice, (nodeId) => (nodeId === ruined ? "wrong" : dice.pick(CONDUCTS)));
      if (dice.chance(50)) await staking.connect(provider).withdraw();
    }
  },
};

/** One round, from its draw to its last strike: each of its windows is over before a random call would find it. */
async function playRound(play: Play, dice: Dice, conductOf: (nodeId: number) => Conduct): Promise<void> {
  const { capacity, agent, stranger, settlement } = play.world;
  const epoch = Number(await settlement.currentEpoch()) + 1;
  await recordAt(play, dice, BigInt(play.leasing.startOf(epoch)));
  const times = await capacity.timesOf(epoch);
  await recordAt(play, dice, times.startsAt);
  const committed = new Map<bigint, Results>();
  const silent: bigint[] = [];
  for (const nodeId of play.providers.map((_, index) => BigInt(index + 1))) {
    if (!(await capacity.isPicked(nodeId, epoch))) continue;
    const conduct = conductOf(Number(nodeId));
    if (conduct === "silent" || conduct === "late") silent.push(nodeId);
    if (conduct === "silent") continue;
    const results = await computeFor(capacity, nodeId, epoch, conduct === "wrong" ? 100 : 0);
    await capacity.connect(agent).commit(nodeId, results.root);
    if (conduct !== "late") committed.set(nodeId, results);
  }
  await recordAt(play, dice, times.closesAt);
  for (const [nodeId, results] of committed) {
    const openings = await openingsFor(capacity, nodeId, epoch, results);
    await capacity.connect(stranger).open(nodeId, openings);
  }
  await mineAt(play, times.reportsFrom);
  for (const nodeId of silent) await capacity.connect(stranger).reportSilence(nodeId);
  await mineAt(play, times.finalAt);
  // A round in which fewer answered than not is void, and nobody is struck.
  if (Number(await capacity.phaseOf(epoch)) !== FINAL) return;
  for (const nodeId of silent) await capacity.connect(stranger).strike(epoch, nodeId);
}

/** Goes to a second, whose randomness the dice choose, so that a run is played again from its seed. */
async function recordAt(play: Play, dice: Dice, second: bigint): Promise<void> {
  const { beacon } = play.world;
  if ((await beacon.valueAt(second)) !== ZeroHash) return;
  await play.connection.networkHelpers.setPrevRandao(dice.int(1, 2 ** 31));
  await mineAt(play, second);
  const block = await findBeaconBlock(play.connection.ethers.provider, Number(second));
  if (block === undefined) throw new Error("no block to record");
  await beacon.connect(play.world.stranger).record(second, block.blockNumber, block.header, block.parentHeader);
}

async function mineAt({ connection }: Play, second: bigint): Promise<void> {
  const { time } = connection.networkHelpers;
  if (BigInt(await time.latest()) < second) await time.increaseTo(second);
}
