/** A branch, as the contracts name it. */
export interface BranchKey {
  readonly region: number;
  readonly height: number;
  readonly position: number;
  readonly hash: string;
}
