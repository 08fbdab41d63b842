import type { Digit } from "@millrace/workloads";
import { PNG } from "pngjs";

const SIDE = 28;
const GAP = 1;
const ZOOM = 3;
const COLUMNS = 8;

/** Weight that is shown in full colour. */
const FULL = 64;

type Colour = readonly [red: number, green: number, blue: number];

/** Rows of pixel weights as tiles: red is positive, blue negative, white zero. */
export function weightPicture(rows: readonly ArrayLike<number>[]): Buffer {
  return tiles(rows.length, (tile, pixel) => {
    const weight = Math.max(-1, Math.min(1, (rows[tile]?.[pixel] ?? 0) / FULL));
    const pale = Math.round(255 * (1 - Math.abs(weight)));
    return weight >= 0 ? [255, pale, pale] : [pale, pale, 255];
  });
}

/** Digits as tiles. */
export function digitPicture(digits: readonly Digit[]): Buffer {
  return tiles(digits.length, (tile, pixel) => {
    const level = 255 - 2 * (digits[tile]?.pixels[pixel] ?? 0);
    return [level, level, level];
  });
}

function tiles(count: number, colourOf: (tile: number, pixel: number) => Colour): Buffer {
  const columns = Math.min(COLUMNS, count);
  const pitch = (SIDE + GAP) * ZOOM;
  const png = new PNG({ width: columns * pitch, height: Math.ceil(count / columns) * pitch });
  for (let y = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      const [left, top] = [Math.floor((x % pitch) / ZOOM), Math.floor((y % pitch) / ZOOM)];
      const tile = Math.floor(y / pitch) * columns + Math.floor(x / pitch);
      const isInside = left < SIDE && top < SIDE && tile < count;
      const colour = isInside ? colourOf(tile, top * SIDE + left) : [96, 96, 96];
      png.data.set([...colour, 255], 4 * (y * png.width + x));
    }
  return PNG.sync.write(png);
}
