import {
  coordinate,
  depthOf,
  dirX,
  dirY,
  dirZ,
  hitU,
  hitV,
  mixedColour,
  normalX,
  normalY,
  normalZ,
  orgX,
  orgY,
  orgZ,
  pixelsOfCamera,
  setCameraRay,
  setHit,
  setNormal,
  setRay,
  squareRoot,
  storeRay,
  surface,
  widthOfCamera,
} from "./rays";

/** Rays as data: see `CameraRays.sol`, `Bounce.sol`, `ShadeRays.sol`, and `NearestHit.sol` with rays. */

const MISS: u64 = u64.MAX_VALUE;
const LENGTH: i64 = 1 << 20;
const LIGHT_SCALE: i64 = 1 << 6;

export function cameraRays(out: usize, words: u32): void {
  const width = widthOfCamera();
  const pixels = min<i64>(<i64>words, pixelsOfCamera());
  memory.fill(out, 0, (<usize>words) << 5);
  for (let pixel: i64 = 0; pixel < pixels; ++pixel) {
    setCameraRay(pixel % width, pixel / width);
    storeRay(out + ((<usize>pixel) << 5), orgX, orgY, orgZ, dirX, dirY, dirZ);
  }
}

/** `previous` is 0 if there is none. */
export function nearestHitOfRays(
  out: usize,
  words: u32,
  block: usize,
  count: u32,
  firstIndex: u32,
  previous: usize,
  rays: usize,
): void {
  const inside = pixelsOfCamera();
  const pixels = (<i64>words) << 2;
  for (let pixel: i64 = 0; pixel < pixels; ++pixel) {
    let nearest = MISS;
    if (pixel < inside) {
      if (previous != 0) nearest = bswap<u64>(load<u64>(previous + ((<usize>pixel) << 3)));
      setRay(rays + ((<usize>pixel) << 5));
      if ((dirX | dirY | dirZ) != 0)
        for (let i: u32 = 0; i < count; ++i) {
          const depth = depthAt(block + ((<usize>i) << 5));
          if (depth != MISS) nearest = min<u64>(nearest, (depth << 32) | (<u64>(firstIndex + i)));
        }
    }
    store<u64>(out + ((<usize>pixel) << 3), bswap<u64>(nearest));
  }
}

/** Depth of the ray's hit, or all ones: the same numbers as `RayMath.intersect`, the plane's side first. */
function depthAt(triangle: usize): u64 {
  const ax = coordinate(triangle, 0);
  const ay = coordinate(triangle, 1);
  const az = coordinate(triangle, 2);
  const ex = coordinate(triangle, 3) - ax;
  const ey = coordinate(triangle, 4) - ay;
  const ez = coordinate(triangle, 5) - az;
  const fx = coordinate(triangle, 6) - ax;
  const fy = coordinate(triangle, 7) - ay;
  const fz = coordinate(triangle, 8) - az;
  const px = dirY * fz - dirZ * fy;
  const py = dirZ * fx - dirX * fz;
  const pz = dirX * fy - dirY * fx;
  let determinant = ex * px + ey * py + ez * pz;
  if (determinant == 0) return MISS;
  const sign: i64 = determinant < 0 ? -1 : 1;
  determinant *= sign;
  const sx = orgX - ax;
  const sy = orgY - ay;
  const sz = orgZ - az;
  const u = sign * (sx * px + sy * py + sz * pz);
  if (u < 0 || u > determinant) return MISS;
  const qx = sy * ez - sz * ey;
  const qy = sz * ex - sx * ez;
  const qz = sx * ey - sy * ex;
  const v = sign * (dirX * qx + dirY * qy + dirZ * qz);
  if (v < 0 || u + v > determinant) return MISS;
  const distance = sign * (fx * qx + fy * qy + fz * qz);
  return distance <= 0 ? MISS : depthOf(distance, determinant);
}

