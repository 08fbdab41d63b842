import { MillraceError } from "./MillraceError.js";
import { decodeTransport } from "./decodeTransport.js";
import { findRevertData } from "./findRevertData.js";
import { parseRevert } from "./contractErrors.js";
import { describeRevert } from "./describeRevert.js";

const PANICS: Readonly<Record<string, string>> = {
  "1": "an assertion failed",
  "17": "a number overflowed",
  "18": "a division by zero",
  "33": "an enum is out of range",
  "50": "an index is out of range",
};

/**
 * Makes one clear sentence of whatever failed: a contract's custom error, a node that is down or refuses, a chain that
 * is the wrong one, money or allowance that is missing. Never throws; a {@link MillraceError} stays as it is.
 */
export function decodeError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  const data = findRevertData(error);
  if (data !== undefined) return decodeRevert(data, error);
  return decodeTransport(error) ?? decodeHinted(error) ?? unexpected(error);
}

/** Errors of our other packages say by themselves what to do. */
function decodeHinted(error: unknown): MillraceError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { hint, message } = error as Error & { hint?: unknown };
  if (typeof hint !== "string") return undefined;
  const sentence = (text: string): string => `${begun(text).replace(/\.$/, "")}.`;
  return new MillraceError("BAD_INPUT", sentence(message), { hint: sentence(hint), cause: error });
}

/** With a capital, unless a path comes first. */
function begun(text: string): string {
  return /^[a-z']+[ ,]/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
}

function decodeRevert(data: string, cause: unknown): MillraceError {
  if (data === "0x") {
    return new MillraceError("REVERTED", "The contract refuses without saying why.", {
      hint: "Check that the deployment record belongs to this chain: npx hardhat system status.",
      cause,
    });
  }
  const parsed = parseRevert(data);
  if (parsed === null) {
    return new MillraceError(
      "REVERTED",
      `A contract refuses with an error that is not Millrace's: ${data.slice(0, 10)}.`,
      {
        hint: "Check that the deployment record belongs to this chain: npx hardhat system status.",
        cause,
      },
    );
  }
  const args = Object.fromEntries(
    parsed.fragment.inputs.map(({ name }, index) => [name || `${index}`, parsed.args[index] as unknown]),
  );
  if (parsed.name === "Error") {
    return new MillraceError("REVERTED", `The contract refuses: ${String(parsed.args[0])}.`, {
      revert: { name: "Error", args },
      cause,
    });
  }
  if (parsed.name === "Panic") {
    const reason = PANICS[String(parsed.args[0])] ?? `panic ${String(parsed.args[0])}`;
    return new MillraceError("REVERTED", `The contract stopped: ${reason}.`, {
      hint: "The values given are likely out of any sensible range.",
      revert: { name: "Panic", args },
      cause,
    });
  }
  const revert = { name: parsed.name, args };
  const { what, todo } = describeRevert(revert);
  return new MillraceError("REVERTED", what, { hint: todo, revert, cause });
}

function unexpected(cause: unknown): MillraceError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const firstLine = message.split("\n")[0] ?? message;
  return new MillraceError("UNEXPECTED", `Something unexpected happened: ${firstLine.replace(/\.$/, "")}.`, { cause });
}
