import { encodeParams, type Kernel, kernelByName, type Range } from "@millrace/tensor";
import fc from "fast-check";

/** Arguments of one call of a kernel's three functions. */
export interface KernelCase {
  readonly params: Uint8Array;
  readonly piece: number;
  readonly lane: number;
}

/** A triangle near the origin, any normals and colour; on a coarse grid so that many borders and corners are hit. */
const triangle = fc
  .tuple(
    fc.oneof(
      fc.array(fc.integer({ min: -3_000, max: 3_000 }), { minLength: 9, maxLength: 9 }),
      fc.array(fc.constantFrom(-1_000, 0, 1_000, -9_000), { minLength: 9, maxLength: 9 }),
    ),
    // Normals, reflectivity and colour, or none of them.
    fc.oneof(
      { weight: 5, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 112n - 1n }) },
      { weight: 1, arbitrary: fc.constant(2n ** 32n - 1n) },
    ),
  )
  .map(
    ([corners, rest]) =>
      (corners.reduce((sum, value) => (sum << 16n) | BigInt.asUintN(16, BigInt(value)), 0n) << 112n) | rest,
  );

/** Words as adversaries choose them: bytes of any value, extremes often; and triangles. */
export const word: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 4, arbitrary: triangle },
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 2n ** 256n - 1n, BigInt(`0x${"80".repeat(32)}`), 2n ** 255n) },
  { weight: 1, arbitrary: fc.constantFrom(BigInt(`0x${"7f".repeat(32)}`), BigInt(`0x${"8000".repeat(16)}`)) },
);

/** A ray from somewhere around the origin to a point near it. */
const ray: fc.Arbitrary<bigint> = fc
  .tuple(
    fc.array(fc.integer({ min: -9_000, max: 9_000 }), { minLength: 3, maxLength: 3 }),
    fc.array(fc.integer({ min: -1_500, max: 1_500 }), { minLength: 3, maxLength: 3 }),
    fc.bigInt({ min: 0n, max: 2n ** 136n - 1n }),
  )
  .map(([from, to, rest]) => {
    const direction = from.map((value, axis) => 100 * (to[axis]! - value));
    let packed = 0n;
    for (const value of from) packed = (packed << 16n) | BigInt.asUintN(16, BigInt(value));
    for (const value of direction) packed = (packed << 24n) | BigInt.asUintN(24, BigInt(value));
    return (packed << 136n) | rest;
  });

/** Words of scenes: rays, triangles that they may hit, and all else. */
const sceneWord = fc.oneof(
  { weight: 3, arbitrary: ray },
  { weight: 4, arbitrary: triangle },
  { weight: 1, arbitrary: word },
);

const RAY_KERNELS: readonly string[] = ["NearestHit", "Bounce", "ShadeRays"];

/** Words that a kernel is likely to be given. */
export function wordOf(kernel: string): fc.Arbitrary<bigint> {
  return RAY_KERNELS.includes(kernel) ? sceneWord : word;
}

const address = fc.integer({ min: 0, max: 2 ** 20 });
const any64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const flag = fc.integer({ min: 0, max: 15 });
const scale = fc.oneof(fc.integer(), fc.integer({ min: -64, max: 64 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 1));
const shift = fc.oneof(
  fc.integer({ min: 0, max: 24 }),
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(31, 32, 63, 64),
);
const laneLog2 = fc.constantFrom(3, 4, 5);
const small = fc.integer({ min: 0, max: 6 });
const count = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(0, 1, 2 ** 32, 2 ** 33));

const fields = (...arbitraries: fc.Arbitrary<number | bigint>[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(...arbitraries).map(encodeParams);

const coordinate = fc.oneof(fc.integer({ min: -4_000, max: 4_000 }), fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }));
const step = fc.oneof(fc.integer({ min: -2_000, max: 2_000 }), fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }));
const forward = fc.integer({ min: -(2 ** 22), max: 2 ** 22 });
const side = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(0, 1, 1_000_000));

const wildCamera = [
  side,
  side,
  ...Array.from({ length: 3 }, () => coordinate),
  ...Array.from({ length: 3 }, () => forward),
  ...Array.from({ length: 6 }, () => step),
];

