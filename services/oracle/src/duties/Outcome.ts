/**
 * What became of a try: `done` by this member, `over` without it, `ended` in a block that may still be replaced, or `waits`
 * for its turn, for others or for time.
 */
export type Outcome = "done" | "ended" | "over" | "waits";
