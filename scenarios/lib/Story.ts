import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REPORTS = fileURLToPath(new URL("../../reports/", import.meta.url));

/** Tells a scenario as it runs, and keeps it, with its pictures, as a page under `reports/<name>/`. */
export class Story {
  readonly folder: string;
  readonly #lines: string[];

  /** @param say where each line goes as it is told */
  constructor(
    name: string,
    title: string,
    private readonly say: (line: string) => void,
  ) {
    this.folder = join(REPORTS, name);
    mkdirSync(this.folder, { recursive: true });
    this.#lines = [`# ${title}`];
    say(title);
  }

  chapter(title: string): void {
    this.#lines.push("", `## ${title}`, "");
    this.say(`\n${title}`);
  }

  line(text: string): void {
    this.#lines.push(`- ${text}`);
    this.say(`  ${text}`);
  }

  /** A table; all columns but the first are figures. */
  table(heads: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = heads.map((_, column) => Math.max(...[heads, ...rows].map((row) => row[column]?.length ?? 0)));
    const align = (row: readonly string[]): string[] =>
      widths.map((width, column) =>
        column === 0 ? (row[0] ?? "").padEnd(width) : (row[column] ?? "").padStart(width),
      );
    const marks = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
    const lines = [align(heads), marks, ...rows.map(align)].map((cells) => `| ${cells.join(" | ")} |`);
    this.#lines.push("", ...lines, "");
    for (const row of [heads, ...rows]) this.say(`  ${align(row).join("  ")}`);
  }

  /** Keeps a picture and shows it on the page. */
  picture(file: string, caption: string, png: Uint8Array): void {
    writeFileSync(join(this.folder, file), png);
    this.#lines.push("", `![${caption}](${file})`, "", `_${caption}_`, "");
    this.say(`  ${caption}: ${join(this.folder, file)}`);
  }

  /** Writes the page and returns its path. */
  write(): string {
    const file = join(this.folder, "README.md");
    writeFileSync(file, `${this.#lines.join("\n")}\n`);
    return file;
  }
}
