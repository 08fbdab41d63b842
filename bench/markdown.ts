/** A number as a reader expects it. */
export const number = (value: number): string => value.toLocaleString("en-US");

/** A table, as lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
