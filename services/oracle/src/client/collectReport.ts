import { getAddress, type TypedDataDomain } from "ethers";

import { hashReport, reportTypes, signerOf, type Report } from "@millrace/uptime-tree/format";

import { PeerClient } from "../http/PeerClient.js";
import { packSignatures } from "../member/Leader.js";

/** What anyone needs to send a report that a quorum has signed. */
export interface CollectedReport {
  readonly report: Report;
  readonly reportHash: string;
  readonly signers: readonly string[];
  /** Arguments of `submitReport` after the report. */
  readonly bitmap: number;
  readonly packed: string;
}

/**
 * Collects the signatures that members give out for an epoch. Members sign before the leader sends: when the leader
 * could not, anybody else can. Undefined when no report has signatures of a quorum.
 */
export async function collectReport(
  urls: readonly string[],
  domain: TypedDataDomain,
  epoch: number,
  set: { readonly seats: readonly string[]; readonly quorum: number },
  timeoutMs = 5_000,
): Promise<CollectedReport | undefined> {
  const answers = await Promise.allSettled(urls.map((url) => new PeerClient(url, timeoutMs).bound(epoch)));
  const byReport = new Map<string, { report: Report; signatures: Map<string, string> }>();
  for (const answer of answers) {
    if (answer.status === "rejected") continue;
    const { attestor, reportHash, report, signature } = answer.value;
    const signer = signerOf(domain, reportTypes, report, signature);
    if (signer !== getAddress(attestor.toLowerCase()) || !set.seats.includes(signer)) continue;
    if (hashReport(report) !== reportHash) continue;
    const entry = byReport.get(reportHash) ?? { report, signatures: new Map<string, string>() };
    entry.signatures.set(signer, signature);
    byReport.set(reportHash, entry);
  }
  for (const [reportHash, { report, signatures }] of byReport) {
    if (signatures.size < set.quorum) continue;
    const signers = [...signatures.keys()];
    return { report, reportHash, signers, ...packSignatures(set.seats, signatures) };
  }
  return undefined;
}
