import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import {
  finishDigestOf,
  type PostedRun,
  readRun,
  runWords,
  saltedRun,
  stepEvidence,
  type StepOpening,
  stepOpenings,
} from "@millrace/jobs";
import { bitsFor, type Corruption, Execution, HashTree, joinHashes } from "@millrace/rv32";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import hre from "hardhat";

import { type RunGame, SORTING as JOB } from "../claims/support/runs.js";
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

  describe("convict", () => {
    /** The game about a wrong run, down to its proof. */
    async function cornered(at: Deployed, submitted: Posted) {
      const { theirs, posted } = submitted;
      const game: RunGame = await at.driver.game(posted.claimId, { theirs, honest: at.honest });
      for (;;) {
        const move = (await game.nextMove())!;
        if (move.kind === "prove") return { game, move };
        if (move.kind === "wait") await game.answer();
        else await game.play(move);
      }
    }

    const corrupt = { step: 3_000n, register: 12, xor: 8 };

    it("should take the bonds of all who vouched, once the game has come down to the step", async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const submitted = await post(at, corrupt);
      const checker = await vouched(at, submitted);
      const { game, move } = await cornered(at, submitted);
      const { claimId, claim } = submitted.posted;
      const { challenger, stranger } = at;
      const convict = (by: HardhatEthersSigner, proof = move.proof, lane = claimId) =>
        at.checks.connect(by).convict(claimId, claim, proof, move.witness, { lane, salt: SALT });
      const commit = async (by: HardhatEthersSigner, lane: bigint, step = move.proof.step) => {
        const digest = finishDigestOf(claimId, stepEvidence(step, move.next), by.address, SALT);
        await at.runs.connect(by).commit(lane, digest);
      };
      await expect(convict(challenger)).to.be.revertedWithCustomError(at.checks, "CheckGame_NotCommitted");
      await commit(challenger, claimId);
      await expect(convict(stranger)).to.be.revertedWithCustomError(at.checks, "CheckGame_NotCommitted");
      const right = { ...move.proof, last: move.next };
      await expect(convict(challenger, right)).to.be.revertedWithCustomError(at.checks, "RunChecks_StepIsRight");
      const elsewhere = { ...move.proof, step: move.proof.step + 1n };
      await commit(challenger, claimId + 1n, elsewhere.step);
      for (const proof of [{ ...elsewhere }, { ...elsewhere, path: [] }]) {
        await expect(convict(challenger, proof, claimId + 1n)).to.be.revertedWithCustomError(
          at.checks,
          "RunChecks_NotShown",
        );
      }
      const sent = convict(challenger);
      await expect(sent).to.emit(at.checks, "VoucherConvicted").withArgs(claimId, checker, challenger, BOND);
      const { seats: ids } = await at.checks.checkOf(claimId);
      expect((await at.seats.seatOf(ids[0]!)).bond).to.equal(0n);
      expect((await at.seats.seatOf(ids[1]!)).bond).to.equal(BOND);
      await game.play(move);
      expect(await at.runs.stateOf(claimId)).to.equal(SLASHED);
      await expect(convict(challenger)).to.be.revertedWithCustomError(at.checks, "CheckGame_NoVoucher");
    });

    it("should work after the claim fell by the same proof", async () => {
      const at = await networkHelpers.loadFixture(deploy);
      const submitted = await post(at, corrupt);
      await vouched(at, submitted);
      const { game, move } = await cornered(at, submitted);
      await game.play(move);
      const { claimId, claim } = submitted.posted;
      const { challenger } = at;
      const digest = finishDigestOf(claimId, stepEvidence(move.proof.step, move.next), challenger.address, SALT);
      await at.runs.connect(challenger).commit(1n, digest);
      await expect(
        at.checks.connect(challenger).convict(claimId, claim, move.proof, move.witness, { lane: 1n, salt: SALT }),
      ).to.emit(at.checks, "VoucherConvicted");
    });
  });
});
