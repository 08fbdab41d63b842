import type { Report } from "@millrace/uptime-tree/format";

/** A report that an attestor has signed. */
export interface SignedReport {
  readonly attestor: string;
  readonly reportHash: string;
  readonly report: Report;
  readonly signature: string;
}
