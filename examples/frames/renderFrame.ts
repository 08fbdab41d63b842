import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { execute } from "@millrace/tensor";
import { buildRendering, decodeRendering } from "@millrace/workloads";
import { z } from "zod";

/** As `policy.makers` and descriptions name it. */
export const FRAMES = "millrace.frames.1";

/** What a buyer of a film says: how large its frames are. There are as many as the order has chunks. */
export const filmSchema = z.object({
  maker: z.literal(FRAMES),
  width: z.number().int().min(8).max(1_024),
  height: z.number().int().min(8).max(1_024),
  /** Of the surface, 24 bits. */
  colour: z.number().int().min(0).max(0xffffff),
});
export type Film = z.infer<typeof filmSchema>;

const jobSchema = z.object({
  description: filmSchema,
  chunk: z.number().int().min(0),
  chunks: z.number().int().min(1),
  folder: z.string(),
});

/** A preview has so much of a frame's width and height. */
const PREVIEW_PART = 4;

/** A frame of a film around the bunny, as a PNG. */
export function renderFrame({ width, height, colour }: Omit<Film, "maker">, frame: number, frames: number): Buffer {
  const { program, input, about } = buildRendering({ width, height, colour, frames, only: frame });
  return decodeRendering(about, execute(program, input).output)[0] as Buffer;
}

/** The frame that a buyer judges by. */
export function previewOf(film: Omit<Film, "maker">, frame: number, frames: number): Buffer {
  const part = (side: number): number => Math.ceil(side / PREVIEW_PART);
  return renderFrame({ ...film, width: part(film.width), height: part(film.height) }, frame, frames);
}

/** A maker, as an agent starts one: a job on standard input, two files in the folder that it names. */
async function main(): Promise<void> {
  const { description, chunk, chunks, folder } = jobSchema.parse(JSON.parse(await text(process.stdin)));
  await writeFile(join(folder, "preview"), previewOf(description, chunk, chunks));
  await writeFile(join(folder, "whole"), renderFrame(description, chunk, chunks));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
