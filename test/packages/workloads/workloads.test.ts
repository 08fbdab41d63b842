import { assertProvable, execute } from "@millrace/tensor";
import {
  accuracyOf,
  buildInference,
  buildRendering,
  buildTraining,
  bunnyMesh,
  decodeInference,
  decodeRendering,
  decodeTraining,
  digitSplit,
  parseObj,
  predict,
  predictionAccuracy,
  resultFiles,
  type Weights,
} from "@millrace/workloads";
import { expect } from "chai";
import { PNG } from "pngjs";

describe("digitSplit", () => {
  it("splits the pictures four to one, always in the same order", () => {
    const { training, heldOut } = digitSplit();
    expect([training.length, heldOut.length]).to.deep.equal([8_004, 1_996]);
    expect(training.slice(0, 8).map(({ label }) => label)).to.deep.equal([1, 2, 6, 3, 4, 9, 7, 3]);
    expect(new Set([...training, ...heldOut].map(({ pixels }) => pixels)).size).to.equal(10_000);
  });
});

describe("training", () => {
  let weights: Weights;

  it("reaches 92 % on held-out digits, in whole numbers alone", function () {
    const { program, input, about } = buildTraining();
    assertProvable(program);
    expect(program.totalWords).to.be.below(2 ** 20);
    const { output } = execute(program, input);
    weights = decodeTraining(about, output);
    expect(accuracyOf(weights, digitSplit().heldOut)).to.be.at.least(0.92);

    const result = resultFiles(about, output);
    expect(result.summary).to.match(/^network trained on 7680 digits: 9\d\.\d % of 1996 held-out digits right$/);
    expect(result.files.map(({ name }) => name)).to.deep.equal(["weights.json"]);
  });

  it("learns: a short run is better than none, a longer one better still", () => {
    const { heldOut } = digitSplit();
    const accuracies = [128, 1_024].map((digits) => {
      const { program, input, about } = buildTraining({ digits, epochs: 1 });
      return accuracyOf(decodeTraining(about, execute(program, input).output), heldOut);
    });
    expect(accuracies[0]).to.be.above(0.12);
    expect(accuracies[1]).to.be.above(accuracies[0]! + 0.2);
  });

  it("refuses sizes that make no program", () => {
    expect(() => buildTraining({ digits: 100 })).to.throw("100 digits");
    expect(() => buildTraining({ digits: 8_192 })).to.throw("8192 digits were asked for, of 8004");
    expect(() => buildTraining({ batch: 33 })).to.throw("batches of 33 digits");
    expect(() => buildTraining({ epochs: 0 })).to.throw("0 epochs");
    expect(() => buildTraining({ hidden: 129 })).to.throw("129 hidden neurons");
  });

  describe("inference with its weights", () => {
    it("classifies all held-out digits as the network does, with the accuracy that training reached", () => {
      const { heldOut } = digitSplit();
      const { program, input, about } = buildInference({ weights });
      assertProvable(program);
      const { output } = execute(program, input);
      const predictions = decodeInference(about, output);
      expect(predictions).to.deep.equal(heldOut.map((digit) => predict(weights, digit)));
      expect(predictionAccuracy(predictions)).to.equal(accuracyOf(weights, heldOut));
      expect(resultFiles(about, output).accuracy).to.equal(predictionAccuracy(predictions));
    });

    it("takes any number of digits", () => {
      const { program, input, about } = buildInference({ weights, count: 33 });
      expect(decodeInference(about, execute(program, input).output)).to.have.length(33);
      expect(() => buildInference({ weights, count: 0 })).to.throw("0 digits were asked for");
      expect(() => buildInference({ weights: { ...weights, second: [] } })).to.throw("weights of another network");
    });
  });
});

describe("rendering", () => {
  const background = (png: PNG, x: number, y: number): boolean => {
    const [red = 0, , blue = 0] = png.data.subarray(4 * (y * png.width + x));
    return blue > red;
  };

  it("shows a bunny, from all sides, on a background", () => {
    const { program, input, about } = buildRendering({ width: 96, height: 96, frames: 4 });
    assertProvable(program);
    const pictures = decodeRendering(about, execute(program, input).output).map((file) => PNG.sync.read(file));
    expect(pictures).to.have.length(4);
    for (const png of pictures) {
      expect([png.width, png.height]).to.deep.equal([96, 96]);
      const covered = Array.from({ length: 96 * 96 }, (_, i) => !background(png, i % 96, Math.floor(i / 96))).filter(
        Boolean,
      );
      expect(covered.length / (96 * 96)).to.be.within(0.2, 0.6);
      expect(background(png, 0, 0) && background(png, 95, 95)).to.be.true;
      expect(background(png, 48, 60), "the body is in the middle").to.be.false;
      const shades = new Set(Array.from({ length: 96 * 96 }, (_, i) => png.data[4 * i]));
      expect(shades.size, "the surface is round").to.be.above(60);
    }
  });

  it("has two ears: a row near the top meets the surface twice", () => {
    const { program, input, about } = buildRendering({ width: 128, height: 128, frames: 4 });
    const png = PNG.sync.read(decodeRendering(about, execute(program, input).output)[1]!);
    const crossings = Array.from(
      { length: 40 },
      (_, y) =>
        Array.from({ length: 127 }, (_, x) => background(png, x, y) && !background(png, x + 1, y)).filter(Boolean)
          .length,
    );
    expect(Math.max(...crossings)).to.equal(2);
  });

  it("names its files", () => {
    const { program, input, about } = buildRendering({ width: 16, height: 16, frames: 2 });
    const { files, summary } = resultFiles(about, execute(program, input).output);
    expect(files.map(({ name }) => name)).to.deep.equal(["frame-1.png", "frame-2.png"]);
    expect(summary).to.equal("2 pictures of 16 × 16 pixels");
  });

  it("takes any mesh: a cube as OBJ text", () => {
    const corners = ["-1 -1 -1", "1 -1 -1", "1 1 -1", "-1 1 -1", "-1 -1 1", "1 -1 1", "1 1 1", "-1 1 1"];
    const faces = ["1 2 3 4", "5 6 7 8", "1/1 2/1 6/1 5/1", "-6 -5 -1 -2", "1 4 8 5", "2 3 7 6"];
    const mesh = parseObj([...corners.map((v) => `v ${v}`), "# sides", ...faces.map((f) => `f ${f}`)].join("\n"));
    expect(mesh.cells).to.have.length(12);
    const { program, input, about } = buildRendering({ mesh, width: 32, height: 32, frames: 1 });
    const png = PNG.sync.read(decodeRendering(about, execute(program, input).output)[0]!);
    expect(background(png, 16, 16)).to.be.false;
    expect(background(png, 1, 1)).to.be.true;
  });

  it("refuses broken meshes and sizes", () => {
    expect(() => parseObj("v 1 2\n")).to.throw("line 1 of the mesh is no point");
    expect(() => parseObj("v 1 2 3\nf 1 1 9\n")).to.throw("line 2 of the mesh: f 1 1 9");
    expect(() => parseObj("v 1 2 3\n")).to.throw("a mesh without triangles");
    expect(() => buildRendering({ mesh: { ...bunnyMesh(), positions: [] } })).to.throw("a triangle names point");
    expect(() => buildRendering({ width: 0 })).to.throw("a picture of 0 × 192");
    expect(() => buildRendering({ frames: 65 })).to.throw("65 pictures");
  });

  it("knows no other kind of job", () => {
    expect(() => resultFiles({ kind: "other" }, new Uint8Array())).to.throw("a kind that is not known");
  });
});
