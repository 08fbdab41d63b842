import type { Region } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { IClaimGame } from "../../../../typechain-types/index.js";
import type { DemandFacts } from "../DemandHistory.js";

/** Demands for the data of a claim, whichever game it is in. */
export interface ChunkDesk {
  readonly claimId: bigint;
  readonly buyer: string;
  readonly game: Pick<IClaimGame, "claimOf" | "feeOf" | "stateOf">;
  /** Last second for a demand. */
  readonly windowEndsAt: number;
  /** Whether only the buyer, and the checkers it names, may demand. */
  readonly isPrivate: boolean;
  /** Where an agent serves results of this kind, after its endpoint. */
  readonly place: string;
  /** Most bytes of a region. */
  maxBytes(region: Region): number;
  /** Whether all of a region's bytes are those that were claimed. */
  isWhole(region: Region, bytes: Uint8Array): boolean;
  /** What a region must fold to. */
  rootOf(region: Region): string;
  /** Depth of a region's tree. */
  depthOf(region: Region): number;
  /** Bytes of a region that are worth asking for; undefined until its first chunk says so. */
  usedBytes(region: Region, first: Uint8Array | undefined): number | undefined;
  demands(block: number): Promise<DemandFacts[]>;
  demand(region: Region, chunk: number, value: bigint): Promise<ContractTransaction>;
  /** Ends the claim if a chunk was not shown in time. */
  timeout(region: Region, chunk: number): Promise<ContractTransaction>;
}
