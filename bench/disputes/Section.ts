import type { Report } from "../../scripts/report/Report.js";

/** One part of the benchmark of disputes, and of its page. */
export interface Section {
  /** As `--only` names it. */
  readonly name: string;
  /** Heading on the page. */
  readonly title: string;
  /** Measures, adds its facts to the report, and returns the lines of its part of the page. */
  measure(report: Report): Promise<string[]>;
}
