import { type Bundle, encodeParams, InputWriter, type Program, ProgramBuilder, type Tensor } from "@millrace/tensor";

const ROWS = 16;
const COLUMNS = 64;
const LOG2_BYTE = 3;
const ADDEND = 2;
const STEPS = 40;

/**
 * A small program with the shape of a training: weights that a step after the other adds something to, 1,280 words of
 * trace, so that a withheld one takes three openings to get at.
 */
export function sampleBundle(seed: number): Bundle {
  const builder = new ProgramBuilder();
  const shape = { rows: ROWS, columns: COLUMNS, laneBits: 8 as const };
  const data = builder.input("data", shape);
  const update = (name: string, weights: Tensor, output: boolean): Tensor =>
    builder.add({
      name,
      kernel: "Requantise",
      shape,
      reads: [data, weights],
      params: (addressOf) => encodeParams([addressOf(data), LOG2_BYTE, LOG2_BYTE, 1, 2, ADDEND, addressOf(weights)]),
      output,
    });
  let weights = data;
  for (let step = 0; step < STEPS; step++) weights = update(`weights ${step}`, weights, false);
  update("result", weights, true);
  const program = builder.build();
  return { program, input: inputOf(program, data, seed) };
}

function inputOf(program: Program, data: Tensor, seed: number): Uint8Array {
  const writer = new InputWriter(program);
  for (let row = 0; row < ROWS; row++)
    writer.row(
      data,
      row,
      Array.from({ length: COLUMNS }, (_, i) => ((i * 7 + row * 13 + seed) % 17) - 8),
    );
  return writer.bytes;
}