/** One that looks at the origin from afar. */
const sensibleCamera = [8, 8, 0, 0, -9_000, 0, 0, 1_000_000, 20_000, 100, 0, 0, 20_000, 100].map((value, i) =>
  i < 2 ? fc.integer({ min: 6, max: 20 }) : fc.integer({ min: value - 500, max: value + 500 }),
);

/** One pixel, whose ray runs along an axis. */
const exactCamera = [1, 1, 0, 0, -9_000, 0, 0, 1_000_000, 0, 0, 0, 0, 0, 0].map((value) => fc.constant(value));

/** Their number: hits name any of 2^32. */
const triangles = fc.oneof({ weight: 4, arbitrary: fc.constant(2 ** 32) }, { weight: 1, arbitrary: count });

const colour = fc.integer({ min: 0, max: 2 ** 24 - 1 });

/** Fields before a camera, the camera, and the address of rays, which some kernels read behind it. */
const withCamera = (...arbitraries: fc.Arbitrary<number | bigint>[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 3, arbitrary: fields(...arbitraries, ...sensibleCamera, address) },
    { weight: 1, arbitrary: fields(...arbitraries, ...exactCamera, address) },
    { weight: 1, arbitrary: fields(...arbitraries, ...wildCamera, address) },
  );

/** Params as a sensible program and as a careless one writes them, by kernel. */
const paramsOf: Record<string, fc.Arbitrary<Uint8Array>> = {
  MatMul: fields(address, count, address, count, fc.nat(2), small, laneLog2, scale, shift, flag, address, address),
  Requantise: fields(address, laneLog2, laneLog2, scale, shift, flag, address),
  Transpose: fields(address, count, count, small, fc.nat(2), fc.constantFrom(3, 4, 5, 6, 7, 8)),
  Softmax: fields(
    address,
    fc.nat(3),
    count,
    address,
    fc.nat(3),
    fc.integer({ min: 18, max: 40 }),
    fc.nat(1),
    flag,
    address,
    fc.oneof(fc.constantFrom(0, 255, 256), any64),
    fc.oneof(fc.integer({ min: -128, max: 0 }), fc.integer()),
  ),
  Lookup: fields(
    address,
    laneLog2,
    laneLog2,
    address,
    fc.oneof(fc.nat(400), any64),
    fc.integer({ min: -300, max: 2 ** 31 - 1 }),
    fc.oneof(fc.nat(30), fc.nat(70)),
  ),
  Gather: fields(address, fc.constantFrom(3, 4, 5, 8), address, fc.oneof(fc.nat(300), count), small),
  Elementwise: fields(
    fc.nat(5),
    address,
    laneLog2,
    address,
    laneLog2,
    laneLog2,
    scale,
    scale,
    shift,
    fc.nat(3),
    small,
    address,
  ),
  LayerNorm: fields(
    address,
    fc.oneof(fc.constantFrom(3, 4), fc.nat(15)),
    fc.nat(3),
    fc.oneof(fc.nat(70), count),
    address,
    address,
    fc.oneof(fc.nat(1_000), any64),
    fc.oneof(fc.nat(16), fc.nat(35)),
    laneLog2,
    fc.nat(3),
  ),
  Random: fields(address, any64),
  HashChain: fields(address, address, fc.nat(3)),
  Rescale: fields(
    address,
    laneLog2,
    laneLog2,
    fc.integer({ min: 2 ** 23, max: 2 ** 24 }),
    fc.oneof(fc.integer({ min: 20, max: 48 }), fc.nat(70)),
    fc.integer({ min: -200, max: 200 }),
    fc.oneof(fc.constantFrom(-128, -(2 ** 31)), fc.integer()),
    fc.oneof(fc.constantFrom(127, 2 ** 31 - 1), fc.integer()),
    flag,
    small,
    address,
  ),
  ArgMax: fields(address, count, count, fc.nat(2), laneLog2, laneLog2),
  NearestHit: withCamera(address, fc.nat(3), fc.nat(3), any64, flag, address),
  CameraRays: withCamera(),
  Bounce: fields(
    address,
    address,
    address,
    triangles,
    flag,
    coordinate,
    coordinate,
    coordinate,
    fc.oneof(fc.nat(40), any64),
  ),
  ShadeRays: fields(
    address,
    address,
    address,
    triangles,
    coordinate,
    coordinate,
    coordinate,
    any64,
    any64,
    colour,
    colour,
    address,
    flag,
    address,
  ),
  Shade: withCamera(address, address, count, coordinate, coordinate, coordinate, any64, any64, colour, colour),
};

