import Table from "cli-table3";

import type { Report } from "../report/Report.js";

/** The facts of a report as a table that a person reads. */
export function summaryTable({ facts }: Pick<Report, "facts">): string {
  const table = new Table({
    head: ["what", "value", "unit"],
    style: { head: [], border: [] },
    colWidths: [72, 14, 10],
    wordWrap: true,
  });
  for (const { what, value, unit } of facts) table.push([what, shown(value), unit === "bool" ? "" : unit]);
  return table.toString();
}

function shown(value: boolean | number | string): string {
  if (typeof value === "boolean") return value ? "yes" : "NO";
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(3) : String(value);
}
