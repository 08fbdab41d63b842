import { type Digit, DIGIT_SIDE } from "./digits.ts";
import { randomNumbers } from "./random.ts";

/** The digit moved by up to `most` pixels each way; how far depends on the seed alone. What moves in is dark. */
export function shifted({ label, pixels }: Digit, seed: number, most: number): Digit {
  const random = randomNumbers(seed);
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 8; i++) random();
  const [down, right] = [random(), random()].map((value) => Math.floor(value * (2 * most + 1)) - most) as [
    number,
    number,
  ];
  const moved = new Int8Array(pixels.length);
  for (let y = 0; y < DIGIT_SIDE; y++)
    for (let x = 0; x < DIGIT_SIDE; x++) {
      const [fromY, fromX] = [y - down, x - right];
      if (fromY < 0 || fromY >= DIGIT_SIDE || fromX < 0 || fromX >= DIGIT_SIDE) continue;
      moved[y * DIGIT_SIDE + x] = pixels[fromY * DIGIT_SIDE + fromX] ?? 0;
    }
  return { label, pixels: moved };
}
