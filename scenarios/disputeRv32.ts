import { readFileSync } from "node:fs";

import { RunHistory, stepsWithin } from "@millrace/jobs";
import { type Corruption, Execution, openingsOf, programOfElf, startMachine } from "@millrace/rv32";
import { formatCredits, formatMill, memberOf } from "@millrace/sdk";

import { closeBooks } from "./lib/closeBooks.js";
import { type Connection, MachineDriver, marketWorld } from "./lib/market.js";
import type { Scenario } from "./lib/Scenario.js";
import type { Story } from "./lib/Story.js";

const ELF = new URL("../examples/guest/elf/regex.elf", import.meta.url);
const TEXT = ["[0-9]+ (steps|gas)$", "it took 4711 steps", "nobody saw it", "all for 12 gas", "and 3 more"].join("\n");

/** One bit of one register after one instruction; what the program does after that follows from it. */
const CORRUPTION: Corruption = { step: 4_711n, register: 15, xor: 1 };

const PATIENT = { ackSeconds: 3_600, workSeconds: 36_000, windowSeconds: 36_000, responseSeconds: 7_200 };

type Job = Parameters<MachineDriver["open"]>[0];

/** A search in a text, one instruction of which the provider did not do as the machine does it. */
export const scenario: Scenario = {
  name: "dispute-rv32",
  title: "A program with one corrupted instruction, found and done again on chain",

  async run(hre, story) {
    story.chapter("The job");
    const job = {
      program: programOfElf(readFileSync(ELF), { depth: 14, maxSteps: 2n ** 24n }),
      input: Buffer.from(TEXT),
    };
    story.line(
      "a regular expression search, compiled from examples/guest/c/regex.c, as a program of RISC-V instructions",
    );
    story.line(`its input begins with the pattern: ${TEXT.split("\n")[0]}`);

    story.chapter("Two executions");
    const honest = new Execution(job.program, job.input);
    const theirs = new Execution(job.program, job.input, { corrupt: CORRUPTION });
    const right = honest.run();
    const wrong = theirs.run();
    const found = (execution: Execution): string => JSON.stringify(Buffer.from(execution.output()).toString());
    story.line(
      `the challenger's: ${right.final.steps} steps, exit code ${right.final.exitCode}, output ${found(honest)}`,
    );
    story.line(
      `the provider's: one bit of x${CORRUPTION.register} is turned over after step ${CORRUPTION.step}; ` +
        `${wrong.final.steps} steps, output ${found(theirs)}`,
    );

    story.chapter("On chain");
    const connection = await hre.network.create("default");
    const driver = new MachineDriver(connection, await marketWorld(connection));
    const opened = await driver.open(job, PATIENT);
    await driver.accept(opened);
    const { bond } = await driver.world.machines.taskOf(opened.taskId);
    const claimId = await driver.submit(opened, job, wrong);
    story.line(`a provider takes the job with a bond of ${formatMill(bond)}, and claims its run`);
    const { log2, checkpoints } = wrong;
    story.line(
      `the claim: ${checkpoints.length} checkpoints, 2^${log2} steps apart, ${openingsOf(log2)} openings above a step`,
    );

    story.chapter("The dispute");
    const game = await driver.game(claimId, { theirs, honest });
    await playToProof({ driver, game, job, story }, connection, claimId);

    story.chapter("The end");
    const state = await driver.world.runs.stateOf(claimId);
    if (state !== memberOf("ClaimState", "slashed")) throw new Error(`the claim is in state ${state}, not slashed`);
    for (const { call, used } of game.gas) story.line(`${call}: ${used} gas`);
    story.line(
      `the bond of ${formatMill(bond)} is slashed; the dispute took ${game.gasTotal()} gas, both sides together`,
    );
    const { buyer, alice, challenger, machines, settlement } = driver.world;
    const { locked } = await settlement.accountOf(buyer);
    await machines.connect(buyer).cancel(opened.taskId, opened.order);
    const refunded = locked - (await settlement.accountOf(buyer)).locked;
    story.line(`the buyer has its ${formatCredits(refunded)} back`);
    const names = new Map([
      [buyer.address, "buyer"],
      [alice.address, "provider"],
      [challenger.address, "challenger"],
    ]);
    await closeBooks(connection, driver.world, story, names);
    return { gas: Number(game.gasTotal()), moves: game.gas.length, step: Number(CORRUPTION.step), refunded };
  },
};

interface Dispute {
  readonly driver: MachineDriver;
  readonly game: Awaited<ReturnType<MachineDriver["game"]>>;
  readonly job: Job;
  readonly story: Story;
}

/** Both sides move until a step is proven wrong. @throws Error unless it is the one that was corrupted */
async function playToProof(
  { driver, game, job, story }: Dispute,
  { ethers }: Connection,
  claimId: bigint,
): Promise<void> {
  for (;;) {
    const move = await game.nextMove();
    if (move === undefined) throw new Error("the challenger finds nothing wrong");
    if (move.kind === "wait") {
      const history = new RunHistory(claimId, 0);
      await history.readTo(driver.world.runs, await ethers.provider.getBlockNumber());
      const [{ segment }] = history.pending();
      await game.answer();
      const shown = stepsWithin(segment);
      story.line(`the provider shows its states after ${shown.length} parts, up to step ${shown.at(-1)}`);
      continue;
    }
    await game.play(move);
    if (move.kind === "pointTop")
      story.line(`the challenger points at checkpoint ${move.index}, the first it does not have`);
    if (move.kind === "point") story.line(`the challenger points at part ${move.index}, the first that ends wrong`);
    if (move.kind !== "prove") continue;
    // Steps are counted from zero: the state after so many is that of the step before.
    if (move.proof.step !== CORRUPTION.step - 1n)
      throw new Error(`step ${move.proof.step} was proven wrong, and not the one that was corrupted`);
    const { pc, word } = instructionAt(job, move.proof.step);
    story.line(`the chain does step ${move.proof.step} itself: instruction 0x${word} at 0x${pc}`);
    story.line(`it ends in ${move.next}, not in ${move.proof.last}`);
    return;
  }
}

function instructionAt({ program, input }: Job, step: bigint): { pc: string; word: string } {
  const machine = startMachine(program, input);
  machine.run(step);
  const reference = machine.reference();
  return { pc: reference.pc.toString(16), word: (reference.instruction() ?? 0).toString(16).padStart(8, "0") };
}
