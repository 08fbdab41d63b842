import { formatCredits, formatDuration, formatMill } from "@millrace/sdk";
import { buildTraces, execute, type PlacedOperator, rootsOf, type Traces, WORD_BYTES } from "@millrace/tensor";
import { buildRendering, buildScene, decodeRendering, type RenderingJob } from "@millrace/workloads";
import { AbiCoder, getBytes, hexlify, id, keccak256 } from "ethers";

import { closeBooks } from "./lib/closeBooks.js";
import { DisputeArena } from "./lib/DisputeArena.js";
import { expectRefusal } from "./lib/expectRefusal.js";
import { enlarged, shrunk, strip } from "./lib/framePictures.js";
import { ApprovalDriver, type Connection, CREDIT, MILL, marketWorld, type Opened, type World } from "./lib/market.js";
import { LEASE_PERIODS } from "./lib/MarketStage.js";
import { mined } from "./lib/mined.js";
import { differencePicture } from "./lib/pixelPictures.js";
import type { Scenario } from "./lib/Scenario.js";
import { seal, unseal } from "./lib/seal.js";
import type { Story } from "./lib/Story.js";

const SIDE = 128;
const FRAMES = 4;
const PREVIEW_FACTOR = 4;

const HOUR = 3_600;
const DAILY = { epochSeconds: 24 * HOUR, slotsPerEpoch: 240 };
const APPROVAL_SECONDS = 72 * HOUR;
const TERMS = { windowSeconds: APPROVAL_SECONDS, responseSeconds: 6 * HOUR, workSeconds: 48 * HOUR, rampSeconds: HOUR };

/** Credits, that is USD, a frame: at first and at most. */
const PRICES = { startPrice: 2n * CREDIT, maxPrice: 3n * CREDIT };
const STUDIO_BUYS = 1_000n * MILL;

/** Account of Hardhat's chain that has done nothing yet. */
const STUDIO = 8;

/** What the chapters share. */
interface Stage {
  readonly connection: Connection;
  readonly world: World;
  readonly driver: ApprovalDriver;
  readonly story: Story;
  readonly opened: Opened;
  readonly frames: readonly Buffer[];
  /** Gas of each kind of call, in the order of the story. */
  readonly gas: Map<string, bigint>;
}

/** A film of four frames that only its studio can judge, and a fifth picture that the chain can. */
export const scenario: Scenario = {
  name: "market-frames",
  title: "A film in frames: approved, rejected, left to silence, and one picture decided by the chain",

  async run(hre, story) {
    const connection = await hre.network.create("default");
    const parties = await marketWorld(connection, { leasePeriods: LEASE_PERIODS }, DAILY);
    const studio = (await connection.ethers.getSigners())[STUDIO];
    const world = { ...parties, buyer: studio };

    const burned = await buy(world, story);
    const frames = render(FRAMES, SIDE);
    story.chapter("The film");
    story.line(`${FRAMES} frames of ${SIDE} × ${SIDE} pixels, around a bunny, rendered in whole numbers`);
    story.picture("film.png", "The film, as its provider renders it", strip(frames));
    const driver = new ApprovalDriver(connection, world);
    const opened = await driver.open(FRAMES, { ...TERMS, ...PRICES, programHash: id("the film") });
    await driver.pass(HOUR / 2 - 1);
    const accepted = await mined(driver.accept(opened));
    const stage = { connection, world, driver, story, opened, frames, gas: new Map([["accept", accepted.gasUsed]]) };
    const { bond } = await world.approvals.taskOf(opened.taskId);
    const price = await priceOf(stage);
    story.line(
      `the studio offers ${formatCredits(PRICES.startPrice)} a frame, climbing to ${formatCredits(PRICES.maxPrice)} in an hour; ` +
        `alice takes it at ${formatCredits(price)}, and bonds ${formatMill(bond)}`,
    );
    await approve(stage, price);
    await rejectAndResubmit(stage);
    const first = await closeDay(stage, 2n);
    const silence = await stayAway(stage);
    const dispute = await decide(stage);
    const settled = await settle(stage, price, first);

    const names = new Map([
      [studio.address, "studio"],
      [world.alice.address, "alice"],
      [world.challenger.address, "challenger"],
    ]);
    const books = await closeBooks(connection, world, story, names);
    return {
      studioBurned: burned,
      price,
      ...silence,
      ...dispute,
      ...settled,
      gas: Object.fromEntries(stage.gas),
      creditsPaid: books.delivered,
      events: books.events.length,
    };
  },
};

