import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { Execution, type MachineProgram, openingsOf, programOfElf } from "@millrace/rv32";
import hre from "hardhat";

import { BRANCH_BOND } from "../../test/claims/support/claims.js";
import { HugeRun } from "../../test/claims/support/HugeRun.js";
import { MachineDriver } from "../../test/market/machineDriver.js";
import { marketWorld } from "../../test/market/marketFixture.js";
import { number, table } from "../markdown.js";
import { measureSpeed } from "./machineSpeed.js";
import type { Section } from "./Section.js";

const SMALL = new URL("../../test/packages/rv32/guests/sorting-O2.elf", import.meta.url);
/** A step of the small run that stores: it needs both paths of the memory. */
const STORE = 4_003n;
const CASES = [
  { log2: 20, limit: 900_000 },
  { log2: 32, limit: 1_300_000 },
  { log2: 40, limit: 1_500_000 },
] as const;

/** Whole disputes about runs of machine code, and how fast such a run is. */
export const machineGames: Section = {
  name: "machines",
  title: "Whole disputes about runs of machine code",
  measure: async (report) => {
    const connection = await hre.network.create();
    const driver = new MachineDriver(connection, await marketWorld(connection, { branchBondWei: BRANCH_BOND }));
    const rows = [];
    for (const { log2, limit } of CASES) {
      const { gas, openings } = await play(driver, log2);
      const what = `2^${log2} steps`;
      report.add({
        id: `disputes.gas.2e${log2}steps`,
        value: gas,
        unit: "gas",
        what: `whole dispute over a run of ${what}, both sides together, ${openings} openings, 256 checkpoints`,
        source: "receipts of every transaction from the first commitment to the slash, on the deployed wiring",
      });
      if (gas > limit) throw new Error(`the dispute over ${what} costs ${gas} gas, more than ${limit}`);
      rows.push([what, number(openings), number(gas), number(limit)]);
    }
    const speed = measureSpeed(report, isInstalled);
    return [
      "States are made up but for the one before the wrong step: a run of 2^40 steps takes hours, its dispute the same calls, calldata and hashes as this one.",
      "",
      ...table(["dispute over", "openings", "gas, both sides", "bound"], rows),
      "",
      ...speed,
    ];
  },
};

async function play(driver: MachineDriver, log2: number): Promise<{ gas: number; openings: number }> {
  const steps = 2n ** BigInt(log2);
  const program: MachineProgram = { ...programOfElf(readFileSync(SMALL), { depth: 10 }), maxSteps: steps };
  const job = { program, input: new Uint8Array() };
  const execution = new Execution(program, job.input);
  const { final } = execution.run();
  const small = { execution, step: STORE };
  const theirs = new HugeRun(small, steps / 3n, "theirs");
  const honest = new HugeRun(small, steps / 3n, "honest");

  const opened = await driver.open(job);
  await driver.accept(opened);
  const claimId = await driver.submit(opened, job, theirs.trace(steps, final, program));
  const game = await driver.game(claimId, { theirs, honest });
  if (!(await game.playOut())) throw new Error("the claim is not slashed");
  await driver.world.machines.release(opened.taskId, opened.order);
  return { gas: Number(game.gasTotal()), openings: openingsOf(game.posted.log2) };
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}
