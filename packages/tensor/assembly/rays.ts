/** See `RayMath.sol`, `NearestHit.sol` and `Shade.sol`. All numbers stay below 2^63 in magnitude. */

const MISS: u64 = u64.MAX_VALUE;
const MAX_DEPTH: u64 = 0xfffffffe;
const MAX_COMPONENT: i64 = 1 << 23;
const UNIT: i64 = 1 << 14;

const CAMERA = memory.data(14 * 8, 8);

/** Where the caller writes a camera: fourteen signed 64-bit numbers. */
export function cameraScratch(): usize {
  return CAMERA;
}

function cam(index: usize): i64 {
  return load<i64>(CAMERA + (index << 3));
}

export function widthOfCamera(): i64 {
  return cam(0);
}

export function pixelsOfCamera(): i64 {
  return cam(0) * cam(1);
}

/** Whether no ray of the picture wraps, so that directions are linear in row and column. */
export function isLinearCamera(): bool {
  for (let axis: usize = 5; axis < 8; ++axis) {
    const most = abs(cam(axis)) + cam(0) * abs(cam(axis + 3)) + cam(1) * abs(cam(axis + 6));
    if (most >= MAX_COMPONENT) return false;
  }
  return true;
}

export function coordinate(triangle: usize, index: usize): i64 {
  return <i64>(<i16>bswap<u16>(load<u16>(triangle + (index << 1))));
}

// ─── NEAREST HIT ───

// The tests are linear in the direction, u = d·e2×s and so on, and so in row and column of the pixel: each of these is
// the value at the first pixel, and what a row and a column add. `w` is determinant − u − v.
let u0: i64 = 0;
let uRow: i64 = 0;
let uColumn: i64 = 0;
let v0: i64 = 0;
let vRow: i64 = 0;
let vColumn: i64 = 0;
let d0: i64 = 0;
let dRow: i64 = 0;
let dColumn: i64 = 0;
let distance: i64 = 0;

function along(vector: usize, x: i64, y: i64, z: i64): i64 {
  return cam(vector) * x + cam(vector + 1) * y + cam(vector + 2) * z;
}

/** Value at the first pixel of a function d·(x, y, z) of the direction d. */
function atFirstPixel(x: i64, y: i64, z: i64): i64 {
  return along(5, x, y, z) + (1 - cam(0)) * along(8, x, y, z) + (cam(1) - 1) * along(11, x, y, z);
}

/** Sets the linear functions of a triangle; false if no ray from the origin can hit it. */
function setTriangle(triangle: usize): bool {
  const ax = coordinate(triangle, 0);
  const ay = coordinate(triangle, 1);
  const az = coordinate(triangle, 2);
  const ex = coordinate(triangle, 3) - ax;
  const ey = coordinate(triangle, 4) - ay;
  const ez = coordinate(triangle, 5) - az;
  const fx = coordinate(triangle, 6) - ax;
  const fy = coordinate(triangle, 7) - ay;
  const fz = coordinate(triangle, 8) - az;
  const sx = cam(2) - ax;
  const sy = cam(3) - ay;
  const sz = cam(4) - az;
  let qx = sy * ez - sz * ey;
  let qy = sz * ex - sx * ez;
  let qz = sx * ey - sy * ex;
  distance = fx * qx + fy * qy + fz * qz;
  if (distance == 0) return false;
  // A hit has sign · distance > 0, so the sign of the determinant is known.
  const sign: i64 = distance < 0 ? -1 : 1;
  distance *= sign;
  qx *= sign;
  qy *= sign;
  qz *= sign;
  v0 = atFirstPixel(qx, qy, qz);
  vColumn = 2 * along(8, qx, qy, qz);
  vRow = -2 * along(11, qx, qy, qz);
  const px = sign * (fy * sz - fz * sy);
  const py = sign * (fz * sx - fx * sz);
  const pz = sign * (fx * sy - fy * sx);
  u0 = atFirstPixel(px, py, pz);
  uColumn = 2 * along(8, px, py, pz);
  uRow = -2 * along(11, px, py, pz);
  const nx = sign * (fy * ez - fz * ey);
  const ny = sign * (fz * ex - fx * ez);
  const nz = sign * (fx * ey - fy * ex);
  d0 = atFirstPixel(nx, ny, nz);
  dColumn = 2 * along(8, nx, ny, nz);
  dRow = -2 * along(11, nx, ny, nz);
  return true;
}

