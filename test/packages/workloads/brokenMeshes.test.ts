import { parseObj, readGltf, WorkloadError } from "@millrace/workloads";
import { expect } from "chai";

const TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\n";

const uri = (values: readonly number[]): string =>
  `data:application/octet-stream;base64,${Buffer.from(new Float32Array(values).buffer).toString("base64")}`;

const accessor = { bufferView: 0, componentType: 5126, count: 3, type: "VEC3" };

/** One triangle, as text with its data inside. */
const base = {
  asset: { version: "2.0" },
  scene: 0,
  scenes: [{ nodes: [0] }],
  nodes: [{ mesh: 0 }],
  meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
  accessors: [accessor],
  bufferViews: [{ buffer: 0, byteLength: 36 }],
  buffers: [{ byteLength: 36, uri: uri([0, 0, 0, 1, 0, 0, 0, 1, 0]) }],
};

const withPrimitive = (fields: object): typeof base => ({
  ...base,
  meshes: [{ primitives: [{ attributes: { POSITION: 0 }, ...fields }] }],
});

const withSparse = (values: object): object => {
  const sparse = { count: 1, indices: { bufferView: 0, componentType: 5123 }, values: { bufferView: 0, ...values } };
  return { ...base, accessors: [{ ...accessor, sparse }] };
};

const read = async (json: unknown) => readGltf(Buffer.from(JSON.stringify(json)));

