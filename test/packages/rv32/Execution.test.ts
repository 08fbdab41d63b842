import { readFileSync } from "node:fs";
import { join } from "node:path";

import {
  encodeState,
  Execution,
  ExecutionWorker,
  hashState,
  inputRoot,
  type MachineProgram,
  MemoryTree,
  programOfElf,
  programRoot,
  Rv32Error,
  startMachine,
  Status,
  stepWitness,
  type Trace,
  WasmMachine,
} from "@millrace/rv32";
import { expect } from "chai";
import { concat, hexlify, keccak256 } from "ethers";

/** Small, as the reference hashes the whole memory for each state; it leaves no output. */
const ELF = readFileSync(join(import.meta.dirname, "guests/sorting-O0.elf"));
const TREE_ELF = readFileSync(join(import.meta.dirname, "../../../examples/guest/elf/sha256tree.elf"));
const INPUT = Uint8Array.from({ length: 1_000 }, (_, i) => (i * i) & 255);

const program = programOfElf(ELF, { depth: 10 });

/** Hash of the reference's state after so many steps. */
function referenceHash(of: MachineProgram, steps: bigint): Uint8Array {
  const machine = startMachine(of, INPUT).reference();
  machine.run(steps < of.maxSteps ? steps : of.maxSteps);
  return hashState(encodeState(machine, new MemoryTree(machine.memory).root));
}

describe("Execution", () => {
  let execution: Execution;
  let trace: Trace;

  before(() => {
    execution = new Execution(program, INPUT);
    trace = execution.run();
  });

  it("should commit to the reference's states", () => {
    const { log2, checkpoints, final } = trace;
    expect([log2, final.status]).to.deep.equal([10, Status.Exited]);
    expect(checkpoints.length).to.equal(Math.ceil(Number(final.steps) / 2 ** log2));
    for (const i of [0, 1, checkpoints.length - 1]) {
      expect(checkpoints[i]).to.deep.equal(referenceHash(program, 2n ** BigInt(log2) * BigInt(i + 1)));
    }
    expect(checkpoints.at(-1)).to.deep.equal(hashState(final.state));
  });

  it("should show any state again, in any order", () => {
    const last = trace.final.steps;
    for (const step of [last - 1n, 0n, 7_777n, 32n ** 2n, 3_333n, last, last + 5n]) {
      expect(execution.states([step])[0], `step ${step}`).to.deep.equal(referenceHash(program, step));
    }
  });

  it("should show witnesses of the reference", () => {
    for (const step of [0n, 5_000n, trace.final.steps - 1n, trace.final.steps]) {
      const machine = startMachine(program, INPUT).reference();
      machine.run(step);
      expect(execution.witness(step)).to.deep.equal(stepWitness(machine));
    }
  });

  it("should show the output and its root", () => {
    const { state, outputRoot, outputSiblings } = trace.final;
    const [input, low] = outputSiblings.map((node) => hexlify(node)) as [string, string];
    const high = keccak256(concat([input, outputRoot]));
    expect(keccak256(concat([low, high]))).to.equal(hexlify(state.subarray(0, 32)));
    expect(input, "the input is as it was").to.equal(hexlify(inputRoot(program, INPUT)));
    expect(execution.output()).to.deep.equal(new Uint8Array());

    const other = new Execution(programOfElf(TREE_ELF, { depth: 14 }), INPUT);
    const { outputRoot: root } = other.run().final;
    const output = other.output();
    expect(output).to.have.lengthOf(32);
    // A leaf with the length, then a leaf with the hash.
    const pages = new Uint8Array(2 ** 17);
    pages.set([32]);
    pages.set(output, 32);
    const expected = new WasmMachine(12);
    expected.write(0, pages);
    expect(root).to.deep.equal(expected.root());
  });

  it("should begin with the roots of program and input", () => {
    const zeros = new MemoryTree(new Uint8Array(2 ** 13)).root;
    const high = keccak256(concat([inputRoot(program, INPUT), zeros]));
    const root = keccak256(concat([programRoot(program), high]));
    expect(hexlify(startMachine(program, INPUT).root())).to.equal(root);
  });

  it("should stop at the limit of steps, and stay there", () => {
    for (const maxSteps of [1n, 1_024n, 5_000n, 18_000n]) {
      const short: MachineProgram = { ...program, maxSteps };
      const stopped = new Execution(short, INPUT);
      const { final, checkpoints } = stopped.run();
      expect([final.status, final.steps]).to.deep.equal([Status.Running, maxSteps]);
      expect(checkpoints.at(-1)).to.deep.equal(referenceHash(short, maxSteps + 1n));
      expect(stopped.states([maxSteps + 9n])[0]).to.deep.equal(referenceHash(short, maxSteps));
    }
  });

  it("should give the same trace with little room for snapshots", () => {
    const poor = new Execution(program, INPUT, { snapshotBytes: 9_000 });
    expect(poor.run()).to.deep.equal(trace);
    expect(poor.states([4_000n, 9_000n, 2_345n])).to.deep.equal(execution.states([4_000n, 9_000n, 2_345n]));
  });

  it("should be right up to a corrupted step, and wrong and consistent after it", () => {
    const step = 6_001n;
    const liar = new Execution(program, INPUT, { corrupt: { step, register: 15, xor: 4 } });
    liar.run();
    const at = [step - 1n, step];
    const [before, after] = liar.states(at);
    const [rightBefore, rightAfter] = execution.states(at);
    expect(before).to.deep.equal(rightBefore);
    expect(after).not.to.deep.equal(rightAfter);
    expect(liar.states([step, step - 1n, step])).to.deep.equal([after, before, after]);
  });

  it("should say when an input does not fit", () => {
    const big = new Uint8Array(2 ** 13);
    expect(() => new Execution(program, big)).to.throw(Rv32Error, /8192 bytes, of 8160/);
    expect(() => programOfElf(ELF, { depth: 27 })).to.throw(Rv32Error, /2\^32 bytes/);
    expect(() => programOfElf(ELF, { maxSteps: 0n })).to.throw(Rv32Error, /0 steps/);
  });
});

describe("ExecutionWorker", () => {
  it("should do the same in a thread, and tell how far it is", async () => {
    const worker = new ExecutionWorker(program, INPUT);
    const direct = new Execution(program, INPUT);
    const seen: bigint[] = [];
    const trace = await worker.run((steps) => seen.push(steps));
    expect(trace).to.deep.equal(direct.run());
    expect(seen.at(-1)).to.equal(trace.final.steps);
    expect(await worker.states([5n, 4n])).to.deep.equal(direct.states([5n, 4n]));
    expect(await worker.witness(9n)).to.deep.equal(direct.witness(9n));
    expect(await worker.output()).to.deep.equal(direct.output());
    await worker.close();
  });

  it("should pass errors on, and reject what waits when it is closed", async () => {
    const bad = new ExecutionWorker(program, new Uint8Array(2 ** 20));
    const failed = await bad.run().catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Rv32Error).with.property("code", "BAD_INPUT");
    await bad.close();

    const endless: MachineProgram = { ...program, image: Uint8Array.of(0x6f, 0, 0, 0), entry: 0, maxSteps: 2n ** 43n };
    const worker = new ExecutionWorker(endless, INPUT);
    const running = worker.run().catch((error: unknown) => error);
    await worker.close();
    expect(await running)
      .to.be.instanceOf(Rv32Error)
      .with.property("code", "STOPPED");
    const later = await worker.run().catch((error: unknown) => error);
    expect(later).to.be.instanceOf(Rv32Error).with.property("code", "STOPPED");
  });
});