let low: i64 = 0;
let high: i64 = 0;

/** Cuts `low … high` to the columns where `start + column · step ≥ 0`. */
function cut(start: i64, step: i64): void {
  if (step > 0) {
    if (start < 0) low = max(low, (-start + step - 1) / step);
  } else if (start < 0) high = -1;
  else if (step < 0) high = min(high, start / -step);
}

export function depthOf(numerator: i64, determinant: i64): u64 {
  if (numerator >= determinant) return MAX_DEPTH;
  return min<u64>(fraction(<u64>numerator, <u64>determinant, 8), MAX_DEPTH);
}

/** `⌊numerator · 2^(4 · digits) / determinant⌋` by long division; numerator ≤ determinant < 2^59. */
function fraction(numerator: u64, determinant: u64, digits: u32): u64 {
  let quotient: u64 = 0;
  let rest = numerator;
  for (let i: u32 = 0; i < digits; ++i) {
    rest <<= 4;
    quotient = (quotient << 4) + rest / determinant;
    rest %= determinant;
  }
  return quotient;
}

/** `previous` is 0 if there is none. The camera must be linear. */
export function nearestHit(out: usize, words: u32, block: usize, count: u32, firstIndex: u32, previous: usize): void {
  const width = cam(0);
  const pixels = (<i64>words) << 2;
  if (previous != 0) memory.copy(out, previous, (<usize>words) << 5);
  else memory.fill(out, 0xff, (<usize>words) << 5);
  const rows = min(cam(1), width == 0 ? 0 : (pixels + width - 1) / width);
  for (let i: u32 = 0; i < count; ++i) {
    if (!setTriangle(block + ((<usize>i) << 5))) continue;
    for (let row: i64 = 0; row < rows; ++row) {
      const u = u0 + row * uRow;
      const v = v0 + row * vRow;
      const d = d0 + row * dRow;
      low = 0;
      high = min(width, pixels - row * width) - 1;
      cut(u, uColumn);
      if (low > high) continue;
      cut(v, vColumn);
      if (low > high) continue;
      cut(d - u - v, dColumn - uColumn - vColumn);
      for (let column = low; column <= high; ++column) {
        const determinant = d + column * dColumn;
        if (determinant <= 0) continue;
        const value = (depthOf(distance, determinant) << 32) | (<u64>(firstIndex + i));
        const cell = out + ((<usize>(row * width + column)) << 3);
        if (value < bswap<u64>(load<u64>(cell))) store<u64>(cell, bswap<u64>(value));
      }
    }
  }
  if (previous != 0) clearOutside(out, width * cam(1), pixels);
}

/** Pixels outside the picture are misses, whatever was there before. */
function clearOutside(out: usize, inside: i64, pixels: i64): void {
  for (let pixel = inside; pixel < pixels; ++pixel) store<u64>(out + ((<usize>pixel) << 3), MISS);
}

// ─── SHADING ───

// The ray that is followed, the weights of its hit in 2^16ths, and the hit's normal.
export let orgX: i64 = 0;
export let orgY: i64 = 0;
export let orgZ: i64 = 0;
export let dirX: i64 = 0;
export let dirY: i64 = 0;
export let dirZ: i64 = 0;
export let hitU: i64 = 0;
export let hitV: i64 = 0;
export let normalX: i64 = 0;
export let normalY: i64 = 0;
export let normalZ: i64 = 0;

