/** `IApprovalMarket.ChunkStatus`. */
export const ChunkStatus = {
  None: 0,
  Submitted: 1,
  Rejected: 2,
  Approved: 3,
  Withheld: 4,
  Paid: 5,
  Refunded: 6,
} as const;

export type ChunkStatus = (typeof ChunkStatus)[keyof typeof ChunkStatus];
