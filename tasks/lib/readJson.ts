/** What a text says as JSON; undefined if it is none, so that one check of the shape refuses both. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
