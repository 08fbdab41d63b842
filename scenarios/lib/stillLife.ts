import { Document, WebIO } from "@gltf-transform/core";
import { bunnyMesh } from "@millrace/workloads";

interface Shape {
  readonly positions: readonly (readonly number[])[];
  readonly cells: readonly (readonly number[])[];
}

interface Look {
  readonly name: string;
  /** Red, green and blue in linear light. */
  readonly colour: readonly [number, number, number];
  readonly metallic: number;
  readonly roughness: number;
}

/** A bunny, a ball that mirrors and a box, as a modeller would save them: a glTF file in its binary form. */
export async function stillLife(): Promise<Uint8Array> {
  const document = new Document();
  const scene = document.createScene("still life");
  document.getRoot().setDefaultScene(scene);
  document.createBuffer();
  const place = (shape: Shape, look: Look, at: readonly number[], size: number): void => {
    const material = document
      .createMaterial(look.name)
      .setBaseColorFactor([...look.colour, 1])
      .setMetallicFactor(look.metallic)
      .setRoughnessFactor(look.roughness);
    const list = (type: "VEC3" | "SCALAR", array: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) =>
      document
        .createAccessor()
        .setType(type)
        .setArray(array)
        .setBuffer(document.getRoot().listBuffers()[0] ?? null);
    const primitive = document
      .createPrimitive()
      .setAttribute("POSITION", list("VEC3", new Float32Array(shape.positions.flat())))
      .setIndices(list("SCALAR", new Uint16Array(shape.cells.flat())))
      .setMaterial(material);
    const node = document
      .createNode(look.name)
      .setMesh(document.createMesh(look.name).addPrimitive(primitive))
      .setTranslation([at[0] ?? 0, at[1] ?? 0, at[2] ?? 0])
      .setScale([size, size, size]);
    scene.addChild(node);
  };
  place(bunnyMesh(), { name: "bunny", colour: [0.72, 0.5, 0.33], metallic: 0, roughness: 1 }, [-0.3, -0.05, 0], 0.16);
  place(
    ball(24, 16),
    { name: "ball", colour: [0.9, 0.9, 0.92], metallic: 1, roughness: 0.05 },
    [1.35, 0.75, 0.35],
    0.75,
  );
  place(BOX, { name: "box", colour: [0.55, 0.05, 0.04], metallic: 0.1, roughness: 0.6 }, [0.55, 0.3, 1.35], 0.3);
  return new WebIO().writeBinary(document);
}

/** A ball of radius 1, by degrees of longitude and latitude. */
function ball(around: number, down: number): Shape {
  const positions: number[][] = [];
  const cells: number[][] = [];
  for (let row = 0; row <= down; row++)
    for (let column = 0; column < around; column++) {
      const [latitude, longitude] = [(Math.PI * row) / down, (2 * Math.PI * column) / around];
      const radius = Math.sin(latitude);
      positions.push([radius * Math.sin(longitude), Math.cos(latitude), radius * Math.cos(longitude)]);
      if (row === down) continue;
      const next = (column + 1) % around;
      const [a, b, c, d] = [column, next, column + around, next + around].map((point) => row * around + point);
      // The triangles at the poles have no area.
      if (row > 0) cells.push([a, c, b]);
      if (row < down - 1) cells.push([b, c, d]);
    }
  return { positions, cells };
}

/** Sides have corners of their own, so that their edges stay sharp. */
const BOX: Shape = box();

function box(): Shape {
  const positions: number[][] = [];
  const cells: number[][] = [];
  for (const axis of [0, 1, 2])
    for (const side of [-1, 1]) {
      const first = positions.length;
      for (const [u, v] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        const corner = [0, 0, 0];
        corner[axis] = side;
        corner[(axis + 1) % 3] = u * side;
        corner[(axis + 2) % 3] = v;
        positions.push(corner);
      }
      cells.push([first, first + 1, first + 2], [first, first + 2, first + 3]);
    }
  return { positions, cells };
}
