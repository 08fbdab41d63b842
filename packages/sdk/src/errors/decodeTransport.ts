import { MillraceError } from "./MillraceError.js";
import { isNonceError } from "./isNonceError.js";

interface Rule {
  readonly pattern: RegExp;
  readonly make: (text: string, cause: unknown) => MillraceError;
}

/** Failures of the way to the chain, by what nodes and libraries say. The first that matches is taken. */
const RULES: readonly Rule[] = [
  {
    pattern: /value out-of-bounds/,
    make: (text, cause) => {
      const [, name = "a value", value = ""] = /argument="(\w+)", value="?(-?\d+)/.exec(text) ?? [];
      return new MillraceError("BAD_INPUT", `${name} is out of what a contract can hold: ${value}.`, {
        hint: "Give a smaller one; amounts of MILL and credits are shown here in atoms, of which one has 10^18.",
        cause,
      });
    },
  },
  {
    pattern: /EADDRINUSE/,
    make: (text, cause) => {
      const port = /(?:port: |:)(\d{2,5})\b/.exec(text)?.[1];
      return new MillraceError("PORT_IN_USE", `Port ${port ?? "(unknown)"} is in use by another program.`, {
        hint: "Choose another port with --port, or stop that program.",
        cause,
      });
    },
  },
  {
    pattern:
      /insufficient funds|INSUFFICIENT_FUNDS|doesn't have enough funds|exceeds? (?:the )?balance of the account/i,
    make: (_, cause) =>
      new MillraceError("INSUFFICIENT_FUNDS", "The account has too little of the chain's coin for gas and value.", {
        hint: "Send it some (on a local chain: npx hardhat faucet), or use another account.",
        cause,
      }),
  },
  {
    pattern:
      /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|fetch failed|socket hang up|Cannot connect to the network|could not detect network|Headers? timeout|request timeout|HHE708/i,
    make: (_, cause) =>
      new MillraceError("RPC_DOWN", "The chain's node does not answer.", {
        hint: "Start it (npx hardhat node), or correct the network's URL.",
        cause,
      }),
  },
  {
    pattern: /chain ?id.*(?:mismatch|but|invalid|different)|invalid chain ?id|HHE704|HHE710|network changed/i,
    make: (_, cause) =>
      new MillraceError("WRONG_CHAIN", "The node is of another chain than the one asked for.", {
        hint: "Choose the network that belongs to this node.",
        cause,
      }),
  },
  {
    pattern:
      /invalid private key|invalid BytesLike value.*private|unknown account|HHE70[0-3]|no such account|from.*not.*unlocked/i,
    make: (_, cause) =>
      new MillraceError("WRONG_KEY", "The node does not have this account, or the key is malformed.", {
        hint: "Give --from an unlocked account of the node, or set MILLRACE_PRIVATE_KEY to 0x and 64 hexadecimal digits.",
        cause,
      }),
  },
  {
    pattern: /transaction gas limit|exceeds block gas limit|gas required exceeds|out of gas|gas limit .* exceeds/i,
    make: (_, cause) =>
      new MillraceError("RPC_REFUSED", "The transaction would need more gas than one may use.", {
        hint: "Split the work into smaller parts.",
        cause,
      }),
  },
];

/** A sentence for a failure between here and the chain; undefined if it is none. */
export function decodeTransport(error: unknown): MillraceError | undefined {
  const text = collectText(error);
  if (isNonceError(error)) {
    return new MillraceError("NONCE_CONFLICT", "Another transaction of this account came first.", {
      hint: "Wait until it is mined and try again; let only one program send for one account.",
      cause: error,
    });
  }
  return RULES.find(({ pattern }) => pattern.test(text))?.make(text, error);
}

/** Messages and codes of an error and all that it wraps. */
function collectText(error: unknown, depth = 0): string {
  if (typeof error !== "object" || error === null || depth > 6) return typeof error === "string" ? error : "";
  const { message, code, cause, error: inner, info, errors } = error as Record<string, unknown>;
  const parts = [message, code].filter((part) => typeof part === "string");
  const wrapped = [cause, inner, info, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return [...parts, ...wrapped.map((part) => collectText(part, depth + 1))].join("\n");
}
