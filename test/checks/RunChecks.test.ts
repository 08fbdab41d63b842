import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import {
  nextRunMove,
  type PostedRun,
  readRun,
  runWords,
  saltedRun,
  type States,
  type StepOpening,
  stepOpenings,
} from "@millrace/jobs";
import { bitsFor, type Corruption, Execution, HashTree, joinHashes } from "@millrace/rv32";
import { expect } from "chai";
import { FunctionFragment, getBytes, hexlify } from "ethers";
import hre from "hardhat";

import { SORTING as JOB } from "../claims/support/runs.js";
import { CREDIT } from "../market/marketFixture.js";
import { MachineDriver } from "../market/machineDriver.js";
import type { Opened } from "../market/taskDriver.js";
import { PARAMETERS } from "../support/deployMillrace.js";
import { ChecksWorld, SALT } from "./checksFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const BOND = PARAMETERS.seatBond;
const SLASHED = 3n;

/** A run that was posted, and what its provider and everybody else have executed. */
interface Posted extends Opened {
  readonly posted: PostedRun;
  readonly theirs: Execution;
}

async function deploy() {
  const at = await ChecksWorld.deploy(connection);
  await at.seatAll();
  const driver = new MachineDriver(connection, at.world);
  const honest = new Execution(JOB.program, JOB.input);
  honest.run();
  return { ...at.world, at, driver, honest, checks: at.world.runChecks, results: at.world.checks };
}

type Deployed = Awaited<ReturnType<typeof deploy>>;

async function post({ driver, runs }: Deployed, corrupt?: Corruption): Promise<Posted> {
  const opened = await driver.open(JOB, { rampSeconds: 0 });
  await driver.accept(opened);
  const theirs = new Execution(JOB.program, JOB.input, corrupt === undefined ? {} : { corrupt });
  const claimId = await driver.submit(opened, JOB, theirs.run());
  const [posted] = await readRun(runs, { claimId, fromBlock: 0 });
  return { ...opened, posted: posted!, theirs };
}

/** Draws the checkers of a run; their accounts, by place. */
async function draw({ at, checks, seats }: Deployed, { posted }: Posted): Promise<HardhatEthersSigner[]> {
  const { claimId, claim } = posted;
  await at.recordAt((await checks.drawnFor(claimId, claim)).pickAt);
  await checks.draw(claimId, claim);
  const { count, seats: ids } = await checks.checkOf(claimId);
  const accounts = await Promise.all(ids.slice(0, Number(count)).map(async (id) => (await seats.seatOf(id)).account));
  return accounts.map((account) => at.checkers.find(({ address }) => address === account)!);
}

/** Commits to the tree of an execution, waits for the second value, and makes the openings of it. */
async function prepared(
  { at, checks }: Deployed,
  { posted }: Posted,
  place: number,
  checker: HardhatEthersSigner,
  execution: Execution,
  tree?: HashTree,
): Promise<StepOpening[]> {
  const { claimId } = posted;
  const salted = tree ?? (await saltedRun(posted, checker.address, execution));
  await checks.connect(checker).commit(claimId, place, salted.root);
  await at.recordAt((await checks.checkOf(claimId)).openAt);
  const { openings } = await checks.rules();
  const positions = await Promise.all(
    Array.from({ length: Number(openings) }, async (_, i) =>
      Number(await checks.positionOf(claimId, place, i, runWords(posted))),
    ),
  );
  return stepOpenings(posted, execution, salted, positions);
}

/** Draws and vouches at the first place, by the provider's own states. */
async function vouched(at: Deployed, submitted: Posted): Promise<HardhatEthersSigner> {
  const [checker] = await draw(at, submitted);
  const openings = await prepared(at, submitted, 0, checker, submitted.theirs);
  const { claimId, claim } = submitted.posted;
  await expect(at.checks.connect(checker).vouch(claimId, claim, 0, openings))
    .to.emit(at.checks, "ClaimVouched")
    .withArgs(claimId, 0, checker);
  return checker;
}

