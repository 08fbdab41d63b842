import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, id, keccak256, parseEther } from "ethers";

import type { AccessManager, ResultClaims, StakingRecorder } from "../../../typechain-types/index.js";
import type { Region } from "../../verifiers/support/program.js";
import { type Header, type Program } from "../../verifiers/support/program.js";
import type { Word } from "../../verifiers/support/tree.js";
import { type Trace, deployWorld, type World } from "../../verifiers/support/world.js";

export const POST = 256n;
export const BRANCH_BOND = parseEther("0.001");
export const WINDOW_SECONDS = 1_000;
export const RESPONSE_SECONDS = 100;
/** After the window, for showing a first pointer: a quarter of a response. */
export const REVEAL_SECONDS = RESPONSE_SECONDS / 4;
export const JOB_BOND = parseEther("500");
/** Higher than any reward of these tests, and too little to be refunded to move a figure by chance. */
export const REWARDS = { cap: parseEther("1000"), moveRefund: parseEther("1") };

const FORCED_INCLUSION_SECONDS = 3_600;

export enum State {
  None,
  Open,
  Final,
  Slashed,
}

export enum Offence {
  None,
  WrongResult,
  ResultWithheld,
}

export interface Claim {
  terms: {
    programHash: Word;
    inputRoot: Word;
    provider: string;
    buyer: string;
    bond: bigint;
    windowSeconds: number;
    responseSeconds: number;
    isPrivate: boolean;
  };
  rewards: { cap: bigint; moveRefund: bigint };
  header: Header;
  bodyRoot: Word;
  outputRoot: Word;
}

export interface BranchKey {
  region: Region;
  height: number;
  position: number;
  hash: Word;
}

export function branchId(claimId: bigint, { region, height, position, hash }: BranchKey): Word {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint256", "uint8", "uint8", "uint64", "bytes32"],
      [id("millrace.branch"), claimId, region, height, position, hash],
    ),
  );
}

export function demandId(claimId: bigint, region: number, chunk: number): Word {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint256", "uint8", "uint64"],
      [id("millrace.demand"), claimId, region, chunk],
    ),
  );
}

export interface ClaimsWorld extends World {
  claims: ResultClaims;
  staking: StakingRecorder;
  authority: AccessManager;
  deployer: HardhatEthersSigner;
  market: HardhatEthersSigner;
  provider: HardhatEthersSigner;
  buyer: HardhatEthersSigner;
  challenger: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
  governor: HardhatEthersSigner;
}

export async function deployClaims(ethers: HardhatEthers): Promise<ClaimsWorld> {
  const [deployer, market, provider, buyer, challenger, stranger, governor] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const world = await deployWorld(ethers);
  const staking = await ethers.deployContract("StakingRecorder");
  const authority = await ethers.deployContract("AccessManager", [governor]);
  const claims = await ethers.deployContract("ResultClaims", [
    {
      deployer,
      authority,
      staking,
      verifier: world.verifier,
      branchBondWei: BRANCH_BOND,
      rewards: REWARDS,
      forcedInclusionSeconds: FORCED_INCLUSION_SECONDS,
    },
  ]);
  await claims.wire(market, POST);
  await claims.seal();
  return { ...world, claims, staking, authority, deployer, market, provider, buyer, challenger, stranger, governor };
}

export function makeClaim(world: ClaimsWorld, program: Program, trace: Trace): Claim {
  return {
    terms: {
      programHash: program.hash,
      inputRoot: trace.inputRoot,
      provider: world.provider.address,
      buyer: world.buyer.address,
      bond: JOB_BOND,
      windowSeconds: WINDOW_SECONDS,
      responseSeconds: RESPONSE_SECONDS,
      isPrivate: false,
    },
    rewards: REWARDS,
    header: trace.header,
    bodyRoot: trace.bodyRoot,
    outputRoot: trace.outputRoot,
  };
}

export async function post({ claims, market }: ClaimsWorld, claimId: bigint, claim: Claim): Promise<void> {
  await claims.connect(market).post(claimId, claim.terms, claim.header, claim.bodyRoot, claim.outputRoot);
}
