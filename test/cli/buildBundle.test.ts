import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Bundle, execute } from "@millrace/tensor";
import { decodeOnnx, digitSplit, type OnnxAbout, type RenderingAbout } from "@millrace/workloads";
import { expect } from "chai";

import { stillLife } from "../../scenarios/lib/stillLife.js";
import { buildBundle, type BundleWish } from "../../tasks/job/buildBundle.js";

const MODEL = new URL("../fixtures/onnx/digits-int8.onnx", import.meta.url).pathname;

const NOTHING: BundleWish = {
  workload: undefined,
  bundle: undefined,
  onnx: undefined,
  inputs: undefined,
  weights: undefined,
  mesh: undefined,
  size: "small",
};

describe("buildBundle", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bundle-"));

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const build = (wish: Partial<BundleWish>): Promise<Bundle> => buildBundle({ ...NOTHING, ...wish });
  const failure = async (wish: Partial<BundleWish>): Promise<string> =>
    build(wish).then(
      () => "nothing failed",
      (error: unknown) => (error as Error).message,
    );

  it("turns a model and rows of numbers into a program", async () => {
    const digits = digitSplit().heldOut.slice(0, 20);
    const rows = digits.map(({ pixels }) => Array.from(pixels, (value) => value / 127));
    const { program, input, about } = await build({ onnx: MODEL, inputs: file("rows.json", JSON.stringify(rows)) });
    const [outputs] = Object.values(decodeOnnx(about as OnnxAbout, execute(program, input).output));
    const right = outputs!.filter((row, i) => row.indexOf(Math.max(...row)) === digits[i]!.label);
    expect(right.length).to.be.at.least(17);
  });

  it("turns a mesh into a scene, whatever its format", async () => {
    const triangle = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n";
    for (const mesh of [file("life.glb", await stillLife()), file("triangle.obj", triangle)]) {
      const { about, program } = await build({ workload: "render", mesh });
      expect((about as RenderingAbout).pictures).to.have.length(1);
      expect(program.operators.map(({ kernel }) => kernel)).to.include("Bounce");
    }
  });

  it("renders the bunny without one, and computes a transformer", async () => {
    expect((await build({ workload: "render" })).program.operators.map(({ kernel }) => kernel)).to.include("Shade");
    expect((await build({ workload: "transformer" })).about).to.include({ kind: "transformer" });
  });

  it("says why a folder holds no bundle", async () => {
    const job = join(folder, "job.json");
    expect(await failure({ bundle: join(folder, "nowhere") })).to.contain("job.json cannot be read: there is none");
    expect(await failure({ bundle: MODEL })).to.contain("cannot be read: that is a file, not a folder");
    mkdirSync(job);
    expect(await failure({ bundle: folder })).to.contain("job.json cannot be read: it is a folder");
    rmSync(job, { recursive: true });
    file("job.json", "{}");
    expect(await failure({ bundle: folder })).to.contain("input.bin cannot be read: there is none");
    file("input.bin", "");
    expect(await failure({ bundle: folder })).to.contain("the format is undefined");
  });

  it("says what is missing or broken", async () => {
    expect(await failure({})).to.contain("needs one of");
    expect(await failure({ workload: "render", onnx: MODEL })).to.contain("needs one of");
    expect(await failure({ onnx: MODEL })).to.equal("A model needs inputs.");
    expect(await failure({ onnx: MODEL, inputs: file("bad.json", '[["a"]]') })).to.contain("has no rows of numbers");
    expect(await failure({ onnx: MODEL, inputs: file("short.json", "[[1, 2]]") })).to.contain("row 0 of the inputs");
    expect(await failure({ onnx: join(folder, "none.onnx"), inputs: MODEL })).to.contain("cannot be read");
    const half = readFileSync(MODEL).subarray(0, 10_000);
    expect(await failure({ onnx: file("half.onnx", half), inputs: file("one.json", "[[1]]") })).to.contain(
      "the ONNX model cannot be read",
    );
    expect(await failure({ workload: "render", mesh: file("bad.glb", "glTF nonsense") })).to.contain(
      "the glTF file cannot be read",
    );
    expect(await failure({ workload: "render", mesh: file("bad.obj", "f 1 2 3") })).to.contain("line 1 of the mesh");
    expect(await failure({ workload: "weather" })).to.contain("There is no workload");
  });
});