/** Sizes of small pictures; and none, and more than there is room for. */
const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 40, 2 ** 20, 2 ** 40) },
);
const tiny = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 7, 9, 2 ** 33) },
);
const border = fc.oneof({ weight: 6, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constantFrom(9, 2 ** 40) });
const factor = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom(0, 1), fc.integer());
const offset = fc.oneof({ weight: 4, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.integer() });

Object.assign(paramsOf, {
  Convolution: fields(
    ...[address, count, size, size, tiny, fc.nat(2), address, size, tiny, tiny, fc.nat(2)],
    ...[fc.integer({ min: 0, max: 3 }), border, size, size, fc.nat(2), laneLog2, scale, shift, flag, address, address],
  ),
  ConvolutionGradient: fields(
    ...[address, size, size, size, tiny, fc.nat(2), address, size, size, size, fc.nat(2), size, fc.nat(2)],
    ...[tiny, tiny, border, fc.nat(2), laneLog2, scale, shift, flag, address],
  ),
  Pool: fields(
    ...[address, count, size, size, tiny, fc.nat(2), laneLog2, tiny, tiny, fc.integer({ min: 0, max: 3 })],
    ...[size, size, fc.nat(2), flag, scale, shift],
  ),
  PoolGradient: fields(
    ...[address, count, size, size, tiny, fc.nat(2), laneLog2, tiny, tiny, fc.integer({ min: 0, max: 3 })],
    ...[size, size, fc.nat(2), flag, scale, shift, address],
  ),
  Rearrange: fields(
    ...[address, size, size, fc.integer({ min: 1, max: 60 }), fc.nat(2), fc.nat(2)],
    ...[fc.constantFrom(3, 4, 5, 6, 7, 8), size, size, tiny, size, tiny, size],
    ...Array.from({ length: 3 }, () => [offset, factor, factor, factor, factor, factor, factor]).flat(),
  ),
  Sum: fields(
    ...[address, count, count, fc.nat(3), laneLog2, laneLog2, scale, shift, flag],
    ...[fc.nat(3), fc.nat(2), address],
  ),
});

export const KERNELS = Object.keys(paramsOf);

/** Calls that a program could make of a kernel. */
export function caseOf(kernel: string): fc.Arbitrary<KernelCase> {
  return fc.record({
    params: paramsOf[kernel]!,
    piece: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.nat(9) },
      { weight: 2, arbitrary: fc.nat(60) },
      { weight: 1, arbitrary: fc.nat(2 ** 20) },
    ),
    lane: fc.oneof(fc.nat(31), fc.constant(0)),
  });
}

/** Calls with params of any bytes and any length. */
export const anyCase: fc.Arbitrary<KernelCase> = fc.record({
  params: fc.uint8Array({ maxLength: 256 }),
  piece: fc.nat(2 ** 30),
  lane: fc.nat(2 ** 16 - 1),
});

export interface Expected {
  readonly first: Range[];
  readonly reads: Range[];
  readonly words: bigint[];
  readonly firstWords: bigint[];
  readonly result: bigint[];
}

/** What the twin says, for words drawn from `draw`. */
export function expectedOf(
  kernelOrName: Kernel | string,
  { params, piece, lane }: KernelCase,
  draw: (range: Range) => bigint[],
): Expected {
  const kernel = typeof kernelOrName === "string" ? kernelByName(kernelOrName) : kernelOrName;
  const first = kernel.first(params, piece, lane);
  const firstWords = first === undefined ? [] : draw(first);
  const reads = kernel.reads(params, piece, lane, firstWords);
  const words = [...firstWords, ...reads.flatMap(draw)];
  return {
    first: first === undefined ? [] : [first],
    reads,
    firstWords,
    words,
    result: kernel.compute(params, piece, lane, words),
  };
}
