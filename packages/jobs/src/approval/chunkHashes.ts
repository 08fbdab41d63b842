import { AbiCoder, keccak256 } from "ethers";

/** What a provider has of one submission of a chunk. */
export interface ChunkParts {
  readonly preview: Uint8Array;
  readonly sealed: Uint8Array;
  /** 32 bytes, in hexadecimal. */
  readonly key: string;
}

/** What `IApprovalMarket.submitChunk` is told of it. */
export interface ChunkHashes {
  readonly previewHash: string;
  readonly cipherRoot: string;
  readonly keyHash: string;
}

/** What a submission commits to. */
export function chunkHashes({ preview, sealed, key }: ChunkParts): ChunkHashes {
  return {
    previewHash: keccak256(preview),
    cipherRoot: keccak256(sealed),
    keyHash: keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32"], [key])),
  };
}