export function squareRoot(value: i64): i64 {
  let root = <i64>Math.sqrt(<f64>value);
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

function wrap24(value: i64): i64 {
  return (value << 40) >> 40;
}

/** The camera's ray through a pixel. */
export function setCameraRay(column: i64, row: i64): void {
  orgX = cam(2);
  orgY = cam(3);
  orgZ = cam(4);
  const across = 2 * column + 1 - cam(0);
  const upward = cam(1) - 1 - 2 * row;
  dirX = wrap24(cam(5) + across * cam(8) + upward * cam(11));
  dirY = wrap24(cam(6) + across * cam(9) + upward * cam(12));
  dirZ = wrap24(cam(7) + across * cam(10) + upward * cam(13));
}

/** The ray that is held in a word. */
export function setRay(word: usize): void {
  orgX = coordinate(word, 0);
  orgY = coordinate(word, 1);
  orgZ = coordinate(word, 2);
  dirX = component(word + 6);
  dirY = component(word + 9);
  dirZ = component(word + 12);
}

function component(at: usize): i64 {
  return ((<i64>load<i8>(at)) << 16) | ((<i64>load<u8>(at, 1)) << 8) | (<i64>load<u8>(at, 2));
}

export function storeRay(word: usize, x: i64, y: i64, z: i64, dx: i64, dy: i64, dz: i64): void {
  store<u16>(word, bswap<u16>(<u16>x));
  store<u16>(word, bswap<u16>(<u16>y), 2);
  store<u16>(word, bswap<u16>(<u16>z), 4);
  storeComponent(word + 6, dx);
  storeComponent(word + 9, dy);
  storeComponent(word + 12, dz);
  memory.fill(word + 15, 0, 17);
}

function storeComponent(at: usize, value: i64): void {
  store<u8>(at, <u8>(value >> 16));
  store<u8>(at, <u8>(value >> 8), 1);
  store<u8>(at, <u8>value, 2);
}

/** Sets the weights of the hit; false if the triangle is missed. */
export function setHit(triangle: usize): bool {
  const ax = coordinate(triangle, 0);
  const ay = coordinate(triangle, 1);
  const az = coordinate(triangle, 2);
  const ex = coordinate(triangle, 3) - ax;
  const ey = coordinate(triangle, 4) - ay;
  const ez = coordinate(triangle, 5) - az;
  const fx = coordinate(triangle, 6) - ax;
  const fy = coordinate(triangle, 7) - ay;
  const fz = coordinate(triangle, 8) - az;
  const sx = orgX - ax;
  const sy = orgY - ay;
  const sz = orgZ - az;
  const px = dirY * fz - dirZ * fy;
  const py = dirZ * fx - dirX * fz;
  const pz = dirX * fy - dirY * fx;
  let determinant = ex * px + ey * py + ez * pz;
  if (determinant == 0) return false;
  const sign: i64 = determinant < 0 ? -1 : 1;
  determinant *= sign;
  const u = sign * (sx * px + sy * py + sz * pz);
  if (u < 0 || u > determinant) return false;
  const qx = sy * ez - sz * ey;
  const qy = sz * ex - sx * ez;
  const qz = sx * ey - sy * ex;
  const v = sign * (dirX * qx + dirY * qy + dirZ * qz);
  if (v < 0 || u + v > determinant) return false;
  if (sign * (fx * qx + fy * qy + fz * qz) <= 0) return false;
  hitU = <i64>fraction(<u64>u, <u64>determinant, 4);
  hitV = <i64>fraction(<u64>v, <u64>determinant, 4);
  return true;
}

function normalAxis(triangle: usize, axis: usize): i64 {
  const u = hitU >> 8;
  const v = hitV >> 8;
  const at = triangle + 18 + axis;
  return (256 - u - v) * <i64>load<i8>(at) + u * <i64>load<i8>(at, 3) + v * <i64>load<i8>(at, 6);
}

function cosine(product: i64, lengths: i64): i64 {
  return product <= 0 || lengths == 0 ? 0 : min<i64>(256, (product << 8) / lengths);
}

function lit(albedo: u8, level: i64, shine: i64): u32 {
  return <u32>min<i64>(255, ((<i64>albedo * level) >> 8) + shine);
}

function mixed(top: u32, bottom: u32, weight: u32): u32 {
  return ((top & 255) * (256 - weight) + (bottom & 255) * weight) >> 8;
}

/** Sets the normal of the hit, on the side that the ray comes from. */
export function setNormal(triangle: usize): void {
  normalX = normalAxis(triangle, 0);
  normalY = normalAxis(triangle, 1);
  normalZ = normalAxis(triangle, 2);
  if (normalX * dirX + normalY * dirY + normalZ * dirZ > 0) {
    normalX = -normalX;
    normalY = -normalY;
    normalZ = -normalZ;
  }
}

/** Colour of the hit, in the lamp's light or in its shadow. */
export function surface(
  triangle: usize,
  lightX: i64,
  lightY: i64,
  lightZ: i64,
  ambient: i64,
  shine: i64,
  isHidden: bool,
): u32 {
  let level = ambient;
  let spot: i64 = 0;
  if (!isHidden) {
    setNormal(triangle);
    const length = squareRoot(normalX * normalX + normalY * normalY + normalZ * normalZ);
    const diffuse = cosine(normalX * lightX + normalY * lightY + normalZ * lightZ, length * UNIT);
    const reach = squareRoot(dirX * dirX + dirY * dirY + dirZ * dirZ);
    const hx = lightX - (reach == 0 ? 0 : (dirX * UNIT) / reach);
    const hy = lightY - (reach == 0 ? 0 : (dirY * UNIT) / reach);
    const hz = lightZ - (reach == 0 ? 0 : (dirZ * UNIT) / reach);
    const halfLength = squareRoot(hx * hx + hy * hy + hz * hz);
    let gloss = cosine(normalX * hx + normalY * hy + normalZ * hz, length * halfLength);
    for (let i = 0; i < 4; ++i) gloss = (gloss * gloss) >> 8;
    level = ambient + ((diffuse * (256 - ambient)) >> 8);
    spot = (shine * gloss) >> 8;
  }
  return (
    (lit(load<u8>(triangle, 29), level, spot) << 16) |
    (lit(load<u8>(triangle, 30), level, spot) << 8) |
    lit(load<u8>(triangle, 31), level, spot)
  );
}

/** 24 bits of colour between two, `weight` of 256 parts the second. */
export function mixedColour(from: u32, to: u32, weight: u32): u32 {
  return (
    (mixed(from >> 16, to >> 16, weight) << 16) | (mixed(from >> 8, to >> 8, weight) << 8) | mixed(from, to, weight)
  );
}

export function shade(
  out: usize,
  words: u32,
  hits: usize,
  triangles: usize,
  count: u32,
  lightX: i32,
  lightY: i32,
  lightZ: i32,
  ambient: i32,
  shine: i32,
  top: u32,
  bottom: u32,
): void {
  const width = cam(0);
  const height = cam(1);
  const pixels = (<i64>words) << 3;
  for (let pixel: i64 = 0; pixel < pixels; ++pixel) {
    let colour: u32 = 0;
    if (pixel < width * height) {
      const row = pixel / width;
      setCameraRay(pixel % width, row);
      const index = bswap<u32>(load<u32>(hits + ((<usize>pixel) << 3), 4));
      const triangle = triangles + ((<usize>index) << 5);
      if (index < count && setHit(triangle)) colour = surface(triangle, lightX, lightY, lightZ, ambient, shine, false);
      else colour = mixedColour(top, bottom, <u32>((row << 8) / height));
      colour = (colour << 8) | 255;
    }
    store<u32>(out + ((<usize>pixel) << 2), bswap<u32>(colour));
  }
}
