import { PNG } from "pngjs";

const BYTES = 4;
const OPAQUE = 255;

/** Differences are shown so many times as strong. */
const CONTRAST = 3;

/** Half the side of what a marked pixel is shown with, and how large a pixel is there. */
const REACH = 12;
const ZOOM = 12;

/** A picture of how two pictures differ, and in how many pixels they do. */
export function differencePicture(a: Uint8Array, b: Uint8Array): { png: Uint8Array; changed: number } {
  const [first, second] = [PNG.sync.read(Buffer.from(a)), PNG.sync.read(Buffer.from(b))];
  const { width, height } = first;
  const png = new PNG({ width, height });
  let changed = 0;
  for (let at = 0; at < first.data.length; at += BYTES) {
    const channels = [0, 1, 2].map((channel) =>
      Math.abs((first.data[at + channel] ?? 0) - (second.data[at + channel] ?? 0)),
    );
    if (channels.some((value) => value > 0)) changed++;
    png.data.set([...channels.map((value) => Math.min(OPAQUE, CONTRAST * value)), OPAQUE], at);
  }
  return { png: PNG.sync.write(png), changed };
}

/** The surroundings of a pixel, enlarged, with a frame around it. */
export function markedPicture(file: Uint8Array, column: number, row: number): Uint8Array {
  const picture = PNG.sync.read(Buffer.from(file));
  const side = (2 * REACH + 1) * ZOOM;
  const png = new PNG({ width: side, height: side });
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [dx, dy] = [Math.floor(x / ZOOM) - REACH, Math.floor(y / ZOOM) - REACH];
      const [px, py] = [clamp(column + dx, picture.width), clamp(row + dy, picture.height)];
      const from = BYTES * (py * picture.width + px);
      const isFrame = dx === 0 && dy === 0 && [x % ZOOM, y % ZOOM].some((edge) => edge === 0 || edge === ZOOM - 1);
      png.data.set(
        isFrame ? [OPAQUE, 0, 0, OPAQUE] : picture.data.subarray(from, from + BYTES),
        BYTES * (y * side + x),
      );
    }
  return PNG.sync.write(png);
}

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(size - 1, value));
}