describe("meshes that are broken", () => {
  const texts: Readonly<Record<string, readonly [string, string]>> = {
    "no text": ["", "a mesh without triangles"],
    "points alone": [TRIANGLE, "a mesh without triangles"],
    "a point that is no number": [`v NaN 0 0\n${TRIANGLE}f 1 2 3`, "line 1 of the mesh is no point"],
    "an index before the first": [`${TRIANGLE}f -1 -2 -4`, "line 4 of the mesh"],
    "an index of zero": [`${TRIANGLE}f 0 1 2`, "line 4 of the mesh"],
    "an index between two": [`${TRIANGLE}f 1.5 2 3`, "line 4 of the mesh"],
    "an index of a list's property": [`${TRIANGLE}f length 1 2`, "line 4 of the mesh"],
    "a face of two": [`${TRIANGLE}f 1 2`, "a face names three or more points"],
    "coordinates beyond floats": ["v 1e308 0 0\nv 0 1e308 0\nv 0 0 1\nf 1 2 3", "farthest coordinate is 1e+308"],
    "coordinates below floats": ["v 1e-320 0 0\nv 0 0 0\nv 0 0 0\nf 1 2 3", "farthest coordinate is 1e-320"],
  };
  for (const [what, [text, message]] of Object.entries(texts))
    it(`as OBJ, ${what}: a clear error`, () => {
      let error: unknown;
      try {
        parseObj(text);
      } catch (caught) {
        error = caught;
      }
      expect(error).to.be.instanceOf(WorkloadError);
      expect(`${(error as WorkloadError).message} ${(error as WorkloadError).hint}`).to.contain(message);
    });

  it("as OBJ, faces of four and indices from the end are read", () => {
    expect(parseObj(`${TRIANGLE}v 1 1 0\nf 1 2 4 3`).cells).to.have.length(2);
    expect(parseObj(`${TRIANGLE}f -3 -2 -1`).cells).to.deep.equal([[0, 1, 2]]);
  });

  it("as OBJ, remarks, lines that go on and every end of a line are read", () => {
    for (const end of ["\n", "\r\n", "\r"])
      expect(parseObj(`${TRIANGLE}f 1 2 \\\n3 # the floor`.replaceAll("\n", end)).cells).to.deep.equal([[0, 1, 2]]);
  });

  it("as glTF, points of whole numbers are read", async () => {
    const points = new Uint16Array([0, 0, 0, 0, 65_535, 0, 0, 0, 0, 32_768, 0, 0]);
    const { positions } = await read({
      ...base,
      extensionsRequired: ["KHR_mesh_quantization"],
      accessors: [{ ...accessor, componentType: 5123, normalized: true }],
      bufferViews: [{ buffer: 0, byteLength: 24, byteStride: 8 }],
      buffers: [{ byteLength: 24, uri: `data:;base64,${Buffer.from(points.buffer).toString("base64")}` }],
    });
    expect(positions[1]).to.deep.equal([1, 0, 0]);
    expect(positions[2]).to.deep.equal([0, 32_768 / 65_535, 0]);
  });

  const files: Readonly<Record<string, readonly [unknown, string]>> = {
    "JSON that is no object": [null, "neither binary glTF nor its JSON"],
    "points that are missing": [{ ...base, accessors: [] }, "mesh 0 names accessor 0 of 0"],
    "points in no part": [{ ...base, bufferViews: [] }, "accessor 0 lies in part 0 of 0"],
    "a part of no buffer": [{ ...base, buffers: [] }, "part 0 of its data lies in buffer 0 of 0"],
    "a buffer that is shorter than it says": [
      { ...base, buffers: [{ byteLength: 36, uri: uri([1]) }] },
      "part 0 of its data ends at byte 36 of 4",
    ],
    "more points than there are": [
      { ...base, accessors: [{ ...accessor, count: 1e9 }] },
      "accessor 0 ends at byte 12000000000 of 36",
    ],
    "fewer points than none": [{ ...base, accessors: [{ ...accessor, count: -3 }] }, "accessor 0 has -3 elements"],
    "numbers of no type": [{ ...base, accessors: [{ ...accessor, componentType: 99 }] }, "accessor 0 is of type 99"],
    "points of two numbers": [
      { ...base, accessors: [{ ...accessor, type: "VEC2" }] },
      "points of a node are of type VEC2",
    ],
    "points that are no numbers": [
      { ...base, buffers: [{ byteLength: 36, uri: uri([Number.NaN, 0, 0, 1, 0, 0, 0, 1, 0]) }] },
      "point 0 is at NaN",
    ],
    "no mesh": [{ ...base, meshes: [] }, "node 0 names mesh 0 of 0"],
    "indices that are missing": [withPrimitive({ indices: 9 }), "mesh 0 names accessor 9 of 1"],
    "a material that is missing": [withPrimitive({ material: 9 }), "mesh 0 names material 9 of 0"],
    "indices that are points": [withPrimitive({ indices: 0 }), "mesh 0 has indices of type 5126 VEC3"],
    "a scene that is missing": [{ ...base, scene: 9 }, "the file names scene 9 of 1"],
    "a node that is missing": [{ ...base, scenes: [{ nodes: [9] }] }, "scene 0 names node 9 of 1"],
    "a child that is missing": [{ ...base, nodes: [{ mesh: 0, children: [9] }] }, "node 0 names node 9 of 1"],
    "sparse points in no part": [withSparse({ bufferView: 7 }), "the sparse part of accessor 0 lies in part 7 of 1"],
    "more sparse points than there are": [withSparse({ byteOffset: 30 }), "accessor 0 ends at byte 42 of 36"],
    "data that are not in base64": [
      { ...base, buffers: [{ byteLength: 36, uri: `data:application/octet-stream,${"%00".repeat(36)}` }] },
      "its data are inside, but not in base64",
    ],
    "a compression": [
      { ...base, extensionsRequired: ["KHR_draco_mesh_compression"] },
      "the glTF file needs the extension KHR_draco_mesh_compression",
    ],
    "a material that is no number": [
      { ...withPrimitive({ material: 0 }), materials: [{ pbrMetallicRoughness: { roughnessFactor: "x" } }] },
      "that mirrors NaN",
    ],
    "no scene": [{ ...base, scene: undefined, scenes: [] }, "it has no scene"],
  };
  for (const [what, [json, message]] of Object.entries(files))
    it(`as glTF, ${what}: a clear error`, async () => {
      const error: unknown = await read(json).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(WorkloadError);
      expect((error as WorkloadError).message).to.contain(message);
    });

  it("as glTF, the triangle that all of these were is read, also of a node that is its own child", async () => {
    expect((await read(base)).cells).to.deep.equal([[0, 1, 2]]);
    expect((await read({ ...base, nodes: [{ mesh: 0, children: [0] }] })).cells).to.have.length(1);
  });
});
