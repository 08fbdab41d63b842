import { assertProvable, execute } from "@millrace/tensor";
import {
  buildConvolutional,
  buildConvolutionalInference,
  convolutionalAccuracy,
  decodeConvolutional,
  digitSplit,
  resultFiles,
} from "@millrace/workloads";
import { expect } from "chai";

describe("training of a convolutional network", () => {
  it("learns, in whole numbers alone", () => {
    const heldOut = digitSplit().heldOut.slice(0, 500);
    const accuracies = [64, 1_536].map((digits) => {
      const { program, input, about } = buildConvolutional({ digits, epochs: 1 });
      return convolutionalAccuracy(decodeConvolutional(about, execute(program, input).output), heldOut);
    });
    expect(accuracies[1]).to.be.above(0.75);
    expect(accuracies[1]).to.be.above(accuracies[0]! + 0.2);
  });

  it("is provable, and its result is files and a line", () => {
    const { program, input, about } = buildConvolutional({ digits: 32, batch: 32, epochs: 2, filters: 3 });
    assertProvable(program);
    const { output } = execute(program, input);
    const { files, summary } = resultFiles(about, output);
    expect(files.map(({ name }) => name)).to.deep.equal(["weights.json"]);
    expect(summary).to.match(/^convolutional network trained on 32 digits: \d+\.\d % of 1996 held-out digits right$/);
    const { filters, dense } = decodeConvolutional(about, output);
    expect([filters.length, filters[0]!.length, dense.length, dense[0]!.length]).to.deep.equal([3, 36, 10, 108]);
  });

  it("sees each digit moved after the first epoch, always in the same way", () => {
    const options = { digits: 32, batch: 32, epochs: 2, filters: 1 } as const;
    const [one, same] = [buildConvolutional(options), buildConvolutional(options)];
    expect(Buffer.compare(one.input, same.input)).to.equal(0);
    const pictures = one.input.length / 4;
    expect(Buffer.compare(one.input.subarray(0, pictures), one.input.subarray(pictures, 2 * pictures))).not.to.equal(0);
  });

  it("classifies with the weights that it is given", () => {
    const none = { filters: [new Int8Array(36)], dense: Array.from({ length: 10 }, () => new Int8Array(36)) };
    const { heldOut } = digitSplit();
    assertProvable(buildConvolutionalInference(none).program);
    // All logits are zero, and ties go to the first class.
    const zeros = heldOut.filter(({ label }) => label === 0).length;
    expect(convolutionalAccuracy(none, heldOut)).to.equal(zeros / heldOut.length);
  });

  it("refuses sizes that make no program", () => {
    expect(() => buildConvolutional({ batch: 48 })).to.throw("batches of 48 digits");
    expect(() => buildConvolutional({ digits: 100 })).to.throw("100 digits");
    expect(() => buildConvolutional({ epochs: 0 })).to.throw("0 epochs");
    expect(() => buildConvolutional({ filters: 65 })).to.throw("65 filters");
  });
});