/** The studio burns tokens for credits, one for each USD. */
async function buy(world: World, story: Story): Promise<bigint> {
  story.chapter("Credits for tokens");
  const { token, settlement, buyer } = world;
  await token.transfer(buyer, STUDIO_BUYS);
  await token.connect(buyer).approve(settlement, STUDIO_BUYS);
  const supply = await token.totalSupply();
  await settlement.connect(buyer).buy(STUDIO_BUYS, 0n, 0n);
  const burned = supply - (await token.totalSupply());
  if (burned !== STUDIO_BUYS) throw new Error(`${burned} left the supply`);
  const { free } = await settlement.accountOf(buyer);
  story.line(
    `a studio burns ${formatMill(burned)} at 2 USD each, for ${formatCredits(free)} of 1 USD: half a percent is the spread`,
  );
  return burned;
}

function render(frames: number, side: number): Buffer[] {
  const { program, input, about } = buildRendering({ width: side, height: side, frames });
  return decodeRendering(about, execute(program, input).output);
}

async function priceOf({ world, opened }: Stage): Promise<bigint> {
  const { acceptedAfterSeconds } = await world.approvals.taskOf(opened.taskId);
  return PRICES.startPrice + ((PRICES.maxPrice - PRICES.startPrice) * acceptedAfterSeconds) / BigInt(TERMS.rampSeconds);
}

/** What a provider hands over of a frame: a preview and the encrypted whole, and a key for later. */
interface Delivery {
  readonly preview: Buffer;
  readonly ciphertext: Buffer;
  readonly key: Buffer;
  readonly previewHash: string;
  readonly cipherRoot: string;
}

async function submit({ world, opened, gas }: Stage, chunk: number, frame: Buffer): Promise<Delivery> {
  const { key, ciphertext } = seal(frame);
  const preview = shrunk(frame, PREVIEW_FACTOR);
  const [previewHash, cipherRoot] = [keccak256(preview), keccak256(ciphertext)];
  const keyHash = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32"], [key]));
  const approvals = world.approvals.connect(world.alice);
  const sent = approvals.submitChunk(opened.taskId, opened.order, chunk, previewHash, cipherRoot, keyHash);
  gas.set("submitChunk", (await mined(sent)).gasUsed);
  return { preview, ciphertext, key, previewHash, cipherRoot };
}

/** Releases the key, opens the frame with what the chain made public, and compares it with what was rendered. */
async function release(
  { world, opened, gas }: Stage,
  chunk: number,
  frame: Buffer,
  delivered: Delivery,
): Promise<bigint> {
  const { previewHash, cipherRoot, ciphertext, key } = delivered;
  const approvals = world.approvals.connect(world.alice);
  const sent = approvals.releaseKey(opened.taskId, opened.order, chunk, previewHash, cipherRoot, hexlify(key));
  gas.set("releaseKey", (await mined(sent)).gasUsed);
  const paid = (await approvals.queryFilter(approvals.filters.ChunkPaid(opened.taskId, chunk))).at(-1);
  if (paid === undefined) throw new Error(`chunk ${chunk} was not paid`);
  if (!unseal(ciphertext, getBytes(paid.args.key)).equals(frame)) throw new Error("the key opens another picture");
  return paid.args.credits;
}

/** A frame that the studio likes by its preview. */
async function approve(stage: Stage, price: bigint): Promise<void> {
  const { world, driver, story, opened, frames, gas } = stage;
  story.chapter("A frame approved");
  const [frame] = frames;
  const delivered = await submit(stage, 0, frame);
  story.picture("preview.png", "The preview of frame 0, a sixteenth of its pixels", enlarged(delivered.preview, 2));
  const key = hexlify(delivered.key);
  await expectRefusal("ApprovalMarket_WrongChunkStatus", async () =>
    world.approvals
      .connect(world.alice)
      .releaseKey.staticCall(opened.taskId, opened.order, 0, delivered.previewHash, delivered.cipherRoot, key),
  );
  gas.set("approveChunk", (await mined(driver.approve(opened, 0))).gasUsed);
  const paid = await release(stage, 0, frame, delivered);
  if (paid !== price) throw new Error(`the frame was paid ${paid}`);
  story.line(
    `the studio approves it by the preview; alice releases the key and has ${formatCredits(paid)} in that transaction`,
  );
  story.line("the key, public now, opens the frame that she had committed to");
}

