/** `ITaskBook.TaskStatus`. */
export const TaskStatus = {
  None: 0,
  Listed: 1,
  Expired: 2,
  Accepted: 3,
  Unacknowledged: 4,
  Working: 5,
  Overdue: 6,
  Submitted: 7,
  Rejected: 8,
  Confirmed: 9,
  Finalized: 10,
  Cancelled: 11,
} as const;

export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/** An attempt failed: anyone may tidy up after it, and take the task. */
export const FAILED: readonly TaskStatus[] = [TaskStatus.Unacknowledged, TaskStatus.Overdue, TaskStatus.Rejected];
