import { Document, Primitive, WebIO } from "@gltf-transform/core";
import { assertProvable, execute } from "@millrace/tensor";
import { buildScene, decodeRendering, type Mesh, parseObj, readGltf } from "@millrace/workloads";
import { expect } from "chai";
import { PNG } from "pngjs";

import { stillLife } from "../../../scenarios/lib/stillLife.js";

const SIDE = 64;

interface Picture {
  /** Red, green and blue. */
  readonly at: (x: number, y: number) => [number, number, number];
}

function picture(mesh: Mesh): Picture {
  const { program, input, about } = buildScene({ mesh, width: SIDE, height: SIDE });
  assertProvable(program);
  const { data } = PNG.sync.read(decodeRendering(about, execute(program, input).output)[0]!);
  return { at: (x, y) => [...data.subarray(4 * (SIDE * y + x), 4 * (SIDE * y + x) + 3)] as [number, number, number] };
}

const brightness = (colour: readonly number[]): number => colour.reduce((sum, value) => sum + value, 0) / 3;

/** A square plate that hangs over the middle, and one on which its shadow falls. */
const PLATES = [
  ...["-1 0 -1", "1 0 -1", "1 0 1", "-1 0 1", "-0.3 0.8 -0.3", "0.3 0.8 -0.3", "0.3 0.8 0.3", "-0.3 0.8 0.3"].map(
    (corner) => `v ${corner}`,
  ),
  "f 1 2 3 4",
];

/** A glTF document with one triangle. */
function triangleDocument(change: (document: Document, primitive: Primitive) => void = () => undefined): Document {
  const document = new Document();
  const buffer = document.createBuffer();
  const points = document
    .createAccessor()
    .setType("VEC3")
    .setArray(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]))
    .setBuffer(buffer);
  const primitive = document.createPrimitive().setAttribute("POSITION", points);
  const node = document.createNode("leaf").setMesh(document.createMesh().addPrimitive(primitive));
  document.createScene().addChild(node);
  change(document, primitive);
  return document;
}

const write = (document: Document): Promise<Uint8Array> => new WebIO().writeBinary(document);

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing failed",
    (error: unknown) => (error as Error).message,
  );
}

describe("scene", () => {
  it("has shadows where something stands before the lamp, and only there", () => {
    const lit = picture(parseObj([...PLATES, "f 5 6 7 8"].slice(0, -1).join("\n")));
    const shaded = picture(parseObj([...PLATES, "f 5 6 7 8"].join("\n")));
    let darker = 0;
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) if (brightness(shaded.at(x, y)) < 0.6 * brightness(lit.at(x, y))) darker++;
    expect(darker / SIDE ** 2).to.be.within(0.01, 0.25);
  });

  it("shows the sky above and a tiled floor below", () => {
    const { at } = picture(parseObj(PLATES.join("\n")));
    const [red, , blue] = at(3, 2);
    expect(blue, "the sky").to.be.above(red);
    const tones = new Set(Array.from({ length: SIDE }, (_, x) => Math.round(brightness(at(x, SIDE - 3)) / 16)));
    expect(tones.size, "the floor").to.be.above(2);
  });

  it("mirrors: a ball of metal shows the red box and the sky, a ball of chalk neither", async () => {
    const glb = await stillLife();
    const mesh = await readGltf(glb);
    const chalk = mesh.materials!.map(({ colour }) => ({ colour, reflectivity: 0 }));
    const [metal, dull] = [picture(mesh), picture({ ...mesh, materials: chalk })];
    let [reddish, changed] = [0, 0];
    for (let y = 0; y < SIDE; y++)
      for (let x = SIDE / 2; x < SIDE; x++) {
        const [a, b] = [metal.at(x, y), dull.at(x, y)];
        if (a.some((value, i) => Math.abs(value - b[i]!) > 24)) changed++;
        if (a[0] > a[1] + 30 && b[0] < b[1] + 15) reddish++;
      }
    expect(changed).to.be.above(100);
    expect(reddish, "the box in the ball").to.be.above(2);
  });

  it("does not cast a shadow of a surface on itself", () => {
    const { at } = picture(parseObj(PLATES.join("\n")));
    const middle = Array.from({ length: 9 }, (_, i) => brightness(at(28 + (i % 3) * 4, 34 + Math.floor(i / 3) * 2)));
    expect(Math.max(...middle) - Math.min(...middle), "one plate in one light").to.be.below(40);
  });
});

