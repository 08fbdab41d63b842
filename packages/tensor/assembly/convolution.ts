import { eightDots, oneDot, runDot, sumAt } from "./dots";
import { loadLane, saturated, scaled, storeLane } from "./lanes";

const RELU: u32 = 1;
const BIAS: u32 = 2;
const MASK: u32 = 4;
const INT32: u32 = 5;

const MAX_PATCH: usize = 8_192;

/** The pixels under a filter, in the order of its taps; room for what a copy of eight bytes at once writes too much. */
const PATCHES = memory.data(2 * 8_192 + 64, 16);

let pictures: usize = 0;
let height: i32 = 0;
let width: i32 = 0;
let channels: usize = 0;
let rowBytes: usize = 0;
let filterHeight: i32 = 0;
let filterWidth: i32 = 0;
let stride: i32 = 0;
let padding: i32 = 0;

let out: usize = 0;
let laneLog2: u32 = 0;
let scale: i32 = 0;
let shift: u32 = 0;
let flags: u32 = 0;
let bias: usize = 0;
let mask: usize = 0;

/**
 * See `Convolution.sol`: patches are laid out one after another and multiplied with all filters. Computes the words of the
 * result from `from`, which begins a row, up to `words`.
 */
export function convolution(
  result: usize,
  words: u32,
  from: u32,
  picturesAt: usize,
  count: u32,
  heightOf: i32,
  widthOf: i32,
  channelsOf: u32,
  rowLog2: u32,
  filters: usize,
  filterCount: u32,
  filterHeightOf: i32,
  filterWidthOf: i32,
  filterLog2: u32,
  strideOf: i32,
  paddingOf: i32,
  outHeight: u32,
  outWidth: u32,
  outRowLog2: u32,
  resultLaneLog2: u32,
  scaleBy: i32,
  shiftBy: u32,
  flagBits: u32,
  biasAt: usize,
  maskAt: usize,
): void {
  pictures = picturesAt;
  height = heightOf;
  width = widthOf;
  channels = channelsOf;
  rowBytes = (<usize>32) << rowLog2;
  filterHeight = filterHeightOf;
  filterWidth = filterWidthOf;
  stride = strideOf;
  padding = paddingOf;
  out = result;
  laneLog2 = resultLaneLog2;
  scale = scaleBy;
  shift = shiftBy;
  flags = flagBits;
  bias = biasAt;
  mask = maskAt;
  memory.fill(result + ((<usize>from) << 5), 0, (<usize>(words - from)) << 5);
  if (outHeight == 0 || filterCount == 0) return;
  const outRowWords: u32 = 1 << outRowLog2;
  const pitch: usize = (<usize>32) << filterLog2;
  const taps: usize = <usize>filterHeight * <usize>filterWidth * channels;
  const length: usize = (taps + 7) & ~7;
  const second: usize = PATCHES + MAX_PATCH + 32;
  for (let row: u32 = from >> outRowLog2, start: u32 = from; start < words; ++row, start += outRowWords) {
    const picture = row / outHeight;
    if (picture >= count) return;
    const top = <i32>(row % outHeight) * stride - padding;
    const lanes: u32 = min(outRowWords, words - start) << (8 - laneLog2);
    const columns: u32 = min(outWidth, lanes / filterCount);
    const cell: usize = (<usize>start) << (8 - laneLog2);
    let x: u32 = 0;
    for (; x + 2 <= columns; x += 2) {
      takePatch(PATCHES, picture, top, <i32>x * stride - padding, taps);
      takePatch(second, picture, top, <i32>(x + 1) * stride - padding, taps);
      const at = cell + <usize>x * filterCount;
      let f: u32 = 0;
      for (; f + 4 <= filterCount; f += 4) {
        eightDots(PATCHES, second, filters + <usize>f * pitch, pitch, length);
        for (let i: u32 = 0; i < 4; ++i) {
          finish(sumAt(i), at + f + i, f + i);
          finish(sumAt(i + 4), at + filterCount + f + i, f + i);
        }
      }
      for (; f < filterCount; ++f) {
        finish(oneDot(PATCHES, filters + <usize>f * pitch, length), at + f, f);
        finish(oneDot(second, filters + <usize>f * pitch, length), at + filterCount + f, f);
      }
    }
    // One more column, which may be cut off by the end of the result.
    for (; x < outWidth && x * filterCount < lanes; ++x) {
      takePatch(PATCHES, picture, top, <i32>x * stride - padding, taps);
      for (let f: u32 = 0; f < min(filterCount, lanes - x * filterCount); ++f)
        finish(oneDot(PATCHES, filters + <usize>f * pitch, length), cell + <usize>x * filterCount + f, f);
    }
  }
}

