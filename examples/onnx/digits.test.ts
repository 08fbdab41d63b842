import { readFileSync } from "node:fs";

import { assertProvable, buildTraces, execute, rootsOf } from "@millrace/tensor";
import { buildOnnx, decodeOnnx, type Digit, digitSplit } from "@millrace/workloads";
import { expect } from "chai";
import hre from "hardhat";
import ort from "onnxruntime-node";

import { DisputeArena } from "../../scenarios/lib/DisputeArena.js";

const MODEL = new Uint8Array(readFileSync(new URL("./digits.onnx", import.meta.url)));

const SIDE = 28;
const BRIGHTEST = 127;

/** Every fifth digit in the quick profile, all of them in the long one. */
const STEP = hre.globalOptions.long ? 1 : 5;

/** Pictures to a job. */
const BATCH = 100;

const rowOf = ({ pixels }: Digit): Float32Array => Float32Array.from(pixels, (value) => value / BRIGHTEST);

const classOf = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));

/** What ONNX Runtime says of each picture. */
async function runtimeLogits(rows: readonly Float32Array[]): Promise<number[][]> {
  const session = await ort.InferenceSession.create(MODEL);
  const data = Float32Array.from(rows.flatMap((row) => [...row]));
  const result = await session.run({ pictures: new ort.Tensor("float32", data, [rows.length, 1, SIDE, SIDE]) });
  const logits = Array.from(result[session.outputNames[0]!]!.data as Float32Array);
  return rows.map((_, i) => logits.slice(10 * i, 10 * (i + 1)));
}

/** What a job says of each picture. */
function jobLogits(rows: readonly Float32Array[]): number[][] {
  const { program, input, about } = buildOnnx({ model: MODEL, rows });
  return Object.values(decodeOnnx(about, execute(program, input).output))[0]!;
}

describe("a network that JAX trained and ONNX Runtime quantised", () => {
  const digits = digitSplit().heldOut.filter((_, i) => i % STEP === 0);

  it(`says of ${digits.length} held-out digits what the runtime says, float for float, and is right`, async () => {
    let right = 0;
    for (let from = 0; from < digits.length; from += BATCH) {
      const batch = digits.slice(from, from + BATCH);
      const rows = batch.map(rowOf);
      const [ours, theirs] = [jobLogits(rows), await runtimeLogits(rows)];
      ours.forEach((logits, i) => {
        expect(logits, `digit ${from + i}`).to.deep.equal(theirs[i]);
        if (classOf(logits) === batch[i]!.label) right++;
      });
    }
    expect(right / digits.length).to.be.above(0.97);
  });

  it("is a job whose wrong word is found, proven and paid for, with the whole system", async () => {
    const job = buildOnnx({ model: MODEL, rows: digits.slice(0, 2).map(rowOf) });
    const { program, input } = job;
    assertProvable(program);
    const honest = execute(program, input);
    // One pixel of a layer whose filters each have a scale of their own, a little brighter; the rest follows from it.
    const target = program.operators.find(({ kernel }) => kernel === "Rescale")!;
    const onOperator = (index: number, words: Uint8Array): void => {
      if (index === target.index) words[32 * 6 + 9]! ^= 1;
    };
    const cheat = execute(program, input, { onOperator });
    const [right, wrong] = [honest, cheat].map((run) => buildTraces(program, input, run));
    const arena = await DisputeArena.open(hre);
    const { opened } = await arena.order(job, rootsOf(right!).inputRoot);
    const posted = await arena.submit(opened, job, wrong!);
    const { target: proven } = await arena.contest(posted, job, right!, wrong!, () => undefined);
    expect(proven).to.include({ position: target.start - program.header.inWords + 6, lane: 9 });
    const { burned, refunded } = await arena.settle(opened, posted);
    expect(burned > 0n && refunded > 0n).to.be.true;
  });
});
