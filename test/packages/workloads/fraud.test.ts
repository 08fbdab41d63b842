import { readFileSync } from "node:fs";

import {
  buildTraces,
  childHeight,
  differentLane,
  execute,
  type Execution,
  findFraud,
  firstDifferentChild,
  makeWitness,
  type NodeSource,
  OpenedTree,
  type Program,
  Region,
  rootsOf,
  TraceTree,
  type Traces,
  treeOf,
  type Witness,
  type WordAddress,
} from "@millrace/tensor";
import {
  buildConvolutional,
  buildInference,
  buildOnnx,
  buildRendering,
  buildTraining,
  buildTransformer,
  digitSplit,
} from "@millrace/workloads";
import { expect } from "chai";
import hre from "hardhat";

import type { TensorVerifier } from "../../../typechain-types/index.js";
import { KERNELS } from "../../kernels/kernelCases.js";
import { numbersFrom, randomProgram } from "../tensor/randomProgram.js";

const CORRUPTIONS = hre.globalOptions.long ? 100 : 12;
const below = numbersFrom(hre.globalOptions.long ? Date.now() % 1_000_000 : 5);

interface Job {
  readonly program: Program;
  readonly input: Uint8Array;
}

/** Small jobs of each kind: the same operators as the real ones, on less data. */
function jobs(): Record<string, Job> {
  const weights = {
    first: Array.from({ length: 8 }, () => Int8Array.from({ length: 785 }, () => below(60) - 30)),
    second: Array.from({ length: 10 }, () => Int8Array.from({ length: 8 }, () => below(60) - 30)),
  };
  return {
    training: buildTraining({ digits: 64, batch: 32, epochs: 2, hidden: 17 }),
    "training of a convolutional network": buildConvolutional({ digits: 64, batch: 32, epochs: 1, filters: 3 }),
    inference: buildInference({ weights, count: 100 }),
    rendering: buildRendering({ width: 32, height: 32, frames: 2 }),
    "a transformer": buildTransformer(),
    "an ONNX model": buildOnnx({
      model: readFileSync(new URL("../../fixtures/onnx/digits-int8.onnx", import.meta.url)),
      rows: digitSplit()
        .heldOut.slice(0, 40)
        .map(({ pixels }) => Float32Array.from(pixels, (value) => value / 127)),
    }),
    "a random program": randomProgram(2),
  };
}

