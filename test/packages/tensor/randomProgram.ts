import {
  add,
  argMax,
  bounce,
  cameraRays,
  columnSums,
  convolution,
  convolutionGradient,
  flippedFilters,
  gather,
  hashChain,
  imageInput,
  type LaneBits,
  layerNorm,
  lookup,
  matMul,
  maximum,
  minimum,
  multiply,
  nearestHits,
  planes,
  pool,
  poolGradient,
  type Program,
  ProgramBuilder,
  random,
  rearrange,
  requantise,
  rescale,
  rowSums,
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
  addConvolutions(builder, below);
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

/** A convolution with its gradients, pools with theirs, sums and a rearrangement, of any sizes that fit. */
function addConvolutions(builder: ProgramBuilder, below: (bound: number) => number): void {
  const sizes = { count: 2 ** below(3), height: 3 + below(6), width: 3 + below(7), channels: 1 + below(3) };
  const images = imageInput(builder, "images", sizes);
  const [height, width, padding] = [1 + below(3), 1 + below(3), below(3)];
  const count = 1 + below(9);
  const tensor = builder.input("filters", { rows: count, columns: height * width * sizes.channels, laneBits: 8 });
  const filters = { tensor, height, width };
  const bias = builder.input("bias", { rows: 1, columns: count, laneBits: 32 });
  const scaling = { scale: below(2 ** 32) - 2 ** 31, shift: 20 + below(20) };
  convolution(builder, "strided", {
    ...{ images, filters, padding, ...scaling, bias, relu: below(2) === 0 },
    ...{ laneBits: widths[below(3)]!, stride: 1 + below(3) },
  });
  const convolved = convolution(builder, "convolved", { images, filters, padding, laneBits: 8, ...scaling });
  if (height === width && padding < height)
    convolution(builder, "imageErrors", {
      ...{ images: convolved, filters: flippedFilters(builder, "flipped", filters), laneBits: 8, ...scaling },
      ...{ padding: height - 1 - padding, mask: images },
    });
  convolutionGradient(builder, "filterErrors", {
    ...{ images: planes(builder, "imagePlanes", images), imageSizes: images },
    ...{ errors: planes(builder, "errorPlanes", convolved), errorSizes: convolved },
    ...{ filterHeight: height, filterWidth: width, padding, laneBits: widths[below(3)]!, ...scaling },
  });
  const wide = requantise(builder, "wideImages", { operand: full(images), laneBits: widths[below(3)]! });
  const wideImages = {
    ...images,
    laneBits: wide.laneBits,
    rowLog2: wide.rowLog2,
    region: wide.region,
    offset: wide.offset,
  };
  for (const kind of ["max", "average"] as const) {
    const side = 1 + below(3);
    const options = { images: wideImages, kind, height: side, width: 1 + below(3), stride: Math.max(3, side) };
    const pooled = pool(builder, kind, options);
    poolGradient(builder, `${kind}Errors`, options, pooled);
    pool(builder, `${kind}Overlapping`, { ...options, stride: 1 });
  }
  rowSums(builder, "rowSums", { operand: wide, laneBits: widths[below(3)]!, ...scaling });
  const addend = builder.input("rows", { rows: 64, columns: 1 + below(70), laneBits: widths[below(3)]! }, 64);
  columnSums(builder, "columnSums", { operand: addend, laneBits: widths[below(3)]!, ...scaling });
  const size = (): number => 1 + below(4);
  const factors = (): Record<0 | 1 | 2 | 3 | 4 | 5, number> => ({
    ...{ 0: below(5) - 1, 1: below(4) - 1, 2: below(3) - 1, 3: below(5) - 2, 4: below(4), 5: below(3) - 1 },
  });
  rearrange(builder, "rearranged", {
    operand: images,
    blockRows: sizes.height,
    sizes: [size(), size(), size(), size(), size(), size()],
    block: { offset: below(2), factors: { 0: below(2), 3: below(2) } },
    row: { offset: below(4) - 1, factors: factors() },
    column: { offset: below(9) - 2, factors: factors() },
  });
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
