import { expect } from "chai";
import hre from "hardhat";

import type { DotProductVerifier } from "../../typechain-types/index.js";
import { CREDIT, marketWorld, TASK_STATUSES, type TaskStatus, type World } from "./marketFixture.js";
import { ProofDriver, type Proven, proveScore, stopProver } from "./proofDriver.js";
import { NODE_OF_ALICE, NODE_OF_BOB, type Opened } from "./taskDriver.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** What each call leaves behind in the statuses that allow it; every other pair must be refused. */
const TABLE: Record<string, Partial<Record<TaskStatus, TaskStatus>>> = {
  accept: { Listed: "Accepted", Unacknowledged: "Accepted", Overdue: "Accepted" },
  acknowledge: { Accepted: "Working" },
  submit: { Working: "Finalized" },
  release: { Unacknowledged: "Listed", Overdue: "Listed" },
  cancel: { Listed: "Cancelled", Expired: "Cancelled", Unacknowledged: "Cancelled", Overdue: "Cancelled" },
};

/** Statuses that the shared machine would allow, though this market never comes to them. */
const ALSO_ALLOWED: Record<string, readonly TaskStatus[]> = {
  accept: ["Rejected"],
  release: ["Rejected"],
  cancel: ["Rejected"],
};
const STATUSES = TASK_STATUSES.filter((status) => !["Submitted", "Rejected", "Confirmed"].includes(status));

