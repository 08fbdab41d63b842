/** Most that an answer in JSON may be long: no service here says so much. */
export const MAX_JSON_BYTES = 2 * 2 ** 20;

/**
 * The body of an answer, unless it is longer than it may be. What a header says of its length is only a claim, and a
 * body that came compressed is counted as it is unpacked.
 * @param onBytes called with the number of bytes that have come so far
 * @throws RangeError
 */
export async function readUpTo(
  response: Response,
  limit: number,
  onBytes?: (length: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) throw new RangeError(`the answer is longer than ${limit} bytes`);
    chunks.push(chunk);
    onBytes?.(length);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
