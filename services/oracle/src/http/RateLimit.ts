/** A bucket of tokens for each caller: an average rate, with bursts of ten seconds' worth. */
export class RateLimit {
  private readonly buckets = new Map<string, { tokens: number; filledMs: number }>();

  constructor(
    private readonly perSecond: number,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly maxCallers = 10_000,
  ) {}

  /** Takes a token of a caller, and says whether there was one. */
  take(caller: string): boolean {
    const nowMs = this.nowMs();
    const burst = 10 * this.perSecond;
    const bucket = this.buckets.get(caller) ?? { tokens: burst, filledMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.filledMs) / 1_000) * this.perSecond);
    bucket.filledMs = nowMs;
    // Put back at the end: the map then keeps the order of last use, and forgets who has not called for longest.
    this.buckets.delete(caller);
    this.buckets.set(caller, bucket);
    for (const oldest of this.buckets.keys()) {
      if (this.buckets.size <= this.maxCallers) break;
      this.buckets.delete(oldest);
    }
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
