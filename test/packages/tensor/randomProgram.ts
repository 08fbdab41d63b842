import {
  add,
  argMax,
  bounce,
  cameraRays,
  gather,
  hashChain,
  type LaneBits,
  layerNorm,
  lookup,
  matMul,
  maximum,
  minimum,
  multiply,
  nearestHits,
  type Program,
  ProgramBuilder,
  random,
  requantise,
  rescale,
  select,
  shade,
  shadeRays,
  softmax,
  type Tensor,
  transpose,
} from "@millrace/tensor";

/** Whole numbers that depend on the seed alone. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const widths: readonly LaneBits[] = [8, 16, 32];

export interface RandomProgram {
  readonly program: Program;
  readonly input: Uint8Array;
}

/** A small program with every kernel in it, of random shapes, on random bytes. */
export function randomProgram(seed: number): RandomProgram {
  const below = numbersFrom(seed);
  const builder = new ProgramBuilder();
  addNetwork(builder, below);
  addElementwise(builder, below);
  addHashes(builder, below);
  addPicture(builder, below);
  const program = builder.build();
  const input = Uint8Array.from({ length: program.header.inWords * 32 }, () => below(256));
  return { program, input };
}

function addNetwork(builder: ProgramBuilder, below: (bound: number) => number): void {
  const [rows, columns, inner] = [1 + below(9), 1 + below(40), 1 + below(100)];
  const laneBits = widths[below(3)]!;
  const left = builder.input("left", { rows, columns: inner, laneBits: 8 });
  const right = builder.input("right", { rows: columns, columns: inner, laneBits: 8 });
  const addend = builder.input("addend", { rows: below(2) === 0 ? 1 : rows, columns, laneBits });
  const mask = builder.input("mask", { rows, columns, laneBits });
  const table = builder.input("table", { rows: 1, columns: 64, laneBits: 16 });
  const labels = builder.input("labels", { rows: 1, columns: 32, laneBits: 8 });
  const product = matMul(builder, "product", {
    left,
    right,
    laneBits,
    scale: below(2 ** 32) - 2 ** 31,
    shift: below(66),
    relu: below(2) === 0,
    ...(below(2) === 0 && { addend }),
    ...(below(2) === 0 && { mask }),
  });
  const wide = requantise(builder, "wide", {
    operand: full(product),
    laneBits: 32,
    scale: 1 + below(99),
    shift: below(5),
  });
  softmax(builder, "softmax", { logits: wide, table, shift: below(30), ...(below(2) === 0 && { labels }) });
  transpose(builder, "transposed", { operand: product });
  argMax(builder, "classes", { operand: wide, laneBits: widths[below(3)]! });
  requantise(builder, "narrow", { operand: full(product), laneBits: 8, shift: below(9), relu: true, output: true });
}

/** Lane by lane, and what a transformer needs besides: rows of tables, layer norm, functions by table. */
function addElementwise(builder: ProgramBuilder, below: (bound: number) => number): void {
  const [rows, columns] = [1 + below(5), 32 * (1 + below(2))];
  const width = (): LaneBits => widths[below(3)]!;
  const scale = (): number => below(2 ** 31) - 2 ** 30;
  const left = builder.input("operand", { rows, columns, laneBits: width() });
  const right = builder.input("other", { rows: below(2) === 0 ? 1 : rows, columns, laneBits: width() });
  const laneBits = width();
  const options = { left, right, laneBits, leftScale: scale(), rightScale: scale(), shift: below(66) };
  const sum = add(builder, "sum", { ...options, relu: below(2) === 0 });
  multiply(builder, "multiply", options);
  minimum(builder, "minimum", { ...options, leftScale: 1, shift: 0 });
  maximum(builder, "maximum", options);
  select(builder, "select", { ...options, leftScale: below(9) - 4, condition: sum });
  const entries = { rows: 1, columns: 64, laneBits: width() };
  const table = builder.input("values", entries);
  lookup(builder, "lookup", { operand: left, table, entries: 1 + below(64), offset: below(64), shift: below(30) });
  const small = 10 ** -below(8) * (1 + below(9));
  rescale(builder, "rescale", { operand: left, laneBits: width(), scale: Math.fround(small), zero: below(256) - 128 });

  const indices = builder.input("indices", { rows: 1, columns: 1 + below(16), laneBits: 8 });
  const embedding = builder.input("embedding", { rows: 200, columns, laneBits: below(2) === 0 ? 8 : 16 });
  const rowsOfTable = gather(builder, "embedded", { indices, table: embedding });
  const gamma = builder.input("gamma", { rows: 1, columns, laneBits: 16 });
  const beta = builder.input("beta", { rows: 1, columns, laneBits: 16 });
  const norm = { operand: rowsOfTable, gamma, beta, laneBits: width(), shift: below(34), epsilon: below(99) };
  layerNorm(builder, "norm", norm);
}

function addHashes(builder: ProgramBuilder, below: (bound: number) => number): void {
  const seed = builder.input("seed", { rows: 1, columns: 1, laneBits: 256 });
  random(builder, "random", { seed, start: below(2 ** 32), shape: { rows: 3, columns: 40, laneBits: 8 } });
  hashChain(builder, "chain", { seed, words: 1 + below(5), rounds: 1 + below(4) });
}

/** The tensor with its padding as columns, so that rows of all widths have one length. */
function full(tensor: Tensor): Tensor {
  const columns = Math.ceil(tensor.columns / 32) * 32;
  return { ...tensor, columns, rowLog2: Math.ceil(Math.log2((columns * tensor.laneBits) / 256)) };
}

function addPicture(builder: ProgramBuilder, below: (bound: number) => number): void {
  const triangles = builder.input("triangles", { rows: 64, columns: 1, laneBits: 256 }, 64);
  const step = (): number => below(2_001) - 1_000;
  const camera = {
    width: 1 + below(7),
    height: 1 + below(7),
    origin: [below(65_536) - 32_768, step(), step()],
    forward: [below(2_000_000) - 1_000_000, step() * 900, step() * 900],
    right: [step(), step() * 20, step()],
    up: [step(), step(), step() * 20],
  } as const;
  const hits = nearestHits(builder, "hits", { triangles, camera });
  const light = {
    direction: [9_459, 9_459, -9_459],
    ambient: 40,
    shine: 200,
    top: 0x123456,
    bottom: 0xfedcba,
  } as const;
  shade(builder, "picture", { hits, triangles, camera, light, output: true });

  const rays = cameraRays(builder, "rays", camera);
  const common = { rays, hits: nearestHits(builder, "rayHits", { triangles, camera, rays }), triangles };
  const toLamp = bounce(builder, "toLamp", { ...common, toLamp: light.direction, lift: below(256) });
  const shadows = nearestHits(builder, "shadows", { triangles, camera, rays: toLamp });
  const mirrored = bounce(builder, "mirrored", { ...common, lift: below(256) });
  const reflected = shadeRays(builder, "reflected", {
    rays: mirrored,
    hits: nearestHits(builder, "mirroredHits", { triangles, camera, rays: mirrored }),
    triangles,
    light,
    shadows,
  });
  shadeRays(builder, "scene", { ...common, light, shadows, reflected, output: true });
}