/** A frame of a sixteenth of the rays: the studio sees it, and has it done again. */
async function rejectAndResubmit(stage: Stage): Promise<void> {
  const { driver, story, opened, frames, gas } = stage;
  story.chapter("A frame rejected");
  const frame = frames[1];
  const cheap = render(FRAMES, SIDE / 4)[1];
  const coarse = enlarged(cheap, 4);
  await submit(stage, 1, coarse);
  story.picture("rejected.png", "Frame 1, rendered at a quarter of the side and enlarged", coarse);
  gas.set("rejectChunk", (await mined(driver.reject(opened, 1))).gasUsed);
  const again = await submit(stage, 1, frame);
  story.picture("resubmitted.png", "Frame 1, submitted again", frame);
  await driver.approve(opened, 1);
  await release(stage, 1, frame, again);
  const { submissions } = await stage.world.approvals.chunkOf(opened.taskId, 1);
  story.line(
    `the studio rejects it; the ${submissions === 2n ? "second" : "next"} submission is whole, approved and paid`,
  );
}

/** Two frames, and a studio that says nothing: after 72 h silence approves. */
async function stayAway(stage: Stage) {
  const { world, driver, story, opened, frames } = stage;
  story.chapter("Two frames, and silence");
  const [third, fourth] = frames.slice(2);
  const deliveries = [await submit(stage, 2, third), await submit(stage, 3, fourth)] as const;
  const submittedAt = (await world.approvals.chunkOf(opened.taskId, 2)).clockAt - BigInt(APPROVAL_SECONDS);
  const time = stage.connection.networkHelpers.time;
  await time.increaseTo(Number(submittedAt) + APPROVAL_SECONDS);
  if ((await driver.chunkStatusOf(opened, 2)) !== "Submitted") throw new Error("silence approved too early");
  await time.increaseTo(Number(submittedAt) + APPROVAL_SECONDS + 2);
  if ((await driver.chunkStatusOf(opened, 2)) !== "Approved") throw new Error("silence did not approve");
  story.line(
    `for ${formatDuration(APPROVAL_SECONDS)} the studio says nothing; one second later both count as approved, by nobody's transaction`,
  );
  await release(stage, 2, third, deliveries[0]);
  await release(stage, 3, fourth, deliveries[1]);
  if ((await driver.statusOf(opened)) !== "Finalized") throw new Error("the film has no end");
  const { bonded } = await world.staking.accountOf(world.alice);
  if (bonded !== 0n) throw new Error("alice's bond is still held");
  story.line("alice releases both keys and is paid; the film is done, her bond and her node are free");
  story.line(`gas: ${[...stage.gas].map(([call, used]) => `${call} ${used}`).join(", ")}`);
  return { silentSeconds: APPROVAL_SECONDS };
}

