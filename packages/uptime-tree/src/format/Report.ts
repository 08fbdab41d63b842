import { TypedDataEncoder, type TypedDataDomain } from "ethers";

import { reportTypes } from "./typedData.js";

/** What attestors sign; the contract's `Report`. */
export interface Report {
  readonly epoch: number;
  readonly root: string;
  readonly evidenceRoot: string;
  readonly nodeCount: number;
  readonly totalPoints: bigint;
  readonly dataHash: string;
  readonly previousReport: string;
  readonly registryDigest: string;
  readonly configDigest: string;
  readonly consensusVersion: number;
}

/** EIP-712 struct hash, by which the next report names this one. */
export function hashReport(report: Report): string {
  return TypedDataEncoder.hashStruct("Report", reportTypes, report);
}

/** What is signed for a report. */
export function reportDigest(domain: TypedDataDomain, report: Report): string {
  return TypedDataEncoder.hash(domain, reportTypes, report);
}
