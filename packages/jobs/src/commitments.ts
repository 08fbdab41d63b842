import type { WordAddress } from "@millrace/tensor";
import { AbiCoder, concat, id, keccak256 } from "ethers";

import type { BranchKey } from "./BranchKey.js";

const abi = AbiCoder.defaultAbiCoder();
const BRANCH_TAG = id("millrace.branch");
const FIRST_TAG = id("millrace.first");
const FINISH_TAG = id("millrace.finish");
const BRANCH_TYPES = ["bytes32", "uint256", "uint8", "uint8", "uint64", "bytes32"];

/** Bits of a stored commitment that hold its time. */
const TIME_BITS = 48n;

/** Twin of `OpeningTree.idOf`. */
export function branchIdOf(claimId: bigint, { region, height, position, hash }: BranchKey): string {
  return keccak256(abi.encode(BRANCH_TYPES, [BRANCH_TAG, claimId, region, height, position, hash]));
}

/** What an account commits to before it points at a first branch. */
export function firstDigest(branchId: string, account: string, salt: string): string {
  return keccak256(abi.encode(["bytes32", "bytes32", "address", "bytes32"], [FIRST_TAG, branchId, account, salt]));
}

/** What of a proof nobody can guess who has not found the word. */
export interface Evidence {
  readonly target: WordAddress;
  readonly witness: { readonly shown: string; readonly words: readonly string[]; readonly siblings: readonly string[] };
}

/** What an account commits to before it proves a word wrong. */
export function finishDigest(claimId: bigint, { target, witness }: Evidence, account: string, salt: string): string {
  const words = keccak256(concat(witness.words));
  const siblings = keccak256(concat(witness.siblings));
  const evidence = keccak256(
    abi.encode(
      ["uint8", "uint64", "uint16", "bytes32", "bytes32", "bytes32"],
      [target.region, target.position, target.lane, witness.shown, words, siblings],
    ),
  );
  return finishDigestOf(claimId, evidence, account, salt);
}

/** What an account commits to before it proves what some evidence shows; each game says what that is. */
export function finishDigestOf(claimId: bigint, evidence: string, account: string, salt: string): string {
  const types = ["bytes32", "uint256", "bytes32", "address", "bytes32"];
  return keccak256(abi.encode(types, [FINISH_TAG, claimId, evidence, account, salt]));
}

/** When what a lane holds was committed to, if it is this digest. */
export function committedAt(stored: string, digest: string): number | undefined {
  const value = BigInt(stored);
  if (value >> TIME_BITS !== BigInt(digest) >> TIME_BITS) return undefined;
  return Number(BigInt.asUintN(Number(TIME_BITS), value));
}