/** Lays out the pixels under a filter whose first tap is at row `top` and column `left`; zero outside of the picture. */
function takePatch(patch: usize, picture: u32, top: i32, left: i32, taps: usize): void {
  const tapRow: usize = <usize>filterWidth * channels;
  const from: i32 = max(0, -left);
  const to: i32 = min(filterWidth, width - left);
  const base = pictures + <usize>picture * <usize>height * rowBytes;
  let target = patch;
  for (let i: i32 = 0; i < filterHeight; ++i, target += tapRow) {
    const y = top + i;
    if (y < 0 || y >= height || from >= to) {
      memory.fill(target, 0, tapRow);
      continue;
    }
    const skipped: usize = <usize>from * channels;
    const length: usize = <usize>(to - from) * channels;
    const source = base + <usize>y * rowBytes + <usize>(left + from) * channels;
    if (from > 0) memory.fill(target, 0, skipped);
    for (let k: usize = 0; k < length; k += 8) store<u64>(target + skipped + k, load<u64>(source + k));
    if (to < filterWidth) memory.fill(target + skipped + length, 0, tapRow - skipped - length);
  }
  // What was copied too much, up to the end of the last eight bytes that are multiplied.
  store<u64>(patch + taps, 0);
}

function finish(dot: i32, index: usize, filter: u32): void {
  if ((flags & BIAS) != 0) dot += <i32>loadLane(bias, INT32, filter);
  let value = scaled(dot, scale, shift);
  if ((flags & MASK) != 0 && loadLane(mask, laneLog2, index) <= 0) value = 0;
  if ((flags & RELU) != 0 && value < 0) value = 0;
  storeLane(out, laneLog2, index, saturated(value, laneLog2));
}

/** See `ConvolutionGradient.sol`. `addendAt` is 0 if there is none. */
export function convolutionGradient(
  result: usize,
  words: u32,
  picturesAt: usize,
  count: u32,
  heightOf: i32,
  widthOf: i32,
  channelCount: u32,
  pictureLog2: u32,
  errors: usize,
  filterCount: u32,
  errorHeight: i32,
  errorWidth: i32,
  errorLog2: u32,
  first: u32,
  group: u32,
  filterHeightOf: u32,
  filterWidthOf: u32,
  paddingOf: i32,
  outRowLog2: u32,
  resultLaneLog2: u32,
  scaleBy: i32,
  shiftBy: u32,
  addendAt: usize,
): void {
  const outRowWords: u32 = 1 << outRowLog2;
  const picturePlane: usize = (<usize>32) << pictureLog2;
  const errorPlane: usize = (<usize>32) << errorLog2;
  const taps: u32 = channelCount == 0 ? 0 : filterHeightOf * filterWidthOf * channelCount;
  for (let filter: u32 = 0, start: u32 = 0; start < words; ++filter, start += outRowWords) {
    const lanes: u32 = min(outRowWords, words - start) << (8 - resultLaneLog2);
    const cell: usize = (<usize>start) << (8 - resultLaneLog2);
    const inside: u32 = filter < filterCount ? min(lanes, taps) : 0;
    for (let lane: u32 = 0; lane < lanes; ++lane) {
      let sum: i32 = 0;
      if (lane < inside) {
        const channel = lane % channelCount;
        const column: i32 = <i32>((lane / channelCount) % filterWidthOf) - paddingOf;
        const row: i32 = <i32>(lane / channelCount / filterWidthOf) - paddingOf;
        const fromX: i32 = max(0, -column);
        const toX: i32 = min(errorWidth, widthOf - column);
        const fromY: i32 = max(0, -row);
        const toY: i32 = min(errorHeight, heightOf - row);
        let plane = picturesAt + (<usize>channel * count + first) * picturePlane;
        let errorAt = errors + (<usize>filter * count + first) * errorPlane;
        for (let n: u32 = 0; n < group && fromX < toX; ++n, plane += picturePlane, errorAt += errorPlane)
          for (let y: i32 = fromY; y < toY; ++y)
            sum += runDot(
              errorAt + <usize>(y * errorWidth + fromX),
              plane + <usize>((y + row) * widthOf + fromX + column),
              <usize>(toX - fromX),
            );
      }
      let value = scaled(sum, scaleBy, shiftBy);
      if (addendAt != 0) value += loadLane(addendAt, resultLaneLog2, cell + lane);
      storeLane(result, resultLaneLog2, cell + lane, saturated(value, resultLaneLog2));
    }
  }
}
