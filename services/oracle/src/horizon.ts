/** The contract's MAX_LATE_EPOCHS: older epochs cannot be reported any more. */
export const MAX_LATE_EPOCHS = 7;

/** The contract's MAX_CHALLENGE_EPOCHS; a report that jumps is open twice as long. */
const MAX_CHALLENGE_EPOCHS = 7;

/** Epochs of which evidence is kept: until no report of them can be challenged any more, and an epoch more. */
export const KEPT_EPOCHS = MAX_LATE_EPOCHS + 2 * MAX_CHALLENGE_EPOCHS + 2;