describe("fraud proofs of workloads", () => {
  let verifier: TensorVerifier;
  const kernels = new Map<string, string>();

  before(async () => {
    const { ethers } = await hre.network.create();
    const registry = await ethers.deployContract("KernelRegistry");
    for (const name of KERNELS) {
      const address = await (await ethers.deployContract(name)).getAddress();
      await registry.getFunction("admit")(address);
      kernels.set(name, address);
    }
    verifier = (await ethers.deployContract("TensorVerifier", [
      await registry.getAddress(),
    ])) as unknown as TensorVerifier;
  });

  function witnessOf(program: Program, trees: Traces<NodeSource>, at: WordAddress): Witness {
    return makeWitness(program, trees, at, { kernelAddress: (_hash, name) => kernels.get(name)! });
  }

  async function isWrong(program: Program, committed: Traces, at: WordAddress, witness: Witness): Promise<boolean> {
    return verifier.isWrong({ header: program.header, ...rootsOf(committed) }, at, witness);
  }

  /** The trees of a trace that differs in one random bit of one random word; and where. */
  function corrupted(
    { program, input }: Job,
    honest: Execution,
  ): { traces: Traces; at: { region: Region; position: number } } {
    const [body, output] = [honest.body.slice(), honest.output.slice()];
    const inBody = below(4) > 0;
    const words = inBody ? body : output;
    const byte = below(words.length);
    words[byte]! ^= 1 << below(8);
    const at = { region: inBody ? Region.Body : Region.Output, position: Math.floor(byte / 32) };
    return { traces: buildTraces(program, input, { body, output }), at };
  }

  /** What openings show a challenger who has only its own trace: the path to the first difference. */
  function openPath(mine: TraceTree, theirs: TraceTree): OpenedTree {
    const opened = new OpenedTree(mine, theirs.root);
    let position = 0;
    for (let height = mine.depth; height > 0; height = childHeight(height)) {
      const children = theirs.openingChildren(height, position);
      opened.open(height, position, children);
      position = firstDifferentChild(mine, height, position, children)!.position;
    }
    return opened;
  }

  for (const [name, job] of Object.entries(jobs())) {
    describe(name, () => {
      const execution = execute(job.program, job.input);
      const honest = buildTraces(job.program, job.input, execution);

      it(`${CORRUPTIONS} random bits are found and proven wrong, each in one call`, async () => {
        for (let i = 0; i < CORRUPTIONS; i++) {
          const { traces, at } = corrupted(job, execution);
          const found = findFraud(job.program, honest, traces)!;
          expect(found).to.include(at);
          expect(await isWrong(job.program, traces, found, witnessOf(job.program, traces, found))).to.be.true;
        }
      });

      it("a withheld trace is proven wrong from its openings", async () => {
        for (let i = 0; i < CORRUPTIONS / 2; i++) {
          const { traces, at } = corrupted(job, execution);
          const [mine, theirs] = [treeOf(honest, at.region)!, treeOf(traces, at.region)!];
          const opened = openPath(mine, theirs);
          const known: Traces<NodeSource> = { ...honest, [at.region === Region.Body ? "body" : "output"]: opened };
          const lane = differentLane(job.program, mine, at.region, at.position, opened.node(0, at.position));
          const address = { ...at, lane };
          expect(await isWrong(job.program, traces, address, witnessOf(job.program, known, address))).to.be.true;
        }
      });

      it("no word of the honest trace is proven wrong", async () => {
        for (let i = 0; i < CORRUPTIONS; i++) {
          const region = below(3) > 0 ? Region.Body : Region.Output;
          const { start, words } = job.program.region(region);
          const position = below(words);
          const { laneBits } = job.program.openOperatorAt(start + position).operator;
          const at = { region, position, lane: below(256 / laneBits) };
          expect(await isWrong(job.program, honest, at, witnessOf(job.program, honest, at))).to.be.false;
        }
      });
    });
  }

  it("a weight update that is wrong, with everything after it consistent, is found at the update itself", async () => {
    const { program, input } = buildTraining({ digits: 64, batch: 32, epochs: 2, hidden: 17 });
    const honest = buildTraces(program, input, execute(program, input));
    const updates = program.operators.filter(({ kernel, laneBits }) => kernel === "MatMul" && laneBits === 16);
    const target = updates[Math.floor(updates.length / 2)]!;
    const onOperator = (index: number, words: Uint8Array): void => {
      if (index === target.index) words[70]! ^= 0x10;
    };
    const traces = buildTraces(program, input, execute(program, input, { onOperator }));
    const found = findFraud(program, honest, traces)!;
    expect(found.position).to.equal(target.start - program.header.inWords + 2);
    expect(found.lane).to.equal(3);
    expect(await isWrong(program, traces, found, witnessOf(program, traces, found))).to.be.true;
  });

  it("a word past the end of a region is proven wrong by showing it", async () => {
    const job = buildRendering({ width: 32, height: 32, frames: 3 });
    const execution = execute(job.program, job.input);
    const words = execution.output.length / 32;
    const depth = TraceTree.depthOf(words);
    const padded = new Uint8Array(2 ** depth * 32);
    padded.set(execution.output);
    padded[padded.length - 1] = 1;
    const honest = buildTraces(job.program, job.input, execution);
    expect(2 ** depth, "the region has padding").to.be.above(words);
    const traces = { ...honest, output: TraceTree.build(padded, depth) };
    const found = findFraud(job.program, honest, traces)!;
    expect(found).to.deep.equal({ region: Region.Output, position: 2 ** depth - 1, lane: 0 });
    expect(await isWrong(job.program, traces, found, witnessOf(job.program, traces, found))).to.be.true;
  });
});
