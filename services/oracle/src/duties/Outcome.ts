/** What became of a try: `done` by this member, `over` without it, or `waits` for its turn, for others or for time. */
export type Outcome = "done" | "over" | "waits";
