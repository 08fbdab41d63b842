/** How a verb is told which claim it is about. */
export interface ClaimValues {
  readonly task: string;
  readonly attempt: string | undefined;
}