/** A picture of a deterministic renderer is no matter of taste: it is ordered as a task, and a wrong one is proven so. */
async function decide({ connection, world, story }: Stage) {
  story.chapter("A picture that the chain decides");
  story.line(
    "a frame judged by preview is not disputed: one bond answers for the whole film. A picture that anybody can",
  );
  story.line("render again is ordered as a task of its own, with a bond of its own, and nobody's taste is asked");
  const job = buildScene({ width: SIDE / 2, height: SIDE / 2 });
  const shadows = job.program.operators.findLast(({ kernel }) => kernel === "NearestHit");
  if (shadows === undefined) throw new Error("the program finds no hits");
  const honest = run(job);
  const wrong = run(job, shadows);
  const { changed } = differencePicture(honest.picture, wrong.picture);
  story.picture(
    "disputed.png",
    "As ordered, and as submitted: without shadows",
    enlarged(strip([honest.picture, wrong.picture]), 2),
  );

  const arena = await DisputeArena.on(connection, world);
  const { opened, escrow } = await arena.order(job, rootsOf(honest.traces).inputRoot);
  const posted = await arena.submit(opened, job, wrong.traces);
  story.line(
    `the provider leaves out the shadows; ${changed} of ${(SIDE / 2) ** 2} pixels differ; ${formatCredits(escrow)} are at stake`,
  );
  const { gas, moves } = await arena.contest(posted, job, honest.traces, wrong.traces, () => undefined);
  const settled = await arena.settle(opened, posted);
  if (settled.refunded !== escrow) throw new Error(`${settled.refunded} of ${escrow} came back`);
  story.line(
    `a stranger renders it again, and corners one word in ${moves.length} moves (${gas} gas): the studio has its escrow back, ` +
      `and ${formatMill(settled.toBuyer)} on top; ${formatMill(settled.toReporter)} go to the stranger, ${formatMill(settled.burned)} burn`,
  );
  return { changedPixels: changed, disputeMoves: moves.length, disputeGas: gas, ...settled };
}

interface Run {
  readonly traces: Traces;
  readonly picture: Buffer;
}

/** Renders the picture; with all points in the light, if it is told whose hits to leave out. */
function run({ program, input, about }: RenderingJob, leftOut?: PlacedOperator): Run {
  const execution = execute(program, input, {
    onOperator: (index, words) => {
      if (index === leftOut?.index) words.fill(0xff, 0, leftOut.usedWords * WORD_BYTES);
    },
  });
  const [picture] = decodeRendering(about, execution.output);
  return { traces: buildTraces(program, input, execution), picture };
}

/** The day ends at a price, and alice collects what she earned in it. */
async function closeDay({ connection, world }: Stage, priceUsd: bigint): Promise<bigint> {
  const { settlement, feeds, priceOracle, token, alice, clock } = world;
  const epoch = Number(await settlement.currentEpoch());
  const endOf = (of: number): number => clock.genesisAt + (of + 1) * clock.epochSeconds;
  const { time } = connection.networkHelpers;
  // Twice, so that the average knows the price too.
  for (const before of [2 * HOUR, HOUR]) {
    if ((await time.latest()) < endOf(epoch) - before) await time.increaseTo(endOf(epoch) - before);
    for (const feed of feeds) await feed.post(priceUsd * 100_000_000n);
    await priceOracle.observe();
  }
  await time.increaseTo(endOf(epoch) + 1);
  for (let next = Number(await settlement.nextEpochToClose()); next <= epoch; next++)
    await settlement.closeEpoch(next, [...(await priceOracle.roundsAt(endOf(next)))]);
  const before = await token.balanceOf(alice);
  await settlement.collect(alice);
  return (await token.balanceOf(alice)) - before;
}

/** The price doubled between two frames and two others: half as many tokens, worth the same, and the fees burn. */
async function settle(stage: Stage, price: bigint, first: bigint) {
  const { world, story } = stage;
  story.chapter("Tokens for credits");
  const second = await closeDay(stage, 4n);
  const earned = (price * 2n * 95n) / 100n;
  for (const [collected, usd] of [
    [first, 2n],
    [second, 4n],
  ] as const) {
    const exact = earned / usd;
    // The average comes near the price within hours, and never above it by more than dust.
    if (collected > exact || exact - collected > 10n ** 10n) throw new Error(`alice has ${collected}, not ${exact}`);
    story.line(
      `two frames, ${formatCredits(earned)} after the fee of 5 %, were ${formatMill(collected)} on the day that one cost ${usd} USD`,
    );
  }
  const { settlement } = world;
  const closings = await settlement.queryFilter(settlement.filters.EpochClosed());
  const feeBurn = closings.reduce((sum, { args }) => sum + args.closing.feeBurn, 0n);
  if (feeBurn === 0n) throw new Error("no fee was burned");
  story.line("the frames were priced in USD all along: the token moved, the film's price did not");
  story.line(`${formatMill(feeBurn)} of fees left the bank for good`);
  return { earned, collectedAt2Usd: first, collectedAt4Usd: second, feeBurn };
}
