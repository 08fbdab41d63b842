/**
 * Blocks that are read again: one may be replaced by another, and a node that lags behind the one that named the latest
 * block shows none of its events. What was missed so would be missed for ever.
 */
export const UNSETTLED_BLOCKS = 64;