describe("readGltf", () => {
  it("reads points in the world, triangles and materials", async () => {
    const mesh = await readGltf(
      await write(
        triangleDocument((document, primitive) => {
          document.getRoot().listNodes()[0]!.setTranslation([10, 0, 0]).setScale([2, 2, 2]);
          const material = document.createMaterial().setBaseColorFactor([1, 0, 0.214, 1]);
          primitive.setMaterial(material.setMetallicFactor(1).setRoughnessFactor(0));
        }),
      ),
    );
    expect(mesh.positions).to.deep.equal([
      [10, 0, 0],
      [12, 0, 0],
      [10, 2, 0],
    ]);
    expect(mesh.cells).to.deep.equal([[0, 1, 2]]);
    expect(mesh.materials).to.deep.equal([{ colour: 0xff007f, reflectivity: 220 }]);
  });

  it("reads a part of any number of triangles", async () => {
    const count = 150_000;
    const many = triangleDocument((document, primitive) => {
      const indices = document.createAccessor().setType("SCALAR");
      indices.setArray(Uint16Array.from({ length: 3 * count }, (_, i) => i % 3));
      primitive.setIndices(indices.setBuffer(document.getRoot().listBuffers()[0]!));
    });
    expect((await readGltf(await write(many))).cells).to.have.length(count);
  });

  it("reads the text form with its data inside", async () => {
    const { json, resources } = await new WebIO().writeJSON(triangleDocument());
    for (const buffer of json.buffers ?? [])
      buffer.uri = `data:application/octet-stream;base64,${Buffer.from(Object.values(resources)[0]!).toString("base64")}`;
    const mesh = await readGltf(Buffer.from(JSON.stringify(json)));
    expect(mesh.cells).to.have.length(1);
  });

  it("refuses what is broken, and says why", async () => {
    const glb = await write(triangleDocument());
    expect(await failure(readGltf(new Uint8Array()))).to.contain("the glTF file cannot be read");
    expect(await failure(readGltf(Buffer.from("{}")))).to.contain("it is neither binary glTF nor its JSON");
    expect(await failure(readGltf(glb.subarray(0, glb.length / 2)))).to.contain("the glTF file cannot be read");
    const garbled = Uint8Array.from(glb);
    garbled.fill(0x7b, 20, 60);
    expect(await failure(readGltf(garbled))).to.contain("the glTF file cannot be read");
    expect(await failure(readGltf(await write(new Document())))).to.contain("it has no scene");
    const outside = { asset: { version: "2.0" }, buffers: [{ uri: "../../etc/passwd", byteLength: 9 }] };
    expect(await failure(readGltf(Buffer.from(JSON.stringify(outside))))).to.contain(
      "keeps its data in ../../etc/passwd",
    );
  });

  it("refuses what it cannot draw, and says what", async () => {
    const lines = triangleDocument((_, primitive) => primitive.setMode(Primitive.Mode.LINES));
    expect(await failure(readGltf(await write(lines)))).to.equal("the node leaf is drawn in mode 1");
    const wild = triangleDocument((document, primitive) => {
      const indices = document
        .createAccessor()
        .setType("SCALAR")
        .setArray(new Uint16Array([0, 1, 7]));
      primitive.setIndices(indices.setBuffer(document.getRoot().listBuffers()[0]!));
    });
    expect(await failure(readGltf(await write(wild)))).to.contain("the node leaf names point 7 of 3");
    const two = triangleDocument((document, primitive) => {
      const indices = document
        .createAccessor()
        .setType("SCALAR")
        .setArray(new Uint16Array([0, 1]));
      primitive.setIndices(indices.setBuffer(document.getRoot().listBuffers()[0]!));
    });
    expect(await failure(readGltf(await write(two)))).to.contain("the node leaf has 2 corners, no triples");
    const infinite = triangleDocument((_, primitive) =>
      primitive.getAttribute("POSITION")!.setElement(1, [Infinity, 0, 0]),
    );
    expect(await failure(readGltf(await write(infinite)))).to.contain("point 1 is at Infinity");
  });
});
