import { add, type Images, imagesOf, rearrange } from "@millrace/tensor";

import { axisOf, listOf, numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { unfit } from "./unfit.ts";
import { type Quantised } from "./values.ts";
import { dimsOf, laidOut, type View } from "./views.ts";

/** What slides over pictures: of each pair the first is for rows, the second for columns. */
export interface Windows {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
  /** Windows in each direction. */
  readonly counts: Pair;
}

type Pair = readonly [rows: number, columns: number];

export interface Pads {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Pictures of a value, laid out as the kernels read them. */
export function picturesOf(conversion: Conversion, node: OnnxNode, name: string, value: Quantised): Images {
  const dims = dimsOf(value);
  const [count = 0, channels = 0, height = 0, width = 0] = dims;
  if (dims.length !== 4) throw unfit(node, `its operand has ${dims.length} dimensions, where pictures have four`);
  const { tensor } = laidOut(conversion.builder, node, `${name}.pictures`, value, "pictures");
  return imagesOf({ ...tensor, columns: width * channels }, { count, height, width, channels });
}

/** Where the numbers of pictures stand, if every `strides`-th of them counts. */
export function viewOfPictures(
  images: Images,
  counts: Pair = [images.height, images.width],
  strides: Pair = [1, 1],
): View {
  const { count, height, channels } = images;
  return {
    tensor: images,
    axes: [
      { size: count, row: height, column: 0 },
      { size: channels, row: 0, column: 1 },
      { size: counts[0], row: strides[0], column: 0 },
      { size: counts[1], row: 0, column: strides[1] * channels },
    ],
  };
}

/** Windows as all operators that slide over pictures write them down. */
export function windowsOf(node: OnnxNode, size: readonly number[], { height, width }: Images): Windows {
  const pair = (attribute: string): Pair => {
    const list = listOf(node, attribute, [1, 1]);
    if (list.length !== 2 || list.some((value) => value < 1))
      throw unfit(node, `its ${attribute} are ${list.join(", ")}`);
    return list as unknown as Pair;
  };
  if (size.length !== 2 || size.some((value) => value < 1)) throw unfit(node, `its windows are ${size.join(" × ")}`);
  const [strides, dilations] = [pair("strides"), pair("dilations")];
  const sides = [height, width] as const;
  const spans = size.map((taps, i) => (taps - 1) * (dilations[i] ?? 1) + 1);
  const pads = padsOf(node, (i) => [sides[i], spans[i] ?? 1, strides[i]]);
  const isCeiled = numberOf(node, "ceil_mode", 0) === 1;
  const counts = sides.map((side, i) => {
    const before = i === 0 ? pads.top : pads.left;
    const after = i === 0 ? pads.bottom : pads.right;
    const steps = (side + before + after - (spans[i] ?? 1)) / (strides[i] ?? 1);
    if (steps < 0) throw unfit(node, `its windows of ${spans.join(" × ")} do not fit into ${height} × ${width} pixels`);
    const windows = (isCeiled ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // No window begins in the pads behind the picture.
    return isCeiled && (windows - 1) * (strides[i] ?? 1) >= side + before ? windows - 1 : windows;
  });
  const reach = (i: 0 | 1): number => ((counts[i] ?? 1) - 1) * strides[i] + (spans[i] ?? 1);
  return {
    size: size as unknown as Pair,
    strides,
    dilations,
    counts: counts as unknown as Pair,
    pads: {
      ...pads,
      bottom: Math.max(pads.bottom, reach(0) - height - pads.top),
      right: Math.max(pads.right, reach(1) - width - pads.left),
    },
  };
}

/** More pixels than this around a picture no row could hold. */
const MOST_PADS = 8_192;

function padsOf(node: OnnxNode, along: (i: 0 | 1) => [side: number, span: number, stride: number]): Pads {
  const automatic = node.attributes.get("auto_pad") ?? "NOTSET";
  if (automatic === "VALID") return { top: 0, left: 0, bottom: 0, right: 0 };
  if (automatic === "NOTSET") {
    const [top = 0, left = 0, bottom = 0, right = 0, ...more] = listOf(node, "pads", [0, 0, 0, 0]);
    if (more.length > 0 || Math.min(top, left, bottom, right) < 0)
      throw unfit(node, "its pads are not four, or negative");
    return boundedPads(node, { top, left, bottom, right });
  }
  if (automatic !== "SAME_UPPER" && automatic !== "SAME_LOWER")
    throw unfit(node, `its auto_pad is ${JSON.stringify(automatic)}`);
  const [rows, columns] = ([0, 1] as const).map((i) => {
    const [side, span, stride] = along(i);
    const all = Math.max(0, (Math.ceil(side / stride) - 1) * stride + span - side);
    const less = Math.floor(all / 2);
    return automatic === "SAME_UPPER" ? [less, all - less] : [all - less, less];
  }) as [[number, number], [number, number]];
  return { top: rows[0], left: columns[0], bottom: rows[1], right: columns[1] };
}

/** Pads, if pictures of that size are possible. */
export function boundedPads(node: OnnxNode, pads: Pads): Pads {
  const most = Math.max(pads.top, pads.left, pads.bottom, pads.right);
  if (most > MOST_PADS) throw unfit(node, `it pads pictures by ${most} pixels`, `at most ${MOST_PADS} are possible`);
  return pads;
}

export function hasPads({ top, left, bottom, right }: Pads): boolean {
  return Math.max(top, left, bottom, right) > 0;
}

/** Pictures with rows and columns of a code around them: a copy with zeros there, and a frame added. */
export function padded(conversion: Conversion, name: string, images: Images, pads: Pads, code: number): Images {
  if (!hasPads(pads)) return images;
  const { count, height, width, channels } = images;
  const { top, left, bottom, right } = pads;
  const sizes = { count, height: height + top + bottom, width: width + left + right, channels };
  const tensor = rearrange(conversion.builder, `${name}.inside`, {
    operand: images,
    blockRows: height,
    sizes: [count, 1, sizes.height, 1, sizes.width, channels],
    block: { factors: { 0: 1 } },
    row: { offset: -top, factors: { 2: 1 } },
    column: { offset: -left * channels, factors: { 4: channels, 5: 1 } },
  });
  const copy = imagesOf(tensor, sizes);
  if (code === 0) return copy;
  const isInside = (at: number, before: number, size: number): boolean => at >= before && at < before + size;
  const frame = Array.from({ length: count * sizes.height }, (_, row) =>
    Int8Array.from({ length: sizes.width * channels }, (__, lane) =>
      isInside(row % sizes.height, top, height) && isInside(Math.floor(lane / channels), left, width) ? 0 : code,
    ),
  );
  const around = conversion.constant(`${name}.frame`, 8, frame);
  return imagesOf(add(conversion.builder, `${name}.padded`, { left: copy, right: around, laneBits: 8 }), sizes);
}

/** The axes that an attribute or an input names, as dimensions of pictures: rows and columns, or nothing else. */
export function isSpatial(node: OnnxNode, axes: readonly number[], rank: number): boolean {
  const named = new Set(axes.map((axis) => axisOf(node, axis, rank)));
  return rank === 4 && named.size === 2 && named.has(2) && named.has(3);
}
