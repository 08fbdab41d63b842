import Table from "cli-table3";

export type Fact = readonly [label: string, value: string];

/** Facts below each other, values aligned. */
export function facts(entries: readonly Fact[]): string {
  const width = Math.max(...entries.map(([label]) => label.length));
  return entries.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join("\n");
}

/** A table, or a sentence where there is nothing to show. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return empty;
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
