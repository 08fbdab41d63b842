import { runValues } from "@millrace/jobs";
import { Execution } from "@millrace/rv32";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import hre from "hardhat";

import { SORTING as JOB } from "../claims/support/runs.js";
import { MachineDriver } from "./machineDriver.js";
import { marketWorld, TASK_STATUSES, type World } from "./marketFixture.js";
import { NODE_OF_ALICE } from "./taskDriver.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

async function fixture() {
  const world = await marketWorld(connection);
  return { world, driver: new MachineDriver(connection, world) };
}

describe("MachineMarket", () => {
  let world: World;
  let driver: MachineDriver;

  beforeEach(async () => {
    ({ world, driver } = await networkHelpers.loadFixture(fixture));
  });

  async function statusOf(taskId: bigint): Promise<string> {
    return TASK_STATUSES[Number(await world.machines.statusOf(taskId))];
  }

  it("should pay a right run after its window, and free the node", async () => {
    const opened = await driver.open(JOB);
    await driver.accept(opened);
    const execution = new Execution(JOB.program, JOB.input);
    await driver.submit(opened, JOB, execution.run());
    expect(await statusOf(opened.taskId)).to.equal("Submitted");
    await networkHelpers.time.increase(100_000);
    expect(await statusOf(opened.taskId)).to.equal("Confirmed");
    const sent = world.machines.finalize(opened.taskId, opened.order);
    await expect(sent).to.emit(world.machines, "TaskFinalized");
    expect(await statusOf(opened.taskId)).to.equal("Finalized");
  });

  it("should list a task again whose run was proven wrong, and its bond be gone", async () => {
    const opened = await driver.open(JOB);
    await driver.accept(opened);
    const honest = new Execution(JOB.program, JOB.input);
    const theirs = new Execution(JOB.program, JOB.input, { corrupt: { step: 3_000n, register: 12, xor: 8 } });
    const claimId = await driver.submit(opened, JOB, theirs.run());
    const { bond } = await world.machines.taskOf(opened.taskId);
    const before = (await world.staking.accountOf(world.alice)).bonded;
    const game = await driver.game(claimId, { theirs, honest });
    expect(await game.playOut()).to.equal(true);
    expect(await statusOf(opened.taskId)).to.equal("Rejected");
    expect(before - (await world.staking.accountOf(world.alice)).bonded).to.equal(bond);
    await world.machines.release(opened.taskId, opened.order);
    expect(await statusOf(opened.taskId)).to.equal("Listed");
    // The whole of a real dispute, with the real staking registry.
    expect(game.gasTotal()).to.be.lessThan(900_000n);
  });

  it("should refuse another program than the order's, at opening and at submission", async () => {
    const { machines, buyer, alice } = world;
    const program = await driver.program(JOB);
    const opened = await driver.open(JOB);
    const other = { ...program, maxSteps: 99_999n };
    await expect(machines.connect(buyer).open(opened.order.terms, other)).to.be.revertedWithCustomError(
      machines,
      "MachineMarket_WrongProgram",
    );
    await driver.accept(opened);
    const { final, log2, checkpoints } = new Execution(JOB.program, JOB.input).run();
    expect([log2, checkpoints.length > 1, final.exitCode]).to.deep.equal([6, true, 0]);
    const trace = new Execution(JOB.program, JOB.input).run();
    await expect(
      machines.connect(alice).submit(opened.taskId, opened.order, other, runValues(trace)),
    ).to.be.revertedWithCustomError(world.runs, "RunClaims_OtherProgram");
  });

  it("should refuse programs that no game can decide about", async () => {
    const { machines, runs, machine, buyer } = world;
    const program = await driver.program(JOB);
    const { order } = await driver.open(JOB);
    const refused: [object, BaseContract, string][] = [
      [{ codeHash: `0x${"11".repeat(32)}` }, runs, "RunClaims_OtherMachine"],
      [{ maxSteps: 2n ** 43n + 1n }, runs, "RunClaims_TooManySteps"],
      [{ maxSteps: 0n }, machine, "Rv32Verifier_NoSteps"],
      [{ depth: 9 }, machine, "Rv32Verifier_BadDepth"],
      [{ depth: 27 }, machine, "Rv32Verifier_BadDepth"],
    ];
    for (const [changes, contract, error] of refused) {
      await expect(
        machines.connect(buyer).open(order.terms, { ...program, ...changes }),
        error,
      ).to.be.revertedWithCustomError(contract, error);
    }
  });

  it("should be accepted by providers and agents only, as every task book", async () => {
    const opened = await driver.open(JOB);
    const { machines, stranger } = world;
    await expect(
      machines.connect(stranger).accept(opened.taskId, opened.order, NODE_OF_ALICE, true),
    ).to.be.revertedWithCustomError(machines, "TaskMarket_NotProvider");
  });
});
