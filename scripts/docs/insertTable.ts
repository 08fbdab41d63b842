/**
 * A page with a table, a line each, between the marks `<!-- name: npm run docs -->` and `<!-- /name -->`.
 * @throws Error when the page lacks one of them
 */
export function insertTable(page: string, name: string, table: readonly string[]): string {
  const [start, end] = [`<!-- ${name}: npm run docs -->`, `<!-- /${name} -->`];
  const [before, rest] = page.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no place for its ${name}`);
  return `${before}${start}\n\n${table.join("\n")}\n\n${end}${after}`;
}
