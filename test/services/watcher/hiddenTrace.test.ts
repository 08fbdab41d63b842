import {
  bondToSend,
  claimIdOf,
  type ContestMove,
  handOf,
  type PostedClaim,
  readClaim,
  ResultContest,
  witnessOptions,
} from "@millrace/jobs";
import { sleep } from "@millrace/sdk";
import { buildTraces, type Bundle, execute, Region, type Traces, WORD_BYTES } from "@millrace/tensor";
import { expect } from "chai";

import { freePort } from "../../../scripts/local/freePort.js";
import { deepDescribe } from "../../support/deep.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";

const FINAL = 2n;
const SLASHED = 3n;
const LISTED = 1n;
const FINALIZED = 10n;
/** A trace is hidden five times as long as its provider has for an answer: one that waited for checkers would fall. */
const TERMS = { windowSeconds: 600, responseSeconds: 60 };
const GWEI = 10n ** 9n;
/** The last byte of a word in the middle of the body. */
const SOME_BYTE = 700 * WORD_BYTES + 31;

deepDescribe("a dispute while the trace waits for checkers", function () {
  let world: AgentWorld;
  let honest: Party;
  let corrupt: Party;

  before(async () => {
    world = await AgentWorld.start();
    honest = await world.addParty("honest");
    corrupt = await world.addParty("corrupt");
    await world.stake(world.watcher, "watcher");
    await (await world.as(world.watcher).seats.takeSeat(0)).wait();
    await world.mineEverySecond();
  });

  afterEach(async () => {
    await world.stopServices();
  });

  after(async () => {
    await world.end();
  });

  async function claimed(bundle: Bundle, { nodeId }: Party): Promise<PostedClaim> {
    const { claims } = world.contracts;
    const claimId = claimIdOf(await world.openTask(bundle, { nodeIds: [nodeId], ...TERMS }), 1);
    await world.until("the claim", async () => (await claims.stateOf(claimId)) !== 0n);
    const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
    if (posted === undefined) throw new Error("the claim is gone");
    return posted;
  }

  const isServed = async ({ taskId }: PostedClaim, { port }: Party): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${port}/tasks/${taskId}/1/body.bin`)).status === 200;

  /** Contests a claim by traces of one's own, down to what could be proven. The trace stays hidden all the while. */
  async function playDown(posted: PostedClaim, party: Party, bundle: Bundle, own: Traces): Promise<ContestMove> {
    const { claims } = world.as(world.challenger);
    const { claimId } = posted;
    const signer = world.challenger.connect(world.provider);
    const witness = await witnessOptions(world.contracts, world.deployment, bundle.program);
    const hand = () => handOf(claims, signer, claimId);
    const contest = new ResultContest({
      ...{ claims, posted, bundle, honest: own, firstWrong: Region.Body, witness, hand },
    });
    for (;;) {
      expect(await isServed(posted, party), "a trace to be copied").to.equal(false);
      const head = await world.provider.getBlock("latest");
      const move = await contest.next(head!);
      if (move.kind === "tooLate") throw new Error("too late to contest");
      if (move.kind === "prove") return move;
      if (move.kind === "wait") await sleep(300);
      else await send(move, await bondToSend(claims, world.provider, claimId));
    }
  }

  async function send(move: ContestMove, bondWei = 0n): Promise<void> {
    const call = await move.call(move.takesBond ? bondWei : 0n);
    await (await world.challenger.connect(world.provider).sendTransaction(call)).wait();
  }

  /** The longest time between a question about a claim and its answer; and how many there were. */
  async function answersOf({ claimId }: PostedClaim): Promise<{ count: number; longest: number }> {
    const { claims } = world.contracts;
    const [pointed, opened] = await Promise.all([
      claims.queryFilter(claims.filters.BranchPointed(claimId)),
      claims.queryFilter(claims.filters.BranchOpened(claimId)),
    ]);
    const seconds = await Promise.all(
      pointed.map(async (question) => {
        const answer = opened.find(({ args }) => args.branchId === question.args.branchId);
        if (answer === undefined) return Infinity;
        return (await answer.getBlock()).timestamp - (await question.getBlock()).timestamp;
      }),
    );
    return { count: seconds.length, longest: Math.max(...seconds) };
  }

  const pass = async (seconds: number): Promise<unknown> => world.provider.send("evm_increaseTime", [seconds]);

  it("should leave a right result to its provider, with the bonds of who doubted it, and a checker's word", async () => {
    const { claims, checks, tasks } = world.contracts;
    await world.startAgent(honest);
    const bundle = sampleBundle(1);
    const posted = await claimed(bundle, honest);
    const { program, input } = bundle;
    const execution = execute(program, input);
    const body = Uint8Array.from(execution.body);
    body[SOME_BYTE]! ^= 1;
    const { claimId, taskId } = posted;

    const proof = await playDown(posted, honest, bundle, buildTraces(program, input, { ...execution, body }));
    const { count, longest } = await answersOf(posted);
    expect(count).to.equal(3);
    expect(longest).to.be.at.most(TERMS.responseSeconds);
    expect((await checks.checkOf(claimId)).committed).to.equal(0n);
    // The word that was doubted is right: there is nothing to prove.
    const outcome = await send(proof).then(
      () => "proven",
      () => "refused",
    );
    expect(outcome).to.equal("refused");

    await world.startWatcher({ check: true });
    await world.until("the commitment", async () => (await checks.checkOf(claimId)).committed === 1n);
    await world.until("the trace", async () => isServed(posted, honest));
    await pass(Number((await checks.checkOf(claimId)).openAt) - (await world.now()));
    await world.until("the vouch", async () => (await checks.checkOf(claimId)).vouched === 1n);
    const balance = async (): Promise<bigint> => world.provider.getBalance(honest.provider.address);
    const before = await balance();
    const [pointed] = await claims.queryFilter(claims.filters.BranchPointed(claimId));
    const { bondGwei } = await claims.branchOf(pointed!.args.claimId, pointed!.args.branchId);
    await pass(2 * TERMS.windowSeconds);
    await world.until("the payment", async () => (await tasks.statusOf(taskId)) === FINALIZED);
    expect(await claims.stateOf(claimId)).to.equal(FINAL);
    // Three bonds, of which a later one may cost more.
    await world.until("the bonds", async () => (await balance()) - before >= 3n * bondGwei * GWEI);
  });

  it("should fell a wrong result before its trace is shown, and leave nobody waiting", async () => {
    const { claims, checks, seats, tasks } = world.contracts;
    await world.startAgent(corrupt, { cheat: "corrupt" });
    const port = await freePort();
    await world.startWatcher({ check: true, port });
    const bundle = sampleBundle(2);
    const posted = await claimed(bundle, corrupt);
    const { program, input } = bundle;
    const { claimId, taskId } = posted;
    const seat = (await seats.seatOf(1)).bond;

    await send(await playDown(posted, corrupt, bundle, buildTraces(program, input, execute(program, input))));
    expect(await claims.stateOf(claimId)).to.equal(SLASHED);
    expect((await answersOf(posted)).longest).to.be.at.most(TERMS.responseSeconds);
    const [slashed] = await claims.queryFilter(claims.filters.ClaimSlashed(claimId));
    expect(slashed?.args.provider).to.equal(corrupt.provider.address);
    expect(slashed?.args.finisher).to.equal(world.challenger.address);
    await world.until("the job to be free again", async () => (await tasks.statusOf(taskId)) === LISTED);
    // The checker had found the same, and waited for the trace: it lost nothing, and waits no longer.
    expect((await checks.checkOf(claimId)).committed).to.equal(0n);
    expect((await seats.seatOf(1)).bond).to.equal(seat);
    await world.until("the watcher's rest", async () => {
      const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { running: number };
      return health.running === 0;
    });
  });
});
