import { assertProvable, execute } from "@millrace/tensor";
import { buildOnnx, decodeOnnx } from "@millrace/workloads";
import ort from "onnxruntime-node";

/** What the framework's own runtime gives. */
export async function runtimeOutput(
  model: Uint8Array,
  rows: readonly ArrayLike<number>[],
  dims: readonly number[] = [rows[0]!.length],
): Promise<number[][]> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const data = Float32Array.from(rows.flatMap((row) => Array.from(row)));
  const result = await session.run({
    [session.inputNames[0]!]: new ort.Tensor("float32", data, [rows.length, ...dims]),
  });
  const { data: numbers } = result[session.outputNames[0]!]!;
  const flat = Array.from(numbers as Float32Array | BigInt64Array, Number);
  const width = flat.length / rows.length;
  return rows.map((_, i) => flat.slice(width * i, width * (i + 1)));
}

/** What the converted program gives. */
export function convertedOutput(model: Uint8Array, rows: readonly ArrayLike<number>[]): number[][] {
  const { program, input, about } = buildOnnx({ model, rows });
  assertProvable(program);
  return Object.values(decodeOnnx(about, execute(program, input).output))[0]!;
}
