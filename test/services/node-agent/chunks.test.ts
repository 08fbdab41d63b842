import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { ChunkHistory, type ChunkSubmission, chunkUrl, fetchChunk, fetchPreview, readOrder } from "@millrace/jobs";
import { expect } from "chai";
import { id, keccak256, parseEther, toUtf8Bytes, ZeroHash } from "ethers";

import { FRAMES, previewOf, renderFrame } from "../../../examples/frames/renderFrame.js";
import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import type { ITaskBook } from "../../../typechain-types/index.js";
import { deepDescribe } from "../../support/deep.js";
import { PATIENCE_MS } from "../until.js";
import { AgentWorld, type Party } from "./AgentWorld.js";

const MAKER = fileURLToPath(new URL("../../../examples/frames/renderFrame.ts", import.meta.url));
const FILM = { maker: FRAMES, width: 32, height: 24, colour: 0x40a070 };
/** Longer than any step takes on a slow machine. */
const PRICE = parseEther("4");
const STATUS = { listed: 1n, working: 5n, finalized: 10n, cancelled: 11n } as const;
const CHUNK = { submitted: 1n, rejected: 2n, approved: 3n, paid: 5n } as const;

deepDescribe("node agent with chunks that their buyer judges", function () {
  let world: AgentWorld;
  let party: Party;
  let agent: ManagedProcess;

  before(async () => {
    world = await AgentWorld.start();
    party = await world.addParty("studio", 2);
    await world.mineEverySecond();
    agent = await start();
  });

  after(async () => {
    await world.end();
  });

  const maker = (timeoutSeconds = 30) => ({
    name: FRAMES,
    command: [process.execPath, "--import", "tsx", MAKER],
    timeoutSeconds,
  });

  async function start(makers = [maker()]): Promise<ManagedProcess> {
    return world.startAgent(party, { policy: { makers, minPriceCredits: "2" } });
  }

  /** Kills the agent wherever it is. */
  async function kill(): Promise<void> {
    agent.kill("SIGKILL");
    await agent.exited;
  }

  /** Hosts a description and orders what it says. */
  async function order(
    chunks: number,
    description: object | string = FILM,
    changes: Partial<ITaskBook.TaskTermsStruct> = {},
  ): Promise<bigint> {
    const text = typeof description === "string" ? description : JSON.stringify(description);
    const programHash = keccak256(toUtf8Bytes(text));
    const folder = join(world.folder, "bundles", programHash);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "job.json"), text);
    const { approvals } = world.as(world.buyer);
    const terms = await world.termsOf({
      ...{ programHash, bundleHash: ZeroHash, inputRoot: ZeroHash, startPrice: PRICE, maxPrice: PRICE },
      dataUri: `${world.bundles.url}/${programHash}`,
      ...{ windowSeconds: 600, responseSeconds: 120, workSeconds: 300, isSmallJob: false, ...changes },
    });
    await (await approvals.open(terms, chunks)).wait();
    return approvals.taskCount();
  }

  const statusIs = (taskId: bigint, status: bigint) => async () =>
    (await world.contracts.approvals.statusOf(taskId)) === status;

  async function chunkIs(taskId: bigint, chunk: number, status: bigint, submissions = 1n): Promise<void> {
    const { approvals } = world.contracts;
    const terms = await readOrder(approvals, taskId, 0);
    await world.until(`chunk ${chunk} to have status ${status}`, async () => {
      const [now, stored] = await Promise.all([
        approvals.chunkStatusOf(taskId, terms, chunk),
        approvals.chunkOf(taskId, chunk),
      ]);
      return now === status && stored.submissions === submissions;
    });
  }

  async function judge(taskId: bigint, chunk: number, verdict: "approve" | "reject"): Promise<void> {
    const { approvals } = world.as(world.buyer);
    const terms = await readOrder(approvals, taskId, 0);
    await (
      verdict === "approve"
        ? await approvals.approveChunk(taskId, terms, chunk)
        : await approvals.rejectChunk(taskId, terms, chunk, id("too green"))
    ).wait();
  }

  async function lastOf(taskId: bigint, chunk: number): Promise<{ base: string; last: ChunkSubmission; key?: string }> {
    const history = new ChunkHistory(taskId, 0);
    await history.readTo(world.contracts.approvals, await world.provider.getBlockNumber());
    const last = history.lastOf(chunk);
    if (last === undefined) throw new Error(`chunk ${chunk} was never submitted`);
    return { base: chunkUrl(`http://127.0.0.1:${party.port}`, taskId, last), last, key: history.keyOf(chunk) };
  }

  it("should make them, again if they are rejected, and be paid for their keys, whatever kill -9 comes between", async () => {
    const { approvals, staking, nodes } = world.contracts;
    const made = agent.waitForLine(/"msg":"chunk made"/, PATIENCE_MS);
    const taskId = await order(3, FILM, { nodeIds: [party.nodeId] });
    await made;
    // Between the making of a chunk and whatever comes next.
    await kill();
    agent = await start();
    for (const chunk of [0, 1, 2]) await chunkIs(taskId, chunk, CHUNK.submitted);

    // What the buyer judges by is what was committed to, and the frame is none of it yet.
    const first = await lastOf(taskId, 0);
    expect(Buffer.from(await fetchPreview(first.base, first.last))).to.deep.equal(previewOf(FILM, 0, 3));
    expect((await fetch(`${first.base}/key.bin`)).status).to.equal(404);
    expect(first.key).to.equal(undefined);

    // Judged while the agent is away.
    await kill();
    await judge(taskId, 0, "approve");
    await judge(taskId, 1, "reject");
    agent = await start();
    await chunkIs(taskId, 0, CHUNK.paid);
    await chunkIs(taskId, 1, CHUNK.submitted, 2n);
    for (const chunk of [1, 2]) await judge(taskId, chunk, "approve");
    await world.until("the last key", statusIs(taskId, STATUS.finalized));

    for (const chunk of [0, 1, 2]) {
      const { base, last, key = "" } = await lastOf(taskId, chunk);
      expect(last.submission, `chunk ${chunk}`).to.equal(chunk === 1 ? 2 : 1);
      expect(Buffer.from(await fetchChunk(base, last, key))).to.deep.equal(renderFrame(FILM, chunk, 3));
    }
    const [over] = await approvals.queryFilter(approvals.filters.TaskFinalized(taskId));
    expect([over?.args.provider, over?.args.paid]).to.deep.equal([party.provider.address, 3n * PRICE]);
    expect((await staking.accountOf(party.provider.address)).bonded).to.equal(0n);
    expect((await nodes.nodeOf(party.nodeId)).busyUnits).to.equal(0n);
  });

  it("should leave without fault a buyer that rejects a chunk for good", async () => {
    const { staking } = world.contracts;
    const { active } = await staking.accountOf(party.provider.address);
    const taskId = await order(2, FILM, { nodeIds: [party.nodeId] });
    for (const submission of [1n, 2n, 3n]) {
      await chunkIs(taskId, 0, CHUNK.submitted, submission);
      await judge(taskId, 0, "reject");
    }
    await chunkIs(taskId, 1, CHUNK.submitted);
    await judge(taskId, 1, "reject");
    await world.until("the end", statusIs(taskId, STATUS.cancelled));
    const after = await staking.accountOf(party.provider.address);
    expect([after.active, after.bonded]).to.deep.equal([active, 0n]);
  });

  it("should be paid for what it delivered when it can make no more, and leave the rest", async () => {
    const { approvals } = world.contracts;
    const taskId = await order(2, FILM, { nodeIds: [party.nodeId], workSeconds: 30 });
    await chunkIs(taskId, 1, CHUNK.submitted);
    await kill();
    await judge(taskId, 0, "approve");
    await judge(taskId, 1, "reject");
    await world.provider.send("evm_increaseTime", [31]);
    agent = await start([{ ...maker(), command: ["false"] }]);
    const isLeft = agent.waitForLine(/task left to others/, PATIENCE_MS);
    await world.until("the release", statusIs(taskId, STATUS.listed));
    await isLeft;
    const { paid, left } = await approvals.progressOf(taskId);
    expect([paid, left]).to.deep.equal([PRICE, 1n]);
    await kill();
    agent = await start();
  });

  it("should leave orders for other makers, for people, for too little or in too little time", async () => {
    const { approvals } = world.contracts;
    const only = { nodeIds: [party.nodeId] };
    const hurried = await order(1, FILM, { ...only, workSeconds: 29 });
    await agent.waitForLine(/a chunk may take longer than the work may/, PATIENCE_MS);
    const cheap = { startPrice: parseEther("1"), maxPrice: parseEther("1") };
    const others = [
      hurried,
      await order(1, { ...FILM, maker: "millrace.frames.2" }, only),
      await order(1, "A film about a rabbit, please.", only),
      await order(1, FILM, { ...only, ...cheap }),
      await order(1, FILM, { ...only, programHash: id("another") }),
    ];
    await agent.waitForLine(/the price is too low/, PATIENCE_MS);
    // One that it takes comes later, and is taken: the others were looked at before.
    const taken = await order(1, FILM, only);
    await chunkIs(taken, 0, CHUNK.submitted);
    for (const taskId of others) expect((await approvals.taskOf(taskId)).attempt, `task ${taskId}`).to.equal(0n);
  });
});
