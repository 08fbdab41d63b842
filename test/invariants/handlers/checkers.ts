import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { openingsOf, type PostedClaim, saltedTree } from "@millrace/jobs";
import { findBeaconBlock } from "@millrace/sdk";
import { TraceTree } from "@millrace/tensor";
import { concat, type ContractTransactionResponse, getBytes, id } from "ethers";

import { MILL } from "../../market/marketFixture.js";
import { NODE_OF_ALICE, NODE_OF_BOB } from "../../market/taskDriver.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";
import { submitOutput } from "./submitOutput.js";

/** Claims whose story may still be told: the rest is over or soon lapses. */
const RECENT = 4;
const WORDS = 32;

/** Takes and leaves checkers' seats, has claims drawn, and vouches for those whose words its checkers know. */
export const checkerActions: Readonly<Record<string, Action>> = {
  takeCheckersSeat: async (play, dice) => {
    const { seats } = play.world;
    const isFree = (await seats.freeSeatCount()) !== 0n;
    const seatId = dice.chance(isFree ? 80 : 20) ? dice.int(1, 4) : 0;
    return seats.connect(dice.pick(checkersOf(play))).takeSeat(seatId);
  },

  leaveCheckersSeat: async (play, dice) => {
    const { seats } = play.world;
    const seatId = dice.int(1, Number(await seats.seatCount()));
    const { account } = await seats.seatOf(seatId);
    return seats.connect(dice.chance(90) ? play.signerOf(account) : play.world.stranger).leaveSeat(seatId);
  },

  releaseCheckersSeat: async (play, dice) => {
    const { seats, stranger } = play.world;
    if (dice.chance(30)) await play.pass(2_000);
    return seats.connect(stranger).releaseSeat(dice.int(1, Number(await seats.seatCount())));
  },

  trimCheckersSeats: async (play, dice) => play.world.seats.connect(play.world.stranger).trimSeats(dice.int(0, 5)),

  /** Draws, commits, and opens what is drawn; sometimes with words that it made up, or with another's tree. */
  checkClaim: async (play, dice) => {
    const { checks, seats } = play.world;
    if (dice.chance(60)) await submitNew(play, dice);
    const posted = await pickPosted(play, dice);
    const { claimId, claim } = posted;
    if ((await checks.checkOf(claimId)).count === 0n) await draw(play, posted);
    const check = await checks.checkOf(claimId);
    const place = dice.int(0, Number(check.count) - 1);
    const { account } = await seats.seatOf(check.seats[place]);
    const checker = checks.connect(play.signerOf(account));
    const known = play.openings.get(claim.outputRoot);
    const words = known !== undefined && dice.chance(85) ? known : Array.from({ length: WORDS }, (_, i) => id(`${i}`));
    const trace = TraceTree.build(getBytes(concat(words)));
    const salted = saltedTree(claimId, dice.chance(90) ? account : play.world.stranger.address, trace.words);
    await checker.commit(claimId, place, salted.root);
    await recordAt(play, Number(check.openAt));
    const { openings } = await checks.rules();
    const positions = await Promise.all(
      Array.from({ length: Number(openings) }, async (_, i) =>
        Number(await checks.positionOf(claimId, place, i, WORDS)),
      ),
    );
    return checker.vouch(claimId, claim, place, openingsOf(trace, salted, positions));
  },

  settleCheck: async (play, dice) => {
    const { checks, tasks, seats, stranger } = play.world;
    await play.store.catchUp();
    if (play.store.drawn.length === 0) throw new Error("nothing was drawn");
    const claimId = dice.pick(play.store.drawn.slice(-RECENT));
    const opened = play.opened.find(({ taskId }) => taskId === claimId >> 8n);
    if (opened === undefined) throw new Error("no such task");
    if (dice.chance(50)) await play.pass(70);
    if ((await play.tasking.statusOf(opened.taskId)) === "Confirmed") {
      await tasks.connect(stranger).finalize(opened.taskId, opened.order);
    }
    // Only who vouched takes less than is due.
    const { seats: drawn } = await checks.checkOf(claimId);
    const { account } = await seats.seatOf(drawn[dice.int(0, 1)]);
    return checks.connect(dice.chance(50) ? play.signerOf(account) : stranger).settle(claimId, opened.order);
  },

  burnSurplus: async ({ world }, dice) => {
    const { checkPot, token, stranger } = world;
    await token.transfer(checkPot, dice.amount(500n * MILL));
    return checkPot.connect(stranger).burnSurplus();
  },
};

/** Who holds stake and offers nothing else, and a provider, who is a party to some of the claims. */
function checkersOf({ world }: Play): HardhatEthersSigner[] {
  return [...world.attestors, world.bob];
}

async function pickPosted(play: Play, dice: Dice): Promise<PostedClaim> {
  const posted = await play.posted();
  if (posted.length === 0) throw new Error("nothing was posted");
  return dice.chance(80) ? posted[posted.length - 1] : dice.pick(posted.slice(-RECENT));
}

/** The claim of a new task: its checkers have to be quick. */
async function submitNew(play: Play, dice: Dice): Promise<void> {
  const opened = await play.tasking.open({}, dice.pick(play.buyers));
  play.opened.push(opened);
  await play.tasking.accept(opened, true, dice.pick([NODE_OF_ALICE, NODE_OF_BOB]));
  await submitOutput(play, opened, dice);
}

async function draw(play: Play, { claimId, claim }: PostedClaim): Promise<ContractTransactionResponse> {
  const { checks, stranger } = play.world;
  await recordAt(play, Number((await checks.drawnFor(claimId, claim)).pickAt));
  return checks.connect(stranger).draw(claimId, claim);
}

/** Waits for a second and records its value, if it can still be known. */
async function recordAt(play: Play, second: number): Promise<void> {
  const { beacon } = play.world;
  if (second > (await play.now())) await play.connection.networkHelpers.time.increaseTo(second);
  const block = await findBeaconBlock(play.connection.ethers.provider, second);
  if (block === undefined) throw new Error("no block yet");
  await beacon.record(second, block.blockNumber, block.header, block.parentHeader);
}
