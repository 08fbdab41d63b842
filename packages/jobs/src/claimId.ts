/** Claims of a task are numbered by its attempts: twin of `TaskMarket.claimIdOf`. */
const ATTEMPTS = 256n;

export function claimIdOf(taskId: bigint, attempt: number): bigint {
  return taskId * ATTEMPTS + BigInt(attempt);
}

/** The task and the attempt that a claim is the result of. */
export function attemptOf(claimId: bigint): { taskId: bigint; attempt: number } {
  return { taskId: claimId / ATTEMPTS, attempt: Number(claimId % ATTEMPTS) };
}
