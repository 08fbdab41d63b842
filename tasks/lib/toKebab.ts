/** The name of an option as it is typed: `dryRun` is `dry-run`. */
export function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
