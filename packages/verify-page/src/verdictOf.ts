import type { VerifiedFile } from "@millrace/uptime-tree/verify";

import type { OnChain } from "./readChain.js";

/** What came out, for the colour and for the reader. */
export interface Verdict {
  readonly tone: "good" | "bad" | "open";
  readonly title: string;
  readonly detail: string;
}

/** What a file is compared with. */
export interface Expected {
  /** A root or a report's hash, as typed in. */
  readonly hash?: string | undefined;
  readonly chain?: OnChain | undefined;
}

const ZERO = /^0x0*$/;
const ASK_ANOTHER =
  "Get the file from another attestor. If that gives the same, the report itself is false, and anyone can prove it.";

/** What a verified file and what it is compared with amount to. */
export function verdictOf(file: VerifiedFile, { hash, chain }: Expected): Verdict {
  if (hash !== undefined && ![file.root, file.reportHash].includes(hash.toLowerCase())) {
    return {
      tone: "bad",
      title: "The file gives another report",
      detail: `Neither its root nor its report hash is ${hash}. ${ASK_ANOTHER}`,
    };
  }
  if (chain !== undefined) return chainVerdict(file, chain, hash?.toLowerCase() === file.reportHash);
  if (hash !== undefined) {
    const what = hash.toLowerCase() === file.root ? "root" : "report hash";
    return {
      tone: "good",
      title: `The file gives this ${what}`,
      detail: `All of it, from every attestor’s signature on, leads to the ${what} that you gave.`,
    };
  }
  return {
    tone: "open",
    title: "The file is in order, and compared with nothing",
    detail:
      "It is complete and every observation is signed by its attestor. Give a root, or an endpoint, to know whether it is the report that was posted.",
  };
}

function chainVerdict(file: VerifiedFile, chain: OnChain, isGiven: boolean): Verdict {
  if (chain.status === "none") {
    return {
      tone: "open",
      title: "No report of this epoch is on chain",
      detail: `The contract has none of epoch ${file.epoch} yet, or its pot was cancelled.`,
    };
  }
  if (chain.status === "void") {
    return {
      tone: "bad",
      title: "The epoch is void",
      detail: "Its report was proven wrong on chain, and counts for nothing.",
    };
  }
  const [what, posted, own] = ZERO.test(chain.reportHash)
    ? (["root", chain.root, file.root] as const)
    : (["report hash", chain.reportHash, file.reportHash] as const);
  if (posted !== own) {
    return {
      tone: "bad",
      title: "The file gives another report",
      detail: `The chain has the ${what} ${posted}. ${ASK_ANOTHER}`,
    };
  }
  const when = chain.status === "final" ? "It is final." : "It can still be challenged.";
  if (what === "root" && !isGiven) {
    return {
      tone: "open",
      title: "The file gives the root on chain",
      detail:
        "The contract has no more than that of so old a report, and the endpoint gives no events of it: who observed, and what the file says of the report before and of the registry, is compared with nothing. Give the report hash, or another endpoint.",
    };
  }
  return {
    tone: "good",
    title: "This is the report on chain",
    detail: `The file gives the ${what} that the contract has. ${when}`,
  };
}