describe("RunChecks (I13)", () => {
  describe("vouch and settle", () => {
    it("should pay who executed the run, and charge who did not vouch", async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const submitted = await post(at);
      const { posted, taskId, order } = submitted;
      expect(posted.checkpoints.length).to.be.greaterThan(16);
      expect(await at.checks.wordsOf(posted.claim)).to.equal(runWords(posted));
      const checker = await vouched(at, submitted);
      await at.at.passTo((await at.runs.claimOf(posted.claimId)).quietAt + 1n);
      await at.machines.finalize(taskId, order);
      await at.at.fillPot();
      const settle = at.checks.settle(posted.claimId, order);
      const { gammaPpm, checksPpm } = PARAMETERS.closeTerms;
      const fee = (200n * CREDIT * BigInt(PARAMETERS.tradeTerms.feePpm)) / 1_000_000n;
      const share = (fee * BigInt(gammaPpm) * BigInt(checksPpm)) / 1_000_000n ** 2n / 2n / 2n;
      await expect(settle).to.emit(at.checks, "CheckerPaid").withArgs(posted.claimId, checker, share);
      await expect(settle).to.emit(at.checkPot, "PotPaid").withArgs(checker, checker, share);
      await expect(settle).to.emit(at.checks, "CheckMissed");
      expect(await at.token.balanceOf(checker)).to.equal(share);
      // The same number of the other game is another claim.
      expect((await at.results.checkOf(posted.claimId)).count).to.equal(0n);
    });

    it("should refuse what does not follow from an execution: checkpoints, and another's tree", async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const submitted = await post(at);
      const [first, second] = await draw(at, submitted);
      const { posted } = submitted;
      // All that is public: each checkpoint in the place of the state after it.
      const salt = getBytes(await at.checks.leafOf(posted.claimId, first, posted.checkpoints[0]!));
      const leaves = Array.from({ length: 2 ** bitsFor(runWords(posted)) }, () => joinHashes(salt, salt));
      const of = (checker: HardhatEthersSigner, place: number, openings: StepOpening[]) =>
        at.checks.connect(checker).vouch(posted.claimId, posted.claim, place, openings);
      const lazy = await prepared(at, submitted, 0, first, at.honest, new HashTree(leaves));
      await expect(of(first, 0, lazy)).to.be.revertedWithCustomError(at.checks, "RunChecks_NotInTrees");
      await expect(of(second, 1, lazy)).to.be.revertedWithCustomError(at.checks, "CheckGame_CannotVouch");
    });

    it("should refuse steps that were not drawn, and paths of another length", async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const submitted = await post(at);
      const [checker] = await draw(at, submitted);
      const right = await prepared(at, submitted, 0, checker, at.honest);
      const { claimId, claim } = submitted.posted;
      const refused = async (change: (opening: StepOpening) => StepOpening) =>
        expect(
          at.checks.connect(checker).vouch(claimId, claim, 0, [change(right[0]!), ...right.slice(1)]),
        ).to.be.revertedWithCustomError(at.checks, "RunChecks_NotInTrees");
      const other = right.find(({ witness }) => witness !== right[0]!.witness)!;
      await refused(() => other);
      await refused((opening) => ({ ...opening, last: hexlify(new Uint8Array(32)) }));
      await refused((opening) => ({ ...opening, siblings: opening.siblings.slice(1) }));
      await refused((opening) => ({ ...opening, saltedSiblings: opening.saltedSiblings.slice(1) }));
      await refused((opening) => ({ ...opening, saltedSiblings: [...opening.saltedSiblings, SALT] }));
      await at.checks.connect(checker).vouch(claimId, claim, 0, right);
    });

    it("should keep who executed from vouching for a run that went wrong early", async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const submitted = await post(at, { step: 5n, register: 31, xor: 8 });
      const [checker] = await draw(at, submitted);
      const openings = await prepared(at, submitted, 0, checker, at.honest);
      const { claimId, claim } = submitted.posted;
      await expect(at.checks.connect(checker).vouch(claimId, claim, 0, openings)).to.be.revertedWithCustomError(
        at.checks,
        "RunChecks_NotInTrees",
      );
    });
  });

  it("should cost who vouched for a right run nothing if its provider defends it with wrong states", async () => {
    const at = await networkHelpers.loadFixture(deploy);
    const submitted = await post(at);
    const checker = await vouched(at, submitted);
    const { posted } = submitted;
    // One state is wrong of a segment both ends of which are right.
    let isSpoiled = false;
    const theirs: States = {
      states: (steps) => {
        const [first, ...rest] = at.honest.states(steps);
        const shown = isSpoiled ? first! : getBytes(SALT);
        isSpoiled = true;
        return [shown, ...rest];
      },
      witness: (step) => at.honest.witness(step),
    };
    const game = await at.driver.game(posted.claimId, { theirs, honest: at.honest });
    for (let isOver = false; !isOver;) {
      const { number, timestamp } = (await connection.ethers.provider.getBlock("latest"))!;
      await game.history.readTo(at.runs, number);
      const move = await nextRunMove({ posted, history: game.history, honest: at.honest, now: timestamp }, 0);
      if (move.kind === "wait") await game.answer();
      else await game.play(move);
      isOver = move.kind === "prove";
    }
    expect(await at.runs.stateOf(posted.claimId)).to.equal(SLASHED);
    const { seats: ids, convicted } = await at.checks.checkOf(posted.claimId);
    const { account, bond } = await at.seats.seatOf(ids[0]!);
    expect([account, bond, convicted]).to.deep.equal([checker.address, BOND, 0n]);
    // No call of these checks names a step of the game.
    const calls = at.checks.interface.fragments.flatMap((each) =>
      each instanceof FunctionFragment && !each.constant ? [each.name] : [],
    );
    expect(calls).to.have.members(["commit", "draw", "setAuthority", "setSampling", "settle", "vouch"]);
  });
});
