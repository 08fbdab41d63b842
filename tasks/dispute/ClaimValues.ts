/** How a verb is told which claim it is about. */
export interface ClaimValues {
  readonly market: string;
  readonly task: string;
  readonly attempt: string | undefined;
}
