import type { Step, VerifiedFile } from "@millrace/uptime-tree/verify";

/** What the worker says; it is sent one file. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly step: Step; readonly share: number }
  | { readonly kind: "verified"; readonly file: VerifiedFile }
  | { readonly kind: "failed"; readonly reason: string };
