import type { ErrorDescription, ErrorFragment } from "ethers";
import { Interface } from "ethers";

import * as generated from "../../../../typechain-types/index.js";

/** Errors that our contracts inherit but that no generated interface may list, among them Solidity's own. */
const INHERITED = [
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
  "error ERC2612ExpiredSignature(uint256 deadline)",
  "error ERC2612InvalidSigner(address signer, address owner)",
];

/** Errors of every generated ABI, each selector once. */
function collect(): Interface {
  const bySelector = new Map<string, ErrorFragment>();
  const add = (source: Interface): void => {
    source.forEachError((error) => bySelector.set(error.selector, error));
  };
  add(new Interface(INHERITED));
  for (const entry of Object.values(generated)) {
    if ("abi" in entry) add(new Interface(entry.abi));
  }
  return new Interface([...bySelector.values()]);
}

let all: Interface | undefined;

/** Every custom error that a contract of ours can throw. Collected at the first use: most runs never need it. */
export function contractErrors(): Interface {
  return (all ??= collect());
}

/** Reads revert data; null if no contract of ours throws this. */
export function parseRevert(data: string): ErrorDescription | null {
  try {
    return contractErrors().parseError(data);
  } catch {
    // A known selector with data that do not fit its arguments: not ours after all.
    return null;
  }
}
