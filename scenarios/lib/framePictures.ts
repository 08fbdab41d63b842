import { PNG } from "pngjs";

const BYTES = 4;

/** A picture made smaller by a whole factor: each pixel is the mean of those that it stands for. */
export function shrunk(file: Uint8Array, factor: number): Buffer {
  const large = PNG.sync.read(Buffer.from(file));
  const png = new PNG({ width: Math.floor(large.width / factor), height: Math.floor(large.height / factor) });
  for (let y = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++)
      for (let channel = 0; channel < BYTES; channel++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++)
          for (let dx = 0; dx < factor; dx++)
            sum += large.data[BYTES * ((y * factor + dy) * large.width + x * factor + dx) + channel] ?? 0;
        png.data[BYTES * (y * png.width + x) + channel] = Math.round(sum / factor ** 2);
      }
  return PNG.sync.write(png);
}

/** A picture made larger by a whole factor, with no more to be seen. */
export function enlarged(file: Uint8Array, factor: number): Buffer {
  const small = PNG.sync.read(Buffer.from(file));
  const png = new PNG({ width: small.width * factor, height: small.height * factor });
  for (let y = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      const from = BYTES * (Math.floor(y / factor) * small.width + Math.floor(x / factor));
      png.data.set(small.data.subarray(from, from + BYTES), BYTES * (y * png.width + x));
    }
  return PNG.sync.write(png);
}

/** Pictures of one size, side by side. */
export function strip(files: readonly Uint8Array[]): Buffer {
  const pictures = files.map((file) => PNG.sync.read(Buffer.from(file)));
  const [width, height] = [pictures[0]?.width ?? 0, pictures[0]?.height ?? 0];
  const png = new PNG({ width: width * pictures.length, height });
  pictures.forEach((picture, index) => {
    PNG.bitblt(picture, png, 0, 0, width, height, index * width, 0);
  });
  return PNG.sync.write(png);
}