function indexAt(hits: usize, ray: usize): u32 {
  return bswap<u32>(load<u32>(hits + (ray << 3), 4));
}

/** A component of a vector of length `all` brought to the length `one`. */
function scaledTo(value: i64, one: i64, all: i64): i64 {
  return all == 0 ? 0 : (value * one) / all;
}

export function bounce(
  out: usize,
  words: u32,
  rays: usize,
  hits: usize,
  triangles: usize,
  count: u32,
  toLamp: u32,
  lightX: i32,
  lightY: i32,
  lightZ: i32,
  lift: i32,
): void {
  memory.fill(out, 0, (<usize>words) << 5);
  for (let i: usize = 0; i < <usize>words; ++i) {
    const index = indexAt(hits, i);
    if (index >= count) continue;
    const triangle = triangles + ((<usize>index) << 5);
    setRay(rays + (i << 5));
    if (!setHit(triangle) || (toLamp == 0 && reflectivity(triangle) == 0)) continue;
    setNormal(triangle);
    let dx = <i64>lightX * LIGHT_SCALE;
    let dy = <i64>lightY * LIGHT_SCALE;
    let dz = <i64>lightZ * LIGHT_SCALE;
    const squared = normalX * normalX + normalY * normalY + normalZ * normalZ;
    if (toLamp != 0) {
      if (dx * normalX + dy * normalY + dz * normalZ <= 0) continue;
    } else {
      const reach = squareRoot(dirX * dirX + dirY * dirY + dirZ * dirZ);
      dx = scaledTo(dirX, LENGTH, reach);
      dy = scaledTo(dirY, LENGTH, reach);
      dz = scaledTo(dirZ, LENGTH, reach);
      if (squared != 0) {
        const twice = 2 * (dx * normalX + dy * normalY + dz * normalZ);
        dx -= (twice * normalX) / squared;
        dy -= (twice * normalY) / squared;
        dz -= (twice * normalZ) / squared;
      }
    }
    const length = squareRoot(squared);
    const x = pointAxis(triangle, 0) + scaledTo(normalX, lift, length);
    const y = pointAxis(triangle, 1) + scaledTo(normalY, lift, length);
    const z = pointAxis(triangle, 2) + scaledTo(normalZ, lift, length);
    storeRay(out + (i << 5), x, y, z, dx, dy, dz);
  }
}

function reflectivity(triangle: usize): u8 {
  return load<u8>(triangle, 28);
}

function pointAxis(triangle: usize, axis: usize): i64 {
  const a = coordinate(triangle, axis);
  return a + ((hitU * (coordinate(triangle, axis + 3) - a) + hitV * (coordinate(triangle, axis + 6) - a)) >> 16);
}

/** `reflected` is 0 if there is none. */
export function shadeRays(
  out: usize,
  words: u32,
  rays: usize,
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
  shadows: usize,
  reflected: usize,
): void {
  const lanes = (<usize>words) << 3;
  for (let i: usize = 0; i < lanes; ++i) {
    let colour: u32 = 0;
    setRay(rays + (i << 5));
    if ((dirX | dirY | dirZ) != 0) {
      const index = indexAt(hits, i);
      const triangle = triangles + ((<usize>index) << 5);
      if (index < count && setHit(triangle)) {
        const isHidden = load<u64>(shadows + (i << 3)) != MISS;
        colour = surface(triangle, lightX, lightY, lightZ, ambient, shine, isHidden);
        if (reflected != 0)
          colour = mixedColour(colour, bswap<u32>(load<u32>(reflected + (i << 2))) >> 8, reflectivity(triangle));
      } else {
        const reach = squareRoot(dirX * dirX + dirY * dirY + dirZ * dirZ);
        colour = mixedColour(bottom, top, <u32>(128 + (128 * dirY) / reach));
      }
      colour = (colour << 8) | 255;
    }
    store<u32>(out + (i << 2), bswap<u32>(colour));
  }
}
