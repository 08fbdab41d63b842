import { assertProvable, execute } from "@millrace/tensor";
import {
  buildTransformer,
  decodeTransformer,
  randomTransformer,
  resultFiles,
  transform,
  type TransformerWeights,
} from "@millrace/workloads";
import { expect } from "chai";

const TEXT = "To be, or not to be, that is the question";

function run(weights: TransformerWeights, text: string): Int8Array[] {
  const { program, input, about } = buildTransformer({ weights, text });
  assertProvable(program);
  return decodeTransformer(about, execute(program, input).output);
}

describe("transformer", () => {
  for (const seed of [1, 2, 3])
    it(`equals plain loops over numbers, weights from seed ${seed}`, () => {
      const weights = randomTransformer(seed);
      expect(run(weights, TEXT)).to.deep.equal(transform(weights, TEXT));
    });

  it("equals them at other sizes", () => {
    const size = { width: 32, heads: 3, headWidth: 64, feedForward: 96, positions: 96 };
    const weights = randomTransformer(4, size);
    const text = TEXT.repeat(2);
    expect(run(weights, text)).to.deep.equal(transform(weights, text));
  });

  it("uses the range of its lanes: activations neither vanish nor saturate", () => {
    const values = run(randomTransformer(1), TEXT).flatMap((row) => [...row]);
    const saturated = values.filter((value) => value === 127 || value === -128).length;
    const spread = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    expect(saturated / values.length).to.be.below(0.05);
    expect(spread).to.be.within(20, 80);
  });

  it("sees no token that comes later, and every one before", () => {
    const weights = randomTransformer(1);
    const base = run(weights, TEXT);
    const changed = run(weights, `${TEXT.slice(0, 20)}X${TEXT.slice(21)}`);
    expect(changed.slice(0, 20)).to.deep.equal(base.slice(0, 20));
    const later = changed.slice(20).filter((row, i) => row.some((value, c) => value !== base[20 + i]![c]));
    expect(later.length).to.be.above(10);
  });

  it("writes what tokens became to a file", () => {
    const { program, input, about } = buildTransformer({ text: "ab" });
    const { files, summary } = resultFiles(about, execute(program, input).output);
    expect(summary).to.equal("2 tokens through a transformer block of width 64");
    expect(JSON.parse(Buffer.from(files[0]!.bytes).toString())).to.have.length(2);
  });

  it("refuses texts, sizes and weights that do not fit", () => {
    const weights = randomTransformer(1);
    expect(() => buildTransformer({ text: "" })).to.throw("a text of 0 bytes");
    expect(() => buildTransformer({ text: "x".repeat(65) })).to.throw("a text of 65 bytes");
    expect(() => buildTransformer({ weights: { ...weights, expand: [] } })).to.throw("weights of another transformer");
    expect(() => randomTransformer(1, { ...weights.size, width: 48 })).to.throw("a transformer of width 48");
    expect(() => randomTransformer(1, { ...weights.size, heads: 0 })).to.throw("a transformer of 0 heads");
  });
});