describe("ProofMarket", () => {
  let proven: Proven;
  let world: World;
  let driver: ProofDriver;
  let verifier: DotProductVerifier;

  before(async () => {
    proven = await proveScore([3n, 4n, 5n], 99n);
  });

  after(stopProver);

  async function fixture() {
    return { world: await marketWorld(connection), verifier: await ethers.deployContract("DotProductVerifier") };
  }

  beforeEach(async () => {
    ({ world, verifier } = await networkHelpers.loadFixture(fixture));
    driver = new ProofDriver(connection, world, verifier);
  });

  const accept = async ({ taskId, order }: Opened, holdsData = true) =>
    world.proofs.connect(world.alice).accept(taskId, order, NODE_OF_ALICE, holdsData);

  const submit = async ({ taskId, order }: Opened, changes: Partial<Proven> = {}, caller = world.alice) => {
    const { outputRoot, proof } = { ...proven, ...changes };
    return world.proofs.connect(caller).submit(taskId, order, await driver.program(), outputRoot, proof);
  };

  const statusOf = async ({ taskId }: Opened) => TASK_STATUSES[Number(await world.proofs.statusOf(taskId))];

  describe("submit", () => {
    it("should pay for a real proof at once: price, rest of the escrow, bond and node", async () => {
      const { proofs, settlement, staking, nodes, buyer, alice } = world;
      const opened = await driver.open(proven.inputRoot, undefined, { rampSeconds: 0 });
      const { free } = await settlement.accountOf(buyer);
      await accept(opened);
      expect((await staking.accountOf(alice)).bonded).to.be.greaterThan(0n);
      const sent = await submit(opened);
      await expect(sent).to.emit(proofs, "ResultProven").withArgs(opened.taskId, 1, proven.outputRoot);
      await expect(sent)
        .to.emit(proofs, "TaskFinalized")
        .withArgs(opened.taskId, alice, 1, 200n * CREDIT, 0n);
      expect(await statusOf(opened)).to.equal("Finalized");
      expect((await settlement.positionOf(alice)).earned).to.equal(190n * CREDIT);
      expect((await staking.accountOf(alice)).bonded).to.equal(0n);
      expect((await nodes.nodeOf(NODE_OF_ALICE)).busyUnits).to.equal(0n);
      expect((await settlement.accountOf(buyer)).free).to.equal(free);
      expect((await settlement.accountOf(buyer)).locked).to.equal(0n);
    });

    it("should give the buyer what the ramp left", async () => {
      const opened = await driver.open(proven.inputRoot);
      await accept(opened);
      await networkHelpers.time.increase(100);
      await submit(opened);
      expect((await world.settlement.accountOf(world.buyer)).locked).to.equal(0n);
      expect((await world.settlement.positionOf(world.alice)).earned).to.be.lessThan(110n * CREDIT);
    });

    it("should refuse a proof of another output, of another input, and no proof; the deadline runs on", async () => {
      const other = await proveScore([1n, 1n, 1n], 1n);
      const opened = await driver.open(proven.inputRoot);
      await accept(opened);
      for (const changes of [{ outputRoot: other.outputRoot }, other, { proof: "0x" }]) {
        await expect(submit(opened, changes))
          .to.be.revertedWithCustomError(world.proofs, "ProofMarket_NotProven")
          .withArgs(opened.taskId, await verifier.getAddress());
      }
      expect(await statusOf(opened)).to.equal("Working");
    });

    it("T-43: should take the proof from the task's own provider only: whoever copies it gains nothing", async () => {
      const opened = await driver.open(proven.inputRoot);
      await accept(opened);
      for (const thief of [world.bob, world.buyer, world.stranger]) {
        await expect(submit(opened, {}, thief))
          .to.be.revertedWithCustomError(world.proofs, "TaskMarket_NotProvider")
          .withArgs(thief, NODE_OF_ALICE);
      }
      await submit(opened, {}, world.agent);
    });

    it("should refuse another program than the order's", async () => {
      const { proofs, alice } = world;
      const opened = await driver.open(proven.inputRoot);
      await accept(opened);
      const other = await driver.program({ programHash: ethers.ZeroHash });
      const given = await proofs.programHashOf(other);
      await expect(proofs.connect(alice).submit(opened.taskId, opened.order, other, proven.outputRoot, proven.proof))
        .to.be.revertedWithCustomError(proofs, "ProofMarket_WrongProgram")
        .withArgs(given, opened.order.terms.programHash);
    });

    it("should refuse a verifier whose code is not what it was", async () => {
      const opened = await driver.open(proven.inputRoot);
      const program = await driver.program();
      await accept(opened);
      const isProven = async () => world.proofs.isProven(program, proven.inputRoot, proven.outputRoot, proven.proof);
      expect(await isProven()).to.equal(true);
      await networkHelpers.setCode(await verifier.getAddress(), "0x60016000526020 6000f3".replace(" ", ""));
      const sent = world.proofs
        .connect(world.alice)
        .submit(opened.taskId, opened.order, program, proven.outputRoot, proven.proof);
      await expect(sent).to.be.revertedWithCustomError(world.proofs, "ProofMarket_WrongCode");
      expect(await isProven()).to.equal(false);
    });
  });

  describe("open", () => {
    it("should refuse a program that is not the order's, that has other code or none of its own", async () => {
      const { proofs, buyer } = world;
      const program = await driver.program();
      const market = proofs.connect(buyer);
      const terms = (hash: string) => ({
        ...{
          classId: 0,
          units: 1,
          nodeIds: [],
          traitsHash: ethers.ZeroHash,
          startPrice: 1n,
          maxPrice: 2n,
          rampSeconds: 0,
        },
        ...{ expiresAt: 2n ** 47n, ackSeconds: 1, workSeconds: 1, windowSeconds: 0, responseSeconds: 0 },
        ...{ outsideValue: 0n, programHash: hash, inputRoot: proven.inputRoot, bundleHash: hash, dataUri: "" },
        ...{ isSmallJob: false, isPrivate: false },
      });
      await expect(market.open(terms(ethers.ZeroHash), program)).to.be.revertedWithCustomError(
        proofs,
        "ProofMarket_WrongProgram",
      );
      const wrongCode = { ...program, codeHash: ethers.ZeroHash };
      await expect(market.open(terms(await proofs.programHashOf(wrongCode)), wrongCode)).to.be.revertedWithCustomError(
        proofs,
        "ProofMarket_WrongCode",
      );
      const key = world.stranger.address;
      const empty = { ...program, verifier: key, codeHash: ethers.keccak256("0x") };
      await expect(market.open(terms(await proofs.programHashOf(empty)), empty))
        .to.be.revertedWithCustomError(proofs, "ProofMarket_NoCode")
        .withArgs(key);
    });

    it("T-53: should refuse a key that delegates to code (EIP-7702): it can delegate to other code tomorrow", async () => {
      const delegation = ethers.concat(["0xef0100", await verifier.getAddress()]);
      await networkHelpers.setCode(world.stranger.address, delegation);
      const program = await driver.program({
        verifier: world.stranger.address,
        codeHash: ethers.keccak256(delegation),
      });
      await expect(driver.open(proven.inputRoot, program))
        .to.be.revertedWithCustomError(world.proofs, "ProofMarket_NoCode")
        .withArgs(world.stranger);
    });

    it("should refuse times of a claim, and anything in a pause", async () => {
      for (const name of ["windowSeconds", "responseSeconds"]) {
        await expect(driver.open(proven.inputRoot, undefined, { [name]: 1 }))
          .to.be.revertedWithCustomError(world.proofs, "TaskMarket_TermOutOfBounds")
          .withArgs(name, 1, 0, 0);
      }
      await world.proofs.pauseEntries(100);
      await expect(driver.open(proven.inputRoot)).to.be.revertedWithCustomError(
        world.proofs,
        "EntryPause_EntriesPaused",
      );
    });
  });

  describe("a stranger's verifier", () => {
    const ANSWERS = [
      "True",
      "False",
      "Two",
      "AllOnes",
      "Short",
      "Empty",
      "Long",
      "Reverts",
      "RevertsLong",
      "AllGas",
      "Writes",
    ];

    it("T-53: should be believed only for exactly one word of one, and cost no more than its gas", async () => {
      const misbehaved = await ethers.deployContract("MisbehavedVerifier");
      const address = await misbehaved.getAddress();
      const program = await driver.program({
        verifier: address,
        codeHash: ethers.keccak256(await ethers.provider.getCode(address)),
      });
      const opened = await driver.open(proven.inputRoot, program);
      await accept(opened);
      for (const [index, name] of ANSWERS.entries()) {
        await misbehaved.setAnswer(index);
        const args = [opened.taskId, opened.order, program, proven.outputRoot, "0x"] as const;
        const call = world.proofs.connect(world.alice).submit.staticCall(...args, { gasLimit: 8_000_000n });
        if (name === "True" || name === "Long") await call;
        else await expect(call, name).to.be.revertedWithCustomError(world.proofs, "ProofMarket_NotProven");
      }
    });

    it("T-53: should be given its gas or not be called", async () => {
      const opened = await driver.open(proven.inputRoot);
      await accept(opened);
      const { taskId, order } = opened;
      const program = await driver.program();
      await expect(
        world.proofs
          .connect(world.alice)
          .submit(taskId, order, program, proven.outputRoot, proven.proof, { gasLimit: 5_000_000n }),
      ).to.be.revertedWithCustomError(world.proofs, "ProofMarket_TooLittleGas");
    });
  });

  describe("an attempt that fails", () => {
    it("T-52: should cost the provider a part of its bond, and go to another or back to the buyer", async () => {
      const { proofs, staking, settlement, alice, bob, buyer } = world;
      const opened = await driver.open(proven.inputRoot);
      await accept(opened);
      const { bond } = await proofs.taskOf(opened.taskId);
      const { active } = await staking.accountOf(alice);
      await networkHelpers.time.increase(130);
      await expect(proofs.connect(bob).accept(opened.taskId, opened.order, NODE_OF_BOB, true))
        .to.emit(proofs, "TaskRelisted")
        .withArgs(opened.taskId, 1, 6, (bond + 4n) / 5n, bond - (bond + 4n) / 5n);
      expect((await staking.accountOf(alice)).active).to.equal(active + bond - (bond + 4n) / 5n);
      expect((await settlement.accountOf(buyer)).owedMill).to.be.greaterThan(0n);
      await submit(opened, {}, bob);
      expect((await settlement.positionOf(bob)).earned).to.be.greaterThan(0n);
    });
  });

  describe("transitions", () => {
    async function inStatus(status: TaskStatus): Promise<Opened> {
      const { proofs, buyer } = world;
      const expiresAt = status === "Expired" ? (await networkHelpers.time.latest()) + 50 : 2n ** 47n;
      const opened = await driver.open(proven.inputRoot, undefined, { expiresAt });
      if (status === "None") return { ...opened, taskId: opened.taskId + 1n };
      if (status === "Expired") await networkHelpers.time.increase(60);
      if (status === "Cancelled") await proofs.connect(buyer).cancel(opened.taskId, opened.order);
      if (["Listed", "Expired", "Cancelled"].includes(status)) return opened;
      await accept(opened, !["Accepted", "Unacknowledged"].includes(status));
      if (status === "Unacknowledged") await networkHelpers.time.increase(40);
      if (status === "Overdue") await networkHelpers.time.increase(130);
      if (status === "Finalized") await submit(opened);
      return opened;
    }

    async function call(name: string, opened: Opened) {
      const { proofs, alice, bob, buyer, stranger } = world;
      const { taskId, order } = opened;
      if (name === "accept") return proofs.connect(bob).accept(taskId, order, NODE_OF_BOB, false);
      if (name === "acknowledge") return proofs.connect(alice).acknowledge(taskId, order);
      if (name === "submit") return submit(opened);
      if (name === "release") return proofs.connect(stranger).release(taskId, order);
      return proofs.connect(buyer).cancel(taskId, order);
    }

    for (const status of STATUSES) {
      for (const name of Object.keys(TABLE)) {
        const next = TABLE[name][status];
        it(next === undefined ? `should refuse ${name} in ${status}` : `should become ${next} by ${name}`, async () => {
          const opened = await inStatus(status);
          expect(await statusOf(opened)).to.equal(status);
          if (next !== undefined) {
            await call(name, opened);
            expect(await statusOf(opened)).to.equal(next);
          } else if (status === "None") {
            await expect(call(name, opened)).to.be.revertedWithCustomError(world.proofs, "TaskMarket_WrongOrder");
          } else {
            const allowed = [...Object.keys(TABLE[name]), ...(ALSO_ALLOWED[name] ?? [])] as TaskStatus[];
            const bits = allowed.reduce((sum, each) => sum | (1n << BigInt(TASK_STATUSES.indexOf(each))), 0n);
            await expect(call(name, opened))
              .to.be.revertedWithCustomError(world.proofs, "TaskMarket_WrongStatus")
              .withArgs(opened.taskId, TASK_STATUSES.indexOf(status), bits);
          }
        });
      }
    }
  });
});
