import { ZeroHash } from "ethers";

import { type BranchKey, branchIdOf, type Evidence, finishDigest, firstDigest } from "@millrace/jobs";

import type { ContractTransactionResponse } from "ethers";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { Region } from "../../verifiers/support/program.js";
import { depthOf } from "../../verifiers/support/tree.js";
import type { makeWitness, Target } from "../../verifiers/support/witness.js";
import type { BranchKey as TestBranchKey, Claim } from "./claims.js";

/** What a call shows of a commitment. */
export interface Reveal {
  lane: bigint;
  salt: string;
}

const SALT = `0x${"5a".repeat(32)}`;

/** Commits the contract's runner to a first pointer. */
export async function commitToFirst(
  claims: IResultClaims,
  claimId: bigint,
  branch: BranchKey,
  lane = 0n,
): Promise<Reveal> {
  const account = await accountOf(claims);
  await (await claims.commit(lane, firstDigest(branchIdOf(claimId, branch), account, SALT))).wait();
  return { lane, salt: SALT };
}

/** Commits the contract's runner to a proof. */
export async function commitToProof(
  claims: IResultClaims,
  claimId: bigint,
  evidence: Evidence,
  lane = 0n,
): Promise<Reveal> {
  const account = await accountOf(claims);
  await (await claims.commit(lane, finishDigest(claimId, evidence, account, SALT))).wait();
  return { lane, salt: SALT };
}

/** Of who committed to nothing. */
export const NO_REVEAL: Reveal = { lane: 99n, salt: ZeroHash };

async function accountOf({ runner }: IResultClaims): Promise<string> {
  if (runner === null || !("getAddress" in runner)) throw new Error("connect a signer");
  return (runner as { getAddress(): Promise<string> }).getAddress();
}

/** The first branch of a region. */
export function topOf({ header, bodyRoot, outputRoot }: Claim, region: Region): TestBranchKey {
  const [words, hash] = region === Region.Body ? [header.bodyWords, bodyRoot] : [header.outWords, outputRoot];
  return { region, height: depthOf(words), position: 0, hash };
}

/** Points at the root of a region, after committing to it. */
export async function pointTop(
  claims: IResultClaims,
  claimId: bigint,
  claim: Claim,
  region: Region,
  options: { value?: bigint } = {},
): Promise<ContractTransactionResponse> {
  const reveal = await commitToFirst(claims, claimId, topOf(claim, region));
  const value = options.value ?? (await claims.bondOf(claimId));
  return claims.pointTop(claimId, claim, region, reveal, { value });
}

/** Proves a word wrong, after committing to that. */
export async function prove(
  claims: IResultClaims,
  claimId: bigint,
  claim: Claim,
  target: Target,
  witness: ReturnType<typeof makeWitness>,
): Promise<ContractTransactionResponse> {
  const reveal = await commitToProof(claims, claimId, { target, witness });
  return claims.prove(claimId, claim, target, witness, reveal);
}
